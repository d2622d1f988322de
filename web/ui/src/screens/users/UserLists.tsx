// The teams that somebody is on, and what happened to them.
import { Skeleton } from "@mantine/core";
import { useList } from "../../api/lists";
import { UserHistoryDocument, UserTeamsDocument } from "../../generated/users";
import { Empty } from "../../kit/Empty";
import { TeamLink } from "../../kit/Links";
import { Source } from "../../kit/Locked";
import { More } from "../../kit/More";
import { Problem } from "../../kit/Problem";
import { Timeline } from "../../kit/Timeline";
import { day, exact } from "../../kit/time";
import styles from "./User.module.css";

export function UserTeams({ id }: { id: string }) {
  const list = useList({
    queryKey: ["user-teams", id],
    document: UserTeamsDocument,
    variables: { id },
    pick: (result) => result.account?.user?.memberships,
  });
  if (list.error) return <Problem problem={list.error} retry={list.retry} />;
  if (!list.isPending && list.rows.length === 0)
    return (
      <Empty icon="network" title="On no team">
        When a team takes them in, it is listed here with the day.
      </Empty>
    );
  return (
    <div aria-busy={list.isPending}>
      {list.isPending && <Skeleton height={132} maw={820} />}
      <ul className={styles.rows}>
        {list.rows.map((membership) => (
          <li key={`${membership.team.id} ${membership.validFrom}`}>
            <span>
              <TeamLink team={membership.team} />
              {membership.team.parentTeam && <span className="muted"> in {membership.team.parentTeam.name}</span>}
            </span>
            <span>{membership.role ?? "member"}</span>
            <span className="muted" title={exact(membership.validFrom)}>
              {membership.beganOnOrBefore ? "since before" : "since"} {day(membership.validFrom)}
            </span>
            <span style={{ minWidth: 80 }}>
              <Source integration={membership.integration} />
            </span>
          </li>
        ))}
      </ul>
      <More list={list} />
    </div>
  );
}

export function UserHistory({ id }: { id: string }) {
  const list = useList({
    queryKey: ["user-history", id],
    document: UserHistoryDocument,
    variables: { id },
    pick: (result) => result.account?.user?.history,
    pageSize: 50,
  });
  if (list.error) return <Problem problem={list.error} retry={list.retry} />;
  if (!list.isPending && list.rows.length === 0) return <Empty icon="history" title="Nothing has happened yet" />;
  return (
    <div aria-busy={list.isPending}>
      {list.isPending && <Skeleton height={132} maw={820} />}
      <Timeline entries={list.rows} />
      <More list={list} />
    </div>
  );
}
