// Nothing to show: what it means, and the one next step.
import type { ReactNode } from "react";
import styles from "./Empty.module.css";
import { Icon, type IconName } from "./icons";

export function Empty({ icon, title, children, action }: Props) {
  return (
    <div className={styles.empty}>
      <span className={styles.icon}>
        <Icon name={icon} size={22} />
      </span>
      <p className={styles.title}>{title}</p>
      {children && <p className={styles.text}>{children}</p>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}
