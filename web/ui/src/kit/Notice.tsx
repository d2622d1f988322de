// A sentence that matters to the whole page: as it was, what fails, what is locked.
import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons";
import styles from "./Notice.module.css";
import type { Tone } from "./Status";

const ICONS: Record<Tone, IconName> = {
  good: "circle-check",
  warn: "triangle-alert",
  bad: "circle-alert",
  idle: "info",
  accent: "info",
};

export function Notice({ tone = "accent", title, children, action, icon, role }: Props) {
  return (
    <div className={styles.notice} data-tone={tone} role={role}>
      <Icon name={icon ?? ICONS[tone]} size={16} className={styles.icon} />
      <div className={styles.words}>
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

interface Props {
  tone?: Tone;
  icon?: IconName;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  role?: "alert" | "status";
}
