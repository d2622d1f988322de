// Joiners above the line, leavers below it, week by week.
import { day } from "../../kit/time";
import styles from "./Flow.module.css";

interface Week {
  at: string;
  joined: number;
  left: number;
}

const HALF_PX = 66;

export function Flow({ weeks }: { weeks: Week[] }) {
  const highest = Math.max(1, ...weeks.flatMap(({ joined, left }) => [joined, left]));
  const high = (value: number) => (value > 0 ? Math.max(2, (value / highest) * HALF_PX) : 0);
  const sum = (part: "joined" | "left") => weeks.reduce((all, week) => all + week[part], 0);
  return (
    <figure>
      <div className={styles.legend}>
        <span data-part="joined">Joined</span>
        <span data-part="left">Left</span>
      </div>
      <div
        className={styles.weeks}
        role="img"
        aria-label={`${sum("joined")} people joined and ${sum("left")} left in ${weeks.length} weeks.`}
      >
        {weeks.map((week) => (
          <div
            key={week.at}
            className={styles.week}
            title={`Week to ${day(week.at)}: ${week.joined} joined, ${week.left} left`}
          >
            <span className={styles.above}>
              <span className={styles.joined} style={{ height: high(week.joined) }} />
            </span>
            <span className={styles.below}>
              <span className={styles.left} style={{ height: high(week.left) }} />
            </span>
          </div>
        ))}
      </div>
      <div className={styles.ends} aria-hidden="true">
        <span>{weeks[0] && day(weeks[0].at)}</span>
        <span>{weeks.length > 0 && day(weeks.at(-1)?.at ?? "")}</span>
      </div>
    </figure>
  );
}
