// One team: what it is for, who is on it now or was on a day, what is below it, what happened.
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { isCode } from "../../api/execute";
import { nodesOf, useList } from "../../api/lists";
import { TeamHistoryDocument } from "../../generated/teams";
import { Copy } from "../../kit/Copy";
import { Empty } from "../../kit/Empty";
import { TeamLink } from "../../kit/Links";
import { ManagedBy, Source } from "../../kit/Locked";
import { More } from "../../kit/More";
import { Page } from "../../kit/Page";
import { Problem } from "../../kit/Problem";
import { Timeline } from "../../kit/Timeline";
import { count } from "../../kit/words";
import { NotFound } from "../../shell/Broken";
import { Contacts } from "./Contacts";
import { Members } from "./Members";
import { teamQuery, type Whole } from "./queries";
import { type TeamTab, teamRoute } from "./route";
import { TeamActions } from "./TeamActions";
import styles from "./Teams.module.css";

export function Team() {
  const { alias } = teamRoute.useParams();
  const { data: team, error } = useQuery({
    ...teamQuery(alias),
    throwOnError: (problem) => !isCode(problem, "NOT_FOUND"),
  });
  if (error) return <NotFound what="team" />;
  if (!team) return null;
  return <Shown team={team} />;
}

function Shown({ team }: { team: Whole }) {
  const { tab = "members" } = teamRoute.useSearch();
  const navigate = useNavigate({ from: "/teams/$alias" });
  const above = nodesOf(team.ancestors).reverse();
  const to = (value: string | null) =>
    void navigate({ search: (before) => ({ ...before, tab: value as TeamTab }), replace: true });
  return (
    <Page
      title={team.name}
      crumbs={[
        { label: "Teams", to: "/teams" },
        ...above.map(({ name, alias, id }) => ({ label: name, to: "/teams/$alias", params: { alias: alias ?? id } })),
      ]}
      note={<ManagedBy integration={team.managedBy} />}
      actions={<TeamActions team={team} />}
    >
      <About team={team} />
      <Tabs value={tab} onChange={to}>
        <Tabs.List mb="md">
          <Tabs.Tab value="members">Members ({team.memberships?.totalCount.toLocaleString("en")})</Tabs.Tab>
          <Tabs.Tab value="sub-teams">Sub-teams ({team.children.totalCount})</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          <Tabs.Tab value="contacts">Contacts ({team.contacts?.length ?? 0})</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="members">
          <Members team={team} />
        </Tabs.Panel>
        <Tabs.Panel value="sub-teams">
          <SubTeams team={team} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History id={team.id} />
        </Tabs.Panel>
        <Tabs.Panel value="contacts">
          <Contacts team={team} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function About({ team }: { team: Whole }) {
  return (
    <div className={styles.about}>
      {team.responsibilities && <p>{team.responsibilities}</p>}
      <div className={styles.facts}>
        {team.alias && (
          <span>
            alias <span className="mono">{team.alias}</span>
            <Copy value={team.alias} label="alias" />
          </span>
        )}
        <span>
          id{" "}
          <span className="mono cut" style={{ maxWidth: 120 }} title={team.id}>
            {team.id}
          </span>
          <Copy value={team.id} label="id" />
        </span>
        {team.parentTeam && (
          <span>
            part of <TeamLink team={team.parentTeam} />
          </span>
        )}
      </div>
    </div>
  );
}

function SubTeams({ team }: { team: Whole }) {
  const below = nodesOf(team.children);
  if (below.length === 0)
    return (
      <Empty icon="folder-tree" title="No team is part of this one">
        Another team is put below it by its own Edit.
      </Empty>
    );
  return (
    <ul className={styles.rows}>
      {below.map((child) => (
        <li key={child.id}>
          <Link to="/teams/$alias" params={{ alias: child.alias ?? child.id }} style={{ fontWeight: 500 }}>
            {child.name}
          </Link>
          <span className="muted">{count(child.memberships?.totalCount ?? 0, "member", "members")}</span>
          <span style={{ minWidth: 80 }}>
            <Source integration={child.managedBy} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function History({ id }: { id: string }) {
  const list = useList({
    queryKey: ["team-history", id],
    document: TeamHistoryDocument,
    variables: { id },
    pick: (result) => result.account?.team?.history,
    pageSize: 50,
  });
  if (list.error) return <Problem problem={list.error} retry={list.retry} />;
  if (!list.isPending && list.rows.length === 0) return <Empty icon="history" title="Nothing has happened yet" />;
  return (
    <div aria-busy={list.isPending}>
      <Timeline entries={list.rows} />
      <More list={list} />
    </div>
  );
}
