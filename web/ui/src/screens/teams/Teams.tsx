// All teams: as the tree that they are, or as a list.
import { Button, Group, SegmentedControl, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { everything } from "../../api/everything";
import { nodesOf, useList, wholeList } from "../../api/lists";
import { useMe } from "../../api/viewer";
import { TeamsDocument, type TeamsQuery, TeamTreeDocument, type TeamTreeQuery } from "../../generated/teams";
import { Empty } from "../../kit/Empty";
import { Filter, FilterBar, SearchField } from "../../kit/Filters";
import { Icon } from "../../kit/icons";
import { PersonLink, TeamLink } from "../../kit/Links";
import { type Column, List } from "../../kit/List";
import { Source } from "../../kit/Locked";
import { Page } from "../../kit/Page";
import { count } from "../../kit/words";
import { NewTeam } from "./NewTeam";
import { type TeamsSearch, teamsRoute } from "./route";
import styles from "./Teams.module.css";
import { type Row, rowsOf } from "./tree";

type Listed = NonNullable<NonNullable<NonNullable<NonNullable<TeamsQuery["account"]>["teams"]>["nodes"]>[number]>;
type InTree = NonNullable<NonNullable<NonNullable<NonNullable<TeamTreeQuery["account"]>["teams"]>["nodes"]>[number]>;

export function Teams() {
  const { view, search = "", create, sort, show } = teamsRoute.useSearch();
  const navigate = useNavigate({ from: "/teams" });
  const { may } = useMe();
  const to = (changed: TeamsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  const tree = useTree(view !== "list");
  const total = tree.data?.length;
  const isNone = total === 0 && !search;
  const newTeam = may("teams.create") && (
    <Button leftSection={<Icon name="plus" size={14} />} onClick={() => to({ create: "true" })}>
      New team
    </Button>
  );
  return (
    <Page title="Teams" width="list" note={total !== undefined && count(total, "team", "teams")} actions={newTeam}>
      <FilterBar onClear={search || show ? () => to({ search: undefined, show: undefined }) : undefined}>
        <SegmentedControl
          aria-label="Show as"
          value={view ?? "tree"}
          onChange={(chosen) => to({ view: chosen === "list" ? "list" : undefined, show: undefined })}
          data={[
            { value: "tree", label: "Tree" },
            { value: "list", label: "List" },
          ]}
        />
        <SearchField label="Search teams" value={search} onSearch={(typed) => to({ search: typed || undefined })} />
        {view === "list" && (
          <Filter
            label="Managers"
            value={show}
            choices={[{ value: "unmanaged", label: "None" }]}
            onChoose={(chosen) => to({ show: chosen ? "unmanaged" : undefined })}
          />
        )}
      </FilterBar>
      {isNone ? (
        <NoneYet newTeam={newTeam} isAdmin={may("integrations.manage")} />
      ) : view === "list" && show ? (
        <WithoutManager search={search} />
      ) : view === "list" ? (
        <TeamList search={search} sort={sort} onSort={(chosen) => to({ sort: chosen })} />
      ) : (
        <Tree tree={tree} search={search} />
      )}
      <NewTeam opened={create === "true"} onClose={() => to({ create: undefined })} />
    </Page>
  );
}

function useTree(enabled: boolean) {
  return useQuery({
    queryKey: ["team-tree"],
    queryFn: () => everything({ document: TeamTreeDocument, variables: {}, pick: (result) => result.account?.teams }),
    enabled,
  });
}

function Tree({ tree, search }: { tree: ReturnType<typeof useTree>; search: string }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<ReadonlySet<string> | null>(null);
  const teams = tree.data ?? [];
  // At first the top stands open, so that the page is not three words.
  const isOpen = open ?? new Set(teams.filter((team) => !team.parentTeam).map(({ id }) => id));
  const rows = rowsOf(teams, isOpen, search);
  const toggle = (id: string) => {
    const next = new Set(isOpen);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const list = wholeList(tree, rows);
  const columns: Column<Row<InTree>>[] = [
    {
      key: "name",
      header: "Team",
      cell: (row) => <Branch row={row} onToggle={() => toggle(row.team.id)} isSearch={Boolean(search)} />,
    },
    {
      key: "members",
      header: "Members",
      width: "96px",
      align: "right",
      cell: (row) => row.team.memberships?.totalCount.toLocaleString("en"),
    },
    {
      key: "source",
      header: "Source",
      width: "120px",
      from: "small",
      cell: (row) => <Source integration={row.team.managedBy} />,
    },
  ];
  return (
    <List
      label="Teams"
      list={list}
      columns={columns}
      idOf={(row) => row.team.id}
      onOpen={({ team }) => void navigate({ to: "/teams/$alias", params: { alias: team.alias ?? team.id } })}
      empty={<Empty icon="search" title="No team is called that" />}
    />
  );
}

function Branch({ row, onToggle, isSearch }: { row: Row<InTree>; onToggle: () => void; isSearch: boolean }) {
  const { team, depth, children, isOpen, isFound } = row;
  return (
    <span className={styles.branch} style={{ paddingLeft: depth * 22 }}>
      {children > 0 ? (
        <UnstyledButton
          className={styles.toggle}
          aria-expanded={isOpen}
          aria-label={`${isOpen ? "Close" : "Open"} ${team.name}`}
          disabled={isSearch}
          onClick={onToggle}
        >
          <Icon name={isOpen ? "chevron-down" : "chevron-right"} size={14} />
        </UnstyledButton>
      ) : (
        <span className={styles.leaf} />
      )}
      <Link
        to="/teams/$alias"
        params={{ alias: team.alias ?? team.id }}
        className={isSearch && !isFound ? "cut muted" : "cut"}
        style={{ fontWeight: 500 }}
      >
        {team.name}
      </Link>
    </span>
  );
}

function TeamList({ search, sort, onSort }: { search: string; sort?: string; onSort: (sort: string) => void }) {
  const navigate = useNavigate();
  const order = { field: sort?.replace(/^-/, "") ?? "name", descending: sort?.startsWith("-") ?? false };
  const list = useList({
    queryKey: ["teams"],
    document: TeamsDocument,
    variables: { search: search || undefined, orderBy: [order] },
    pick: (result) => result.account?.teams,
  });
  return (
    <List
      label="Teams"
      list={list}
      columns={LISTED}
      idOf={(team) => team.id}
      onOpen={(team) => void navigate({ to: "/teams/$alias", params: { alias: team.alias ?? team.id } })}
      sort={order}
      onSort={({ field, descending }) => onSort(descending ? `-${field}` : field)}
      empty={<Empty icon="search" title="No team is called that" />}
    />
  );
}

/** The server has no such filter: all are fetched, and those that have one left out. */
function WithoutManager({ search }: { search: string }) {
  const navigate = useNavigate();
  const variables = { search: search || undefined, orderBy: [{ field: "name" }] };
  const query = useQuery({
    queryKey: ["teams", "without-manager", search],
    queryFn: () => everything({ document: TeamsDocument, variables, pick: (result) => result.account?.teams }),
  });
  const without = query.data?.filter((team) => nodesOf(team.managers).length === 0) ?? [];
  return (
    <List
      label="Teams without a manager"
      list={wholeList(query, without)}
      columns={LISTED}
      idOf={(team) => team.id}
      onOpen={(team) => void navigate({ to: "/teams/$alias", params: { alias: team.alias ?? team.id } })}
      empty={<Empty icon="circle-check" title="Every team has a manager" />}
    />
  );
}

const LISTED: Column<Listed>[] = [
  {
    key: "name",
    header: "Team",
    sortBy: "name",
    cell: (team) => (
      <Link to="/teams/$alias" params={{ alias: team.alias ?? team.id }} style={{ fontWeight: 500 }}>
        {team.name}
      </Link>
    ),
  },
  {
    key: "parent",
    header: "In",
    from: "small",
    cell: (team) => (team.parentTeam ? <TeamLink team={team.parentTeam} /> : <span className="muted">–</span>),
  },
  {
    key: "managers",
    header: "Managers",
    from: "medium",
    cell: (team) =>
      nodesOf(team.managers).map((manager, index) => (
        <span key={manager.id}>
          {index > 0 && ", "}
          <PersonLink person={manager} />
        </span>
      )),
  },
  {
    key: "members",
    header: "Members",
    width: "96px",
    align: "right",
    cell: (team) => team.memberships?.totalCount.toLocaleString("en"),
  },
  {
    key: "source",
    header: "Source",
    width: "120px",
    from: "medium",
    cell: (team) => <Source integration={team.managedBy} />,
  },
];

function NoneYet({ newTeam, isAdmin }: { newTeam: React.ReactNode; isAdmin: boolean }) {
  return (
    <Empty
      icon="network"
      title="No teams yet"
      action={
        <Group gap="xs">
          {isAdmin && <Button renderRoot={(props) => <Link to="/integrations" {...props} />}>Connect Okta</Button>}
          {newTeam}
        </Group>
      }
    >
      Push a group from Okta and it is a team here, with its members; or create one by hand.
    </Empty>
  );
}
