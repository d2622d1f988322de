// Figures over time as bars: small, drawn here, with the same in words for who can't see them.
import styles from "./Bars.module.css";

export interface Bar {
  label: string;
  value: number;
  /** The part of the value that went wrong. */
  bad?: number;
}

const HEIGHT = 72;

export function Bars({ bars, summary }: { bars: Bar[]; summary: string }) {
  const highest = Math.max(1, ...bars.map((bar) => bar.value));
  const high = (value: number) => (value > 0 ? Math.max(2, (value / highest) * HEIGHT) : 0);
  return (
    <figure className={styles.figure} role="img" aria-label={summary}>
      <div className={styles.bars} style={{ height: HEIGHT }}>
        {bars.map((bar) => (
          <div key={bar.label} className={styles.bar} title={inWords(bar)}>
            <span className={styles.good} style={{ height: high(bar.value - (bar.bad ?? 0)) }} />
            {bar.bad ? <span className={styles.bad} style={{ height: high(bar.bad) }} /> : null}
          </div>
        ))}
      </div>
      <div className={styles.ends} aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
    </figure>
  );
}

const inWords = ({ label, value, bad }: Bar) => `${label}: ${value}${bad ? `, ${bad} failed` : ""}`;
