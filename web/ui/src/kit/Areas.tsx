// Two amounts over time, one upon the other: small, drawn here; each point in its tooltip, the whole in words.
import styles from "./Areas.module.css";
import { day } from "./time";

export interface Point {
  at: string;
  lower: number;
  upper: number;
}

const WIDTH = 640;
const HEIGHT = 150;

interface Props {
  points: Point[];
  names: { lower: string; upper: string };
  summary: string;
}

export function Areas({ points, names, summary }: Props) {
  const highest = nice(Math.max(1, ...points.map(({ lower, upper }) => lower + upper)));
  const x = (index: number) => (points.length < 2 ? WIDTH : (index / (points.length - 1)) * WIDTH);
  const y = (value: number) => HEIGHT - (value / highest) * HEIGHT;
  const line = (value: (point: Point) => number) =>
    points.map((point, index) => `${x(index).toFixed(1)},${y(value(point)).toFixed(1)}`).join(" L");
  const lower = line((point) => point.lower);
  const both = line((point) => point.lower + point.upper);
  return (
    <figure className={styles.figure}>
      <div className={styles.legend}>
        <span data-part="lower">{names.lower}</span>
        <span data-part="upper">{names.upper}</span>
        <span className={styles.most}>{highest.toLocaleString("en")}</span>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summary}>
        {[0, 0.5].map((part) => (
          <line key={part} x1={0} x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} className={styles.grid} />
        ))}
        <path d={`M${both} L${WIDTH},${HEIGHT} L0,${HEIGHT}Z`} className={styles.upper} />
        <path d={`M${lower} L${WIDTH},${HEIGHT} L0,${HEIGHT}Z`} className={styles.lower} />
        <path d={`M${lower}`} className={styles.edge} />
        {points.map((point, index) => (
          <rect
            key={point.at}
            x={x(index) - WIDTH / points.length / 2}
            y={0}
            width={WIDTH / points.length}
            height={HEIGHT}
            className={styles.touch}
          >
            <title>{`${day(point.at)}: ${point.lower} ${names.lower.toLowerCase()}, ${point.upper} ${names.upper.toLowerCase()}`}</title>
          </rect>
        ))}
      </svg>
      <div className={styles.ends} aria-hidden="true">
        <span>{points[0] && day(points[0].at)}</span>
        <span>{points.length > 0 && day(points.at(-1)?.at ?? "")}</span>
      </div>
    </figure>
  );
}

/** The next number that is round enough for an axis. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}
