// What has arrived: it turns green by itself as the first requests come in.

import { Icon } from "../../kit/icons";
import { Card } from "../../kit/Page";
import styles from "./Connect.module.css";
import type { Scim } from "./queries";

export function Checklist({ integration }: { integration: Scim }) {
  const { urlReached, tokenAccepted, firstUser, firstGroup } = integration.checklist;
  const checks = [
    { label: "Address reached", isDone: urlReached },
    { label: "Token accepted", isDone: tokenAccepted },
    { label: "First person", isDone: firstUser },
    { label: "First group", isDone: firstGroup },
  ];
  const next = checks.find(({ isDone }) => !isDone);
  return (
    <div className={styles.checklist}>
      <Card title="What has arrived">
        <ul className={styles.checks}>
          {checks.map((check) => (
            <li key={check.label} data-done={check.isDone || undefined} data-next={check === next || undefined}>
              <Icon name={check.isDone ? "circle-check" : "circle-dashed"} size={17} />
              {check.label}
              <span className="muted">{check.isDone ? "" : check === next ? "· waiting" : ""}</span>
            </li>
          ))}
        </ul>
        <p className="muted" style={{ marginTop: 10 }}>
          {next
            ? "Nothing to press: this turns green as your provider calls."
            : "All has arrived. Assign the rest of your people, and push your groups."}
        </p>
      </Card>
    </div>
  );
}
