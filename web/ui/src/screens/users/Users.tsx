// Everybody in the account: found by search and filters that stand in the address, and changed many at a time.
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { everything } from "../../api/everything";
import { execute } from "../../api/execute";
import { nodesOf, useList } from "../../api/lists";
import { useMe } from "../../api/viewer";
import { SourcesDocument, UsersDocument, type UsersQuery } from "../../generated/users";
import { Empty } from "../../kit/Empty";
import { ExportLink } from "../../kit/Export";
import { Face } from "../../kit/Face";
import { Filter, FilterBar, SearchField } from "../../kit/Filters";
import { Icon } from "../../kit/icons";
import { type Column, List } from "../../kit/List";
import { Source } from "../../kit/Locked";
import { Page } from "../../kit/Page";
import { PersonStatus } from "../../kit/Status";
import { count, ROLE_CHOICES, ROLES } from "../../kit/words";
import { BulkBar } from "./BulkBar";
import { conditionOf, orderOf } from "./conditions";
import { InviteDialog } from "./InviteDialog";
import { type UsersSearch, usersRoute } from "./route";

export type Person = NonNullable<
  NonNullable<NonNullable<NonNullable<UsersQuery["account"]>["users"]>["nodes"]>[number]
>;

export function Users() {
  const search = usersRoute.useSearch();
  const navigate = useNavigate({ from: "/users" });
  const { may } = useMe();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const to = (changed: UsersSearch) => {
    setChosen(new Set());
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  };
  const variables = { search: search.search, where: conditionOf(search), orderBy: orderOf(search.sort) };
  const list = useList({
    queryKey: ["users"],
    document: UsersDocument,
    variables,
    pick: (result) => result.account?.users,
  });
  const { data: sources = [] } = useQuery({
    queryKey: ["sources"],
    queryFn: async () => nodesOf((await execute(SourcesDocument)).account?.scimIntegrations),
  });
  const isFiltered = Boolean(search.search || search.status || search.role || search.source);
  const clear = () => to({ search: undefined, status: undefined, role: undefined, source: undefined });
  const [order] = orderOf(search.sort);
  const isAdmin = may("users.invite");
  return (
    <Page
      title="Users"
      width="list"
      note={
        list.total !== undefined &&
        count(list.total, isFiltered ? "match" : "person", isFiltered ? "matches" : "people")
      }
      actions={
        <>
          {may("exports.make") && <ExportLink what="users" where={variables.where} search={search.search} />}
          {isAdmin && (
            <Button leftSection={<Icon name="user-plus" size={14} />} onClick={() => to({ ...search, invite: "true" })}>
              Invite people
            </Button>
          )}
        </>
      }
    >
      <FilterBar onClear={isFiltered ? clear : undefined}>
        <SearchField
          label="Search name or email"
          value={search.search ?? ""}
          onSearch={(typed) => to({ search: typed || undefined })}
        />
        <Filter
          label="Status"
          value={search.status}
          choices={STATUS_CHOICES}
          onChoose={(value) => to({ status: value as UsersSearch["status"] })}
        />
        <Filter
          label="Role"
          value={search.role}
          choices={ROLE_CHOICES}
          onChoose={(value) => to({ role: value as UsersSearch["role"] })}
        />
        <Filter
          label="Source"
          value={search.source}
          choices={[
            ...sources.map(({ id, name }) => ({ value: id, label: name })),
            { value: "manual", label: "Manual" },
          ]}
          onChoose={(value) => to({ source: value })}
        />
      </FilterBar>
      <List
        label="People"
        list={list}
        columns={COLUMNS}
        idOf={(person) => person.id}
        nameOf={(person) => person.name}
        onOpen={(person) => void navigate({ to: "/users/$id", params: { id: person.id } })}
        sort={order}
        onSort={({ field, descending }) => to({ sort: descending ? `-${field}` : field })}
        chosen={isAdmin ? chosen : undefined}
        onChoose={isAdmin ? setChosen : undefined}
        empty={
          isFiltered ? (
            <NoMatch onClear={clear} />
          ) : (
            <NobodyYet isAdmin={isAdmin} onInvite={() => to({ invite: "true" })} />
          )
        }
      />
      {chosen.size > 0 && (
        <BulkBar
          chosen={list.rows.filter((person) => chosen.has(person.id))}
          total={list.total ?? 0}
          all={() => everything({ document: UsersDocument, variables, pick: (result) => result.account?.users })}
          onDone={() => setChosen(new Set())}
        />
      )}
      <InviteDialog opened={search.invite === "true"} onClose={() => to({ invite: undefined })} />
    </Page>
  );
}

const STATUS_CHOICES = [
  { value: "active", label: "Active" },
  { value: "invited", label: "Invited" },
  { value: "deactivated", label: "Deactivated" },
];

const COLUMNS: Column<Person>[] = [
  {
    key: "name",
    header: "Name",
    sortBy: "name",
    cell: (person) => (
      <Link to="/users/$id" params={{ id: person.id }} style={{ display: "flex", gap: 10, alignItems: "center" }}>
        <Face name={person.name} />
        <span className="cut" style={{ fontWeight: 500 }}>
          {person.name}
        </span>
      </Link>
    ),
  },
  { key: "email", header: "Email", width: "26%", sortBy: "email", from: "small", cell: (person) => person.email },
  {
    key: "title",
    header: "Title",
    sortBy: "title",
    from: "medium",
    cell: (person) => person.title ?? <span className="muted">–</span>,
  },
  {
    key: "role",
    header: "Role",
    width: "120px",
    sortBy: "role",
    from: "large",
    cell: (person) => (person.role ? ROLES[person.role] : ""),
  },
  { key: "status", header: "Status", width: "132px", cell: (person) => <PersonStatus person={person} /> },
  {
    key: "source",
    header: "Source",
    width: "110px",
    from: "medium",
    cell: (person) => <Source integration={person.managedBy} />,
  },
];

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <Empty
      icon="search"
      title="Nobody matches"
      action={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    >
      Deactivated people are found too, unless the status says otherwise.
    </Empty>
  );
}

function NobodyYet({ isAdmin, onInvite }: { isAdmin: boolean; onInvite: () => void }) {
  return (
    <Empty
      icon="users"
      title="No people yet"
      action={
        isAdmin && (
          <Group gap="xs">
            <Button renderRoot={(props) => <Link to="/integrations" {...props} />}>Connect Okta</Button>
            <Button variant="default" onClick={onInvite}>
              Invite people
            </Button>
          </Group>
        )
      }
    >
      Connect your identity provider and people arrive by themselves, or invite the first ones by mail.
    </Empty>
  );
}
