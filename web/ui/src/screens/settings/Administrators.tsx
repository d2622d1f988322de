// Who administers the account.
import { Button, Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useList } from "../../api/lists";
import { AdministratorsDocument } from "../../generated/settings";
import { Face } from "../../kit/Face";
import { PersonLink } from "../../kit/Links";
import { ManagedBy } from "../../kit/Locked";
import { More } from "../../kit/More";
import { Card } from "../../kit/Page";
import { Since } from "../../kit/Since";
import { PersonStatus } from "../../kit/Status";
import styles from "./Settings.module.css";

export function Administrators() {
  const list = useList({
    queryKey: ["administrators"],
    document: AdministratorsDocument,
    variables: {},
    pick: (result) => result.account?.users,
  });
  return (
    <Card
      title="Administrators"
      note="They manage integrations, tokens, roles and these settings. The last one can't be removed."
      actions={
        <Button variant="default" renderRoot={(props) => <Link to="/users" search={{ role: "admin" }} {...props} />}>
          Show in Users
        </Button>
      }
    >
      <ul className={styles.rows} aria-busy={list.isPending}>
        {list.isPending && (
          <li>
            <Skeleton height={44} />
          </li>
        )}
        {list.rows.map((person) => (
          <li key={person.id}>
            <Face name={person.name} size={30} />
            <div className={styles.words}>
              <PersonLink person={person} />
              {person.isBreakGlass && <span className="muted"> · break-glass</span>}
              <div className="muted">
                {person.email}
                {person.lastSignInAt && (
                  <>
                    {" "}
                    · <Since at={person.lastSignInAt} prefix="last sign-in" />
                  </>
                )}
              </div>
            </div>
            <PersonStatus person={person} />
            <ManagedBy integration={person.managedBy} />
          </li>
        ))}
      </ul>
      <More list={list} />
    </Card>
  );
}
