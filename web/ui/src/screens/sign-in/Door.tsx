// What all doors look like: the mark, a title, a form.
import type { ReactNode } from "react";
import brand from "../../brand.svg";
import { useTitle } from "../../kit/Page";
import styles from "./Door.module.css";

export function Door({ title, children, note }: { title: string; children: ReactNode; note?: ReactNode }) {
  useTitle(title);
  return (
    <main className={styles.door}>
      <div className={styles.panel}>
        <img src={brand} alt="" width={40} height={40} />
        <h1>{title}</h1>
        {note && <p className={styles.note}>{note}</p>}
        {children}
      </div>
      <p className={styles.foot}>Muster · the catalog of your people and teams</p>
    </main>
  );
}
