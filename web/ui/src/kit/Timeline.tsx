// History as sentences, the newest first, under their days; what differed opens below.
import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { Copy } from "./Copy";
import { Diff } from "./Diff";
import { Icon } from "./icons";
import styles from "./Timeline.module.css";
import { exact, longDay } from "./time";

export interface Told {
  at: string;
  sentence: string;
  actorName: string;
  before?: unknown;
  after?: unknown;
  requestId?: string | null;
}

export function Timeline({ entries }: { entries: readonly Told[] }) {
  const days = Map.groupBy(entries, (entry) => longDay(entry.at));
  return (
    <div className={styles.timeline}>
      {[...days].map(([day, told]) => (
        <section key={day}>
          <h3>{day}</h3>
          <ol>
            {told.map((entry) => (
              <Entry key={`${entry.at} ${entry.sentence}`} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function Entry({ entry }: { entry: Told }) {
  const [isOpen, setOpen] = useState(false);
  const hasMore = isSomething(entry.before) || isSomething(entry.after) || entry.requestId;
  return (
    <li>
      <div className={styles.line}>
        <time dateTime={entry.at} title={exact(entry.at)} className="number muted">
          {new Date(entry.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}
        </time>
        <span className={styles.sentence}>{entry.sentence}</span>
        {hasMore && (
          <UnstyledButton
            className={styles.more}
            aria-expanded={isOpen}
            aria-label={`What differed: ${entry.sentence}`}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? "chevron-up" : "chevron-down"} size={14} />
          </UnstyledButton>
        )}
      </div>
      {isOpen && (
        <div className={styles.detail}>
          <Diff before={entry.before} after={entry.after} />
          <p className="muted">
            {entry.actorName} · {exact(entry.at)}
            {entry.requestId && (
              <>
                {" "}
                · request <span className="mono">{entry.requestId}</span>{" "}
                <Copy value={entry.requestId} label="request id" />
              </>
            )}
          </p>
        </div>
      )}
    </li>
  );
}

const isSomething = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length > 0;
