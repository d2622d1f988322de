// A row of figures, each with its name; a figure may lead to the list behind it.
import type { ReactNode } from "react";
import styles from "./Figures.module.css";

export interface Figure {
  name: string;
  value: ReactNode;
  note?: ReactNode;
  tone?: "bad" | "warn";
}

export function Figures({ figures }: { figures: Figure[] }) {
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, note, tone }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-tone={tone}>{value}</dd>
          {note && <dd className={styles.note}>{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
