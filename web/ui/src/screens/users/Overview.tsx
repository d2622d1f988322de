// Who somebody is: what is locked says so; who they report to and who reports to them.
import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { nodesOf } from "../../api/lists";
import { Copy } from "../../kit/Copy";
import { Face } from "../../kit/Face";
import { Icon } from "../../kit/icons";
import { PersonLink } from "../../kit/Links";
import { Notice } from "../../kit/Notice";
import { Card, Facts } from "../../kit/Page";
import { Since } from "../../kit/Since";
import { day } from "../../kit/time";
import { ROLES } from "../../kit/words";
import type { Person } from "./queries";
import styles from "./User.module.css";

export function Overview({ person }: { person: Person }) {
  const reports = nodesOf(person.reports);
  const outside = nodesOf(person.externalIds);
  const lock = (field: string, value: ReactNode) => <Field person={person} field={field} value={value} />;
  return (
    <div className={styles.columns}>
      <div className={styles.side}>
        {person.status === "deactivated" && (
          <Notice tone="idle" title="Deactivated">
            They can't sign in. Their teams and history stay, and they keep their id when they come back.
          </Notice>
        )}
        <Card title="Details">
          <Facts
            facts={[
              ["Name", lock("name", person.name)],
              ["Email", lock("email", person.email || null)],
              ["Title", lock("title", person.title)],
              ["Department", lock("department", person.department)],
              ["Manager", lock("manager", person.manager && <PersonLink person={person.manager} withFace />)],
              ["Employee number", lock("employeeNumber", person.employeeNumber)],
              ["Type", lock("userType", person.userType)],
              ["Role in Muster", person.role && ROLES[person.role]],
            ]}
          />
        </Card>
      </div>
      <div className={styles.side}>
        <Card title="Account">
          <Facts
            facts={[
              ["Id", <Code key="id" value={person.id} label="id" />],
              ["User name", <span key="name">{person.userName}</span>],
              ["Here since", day(person.createdAt)],
              ["Last sign-in", person.lastSignInAt ? <Since key="last" at={person.lastSignInAt} /> : "Never"],
              ...(person.deactivatedAt
                ? [["Deactivated", <Since key="deactivated" at={person.deactivatedAt} />] as [string, ReactNode]]
                : []),
              ...outside.map(({ value, integration, until }): [string, ReactNode] => [
                `${integration.name}'s id`,
                <span key={value}>
                  <Code value={value} label={`${integration.name}'s id`} />
                  {until && <span className="muted">until {day(until)}</span>}
                </span>,
              ]),
            ]}
          />
        </Card>
        {reports.length > 0 && (
          <Card title={`Reports (${person.reports.totalCount})`}>
            <ul className={styles.reports}>
              {reports.map((report) => (
                <li key={report.id}>
                  <Face name={report.name} />
                  <span className="cut">
                    <PersonLink person={report} /> <span className="muted">{report.title}</span>
                  </span>
                </li>
              ))}
            </ul>
          </Card>
        )}
      </div>
    </div>
  );
}

function Field({ person, field, value }: { person: Person; field: string; value: ReactNode }) {
  const shown = value ?? <span className="muted">None</span>;
  if (!person.managedBy || !person.lockedFields.includes(field)) return shown;
  const reason = `Change it in ${person.managedBy.name}`;
  return (
    <span style={{ display: "inline-flex", gap: 6, alignItems: "center" }}>
      {shown}
      <Tooltip label={reason}>
        <span className="muted" role="img" aria-label={reason} style={{ display: "inline-flex" }}>
          <Icon name="lock" size={12} />
        </span>
      </Tooltip>
    </span>
  );
}

const Code = ({ value, label }: { value: string; label: string }) => (
  <span style={{ display: "inline-flex", gap: 4, alignItems: "center", minWidth: 0 }}>
    <span className="mono cut" style={{ maxWidth: 150 }} title={value}>
      {value}
    </span>
    <Copy value={value} label={label} />
  </span>
);
