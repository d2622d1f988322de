// What an integration manages: said, with the reason, in place of a button that is not there.
import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { Icon } from "./icons";
import styles from "./Locked.module.css";

/** "Managed by Okta", muted, with a lock. */
export function ManagedBy({ integration }: { integration: { name: string } | null | undefined }) {
  if (!integration) return <span className="muted">Managed here</span>;
  return (
    <Tooltip label={`Change it in ${integration.name}: what is changed here would be overwritten by the next push.`}>
      <span className={styles.managed}>
        <Icon name="lock" size={13} />
        Managed by {integration.name}
      </span>
    </Tooltip>
  );
}

/** Where somebody or something comes from: "Okta", or "Manual". */
export function Source({ integration }: { integration: { name: string } | null | undefined }) {
  return <span className="muted">{integration?.name ?? "Manual"}</span>;
}

/** Its child, which cannot be used, with the reason why. Focusable, so that the reason can be read by keyboard too. */
export function Locked({ reason, children }: { reason: string | null; children: ReactNode }) {
  if (!reason) return children;
  return (
    <Tooltip label={reason} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable without a mouse */}
      <span className={styles.locked} tabIndex={0} role="note" aria-label={reason}>
        {children}
      </span>
    </Tooltip>
  );
}
