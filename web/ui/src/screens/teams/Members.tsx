// Who is on a team: now, or at the end of a day; by themselves, or through a team below it.
import { ActionIcon, Button, Menu, SegmentedControl, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { act } from "../../api/act";
import { everything } from "../../api/everything";
import { useList } from "../../api/lists";
import { useMe } from "../../api/viewer";
import {
  AddMembersDocument,
  ChangesSinceDocument,
  MembersDocument,
  type MembersQuery,
  RemoveMembersDocument,
} from "../../generated/teams";
import type { CsvColumn } from "../../kit/csv";
import { Empty } from "../../kit/Empty";
import { ExportButton } from "../../kit/Export";
import { Face } from "../../kit/Face";
import { FilterBar, SearchField } from "../../kit/Filters";
import { Icon } from "../../kit/icons";
import { PersonLink, TeamLink } from "../../kit/Links";
import { type Column, List } from "../../kit/List";
import { Locked, Source } from "../../kit/Locked";
import { Notice } from "../../kit/Notice";
import { day, exact, longDay, today } from "../../kit/time";
import { failed, told } from "../../kit/told";
import { AddMember } from "./AddMember";
import type { Member, Whole } from "./queries";
import { type TeamSearch, teamRoute } from "./route";
import styles from "./Teams.module.css";

export function Members({ team }: { team: Whole }) {
  const { asOf, scope, search = "" } = teamRoute.useSearch();
  const navigate = useNavigate({ from: "/teams/$alias" });
  const { may } = useMe();
  const [isAdding, setAdding] = useState(false);
  const to = (changed: TeamSearch) => void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  const variables = { id: team.id, asOf, scope: scope ?? "direct", search: search || undefined } as const;
  const pick = (result: MembersQuery) => result.account?.team?.memberships;
  const list = useList({ queryKey: ["members", team.id], document: MembersDocument, variables, pick });
  const isManaged = team.lockedFields.includes("members");
  const isPast = Boolean(asOf);
  const mayChange = may("teams.set_members", true);
  const reason = lockedBecause(team, isManaged, isPast);
  const change = useMembers(team);
  return (
    <div className={styles.members}>
      {asOf && <AsItWas team={team} asOf={asOf} onToday={() => to({ asOf: undefined })} />}
      <FilterBar onClear={search || scope ? () => to({ search: undefined, scope: undefined }) : undefined}>
        <SearchField label="Search members" value={search} onSearch={(typed) => to({ search: typed || undefined })} />
        <SegmentedControl
          aria-label="Whose members"
          value={scope ?? "direct"}
          onChange={(value) => to({ scope: value === "all" ? "all" : undefined })}
          data={[
            { value: "direct", label: "Direct" },
            { value: "all", label: "With sub-teams" },
          ]}
        />
        <span className={styles.day}>
          <label htmlFor="as-of" className="muted">
            as of
          </label>
          <TextInput
            id="as-of"
            name="asOf"
            type="date"
            max={today()}
            value={asOf ?? today()}
            onChange={(event) =>
              to({ asOf: event.target.value && event.target.value !== today() ? event.target.value : undefined })
            }
          />
        </span>
        <span style={{ flex: 1 }} />
        <ExportButton
          name={`${team.alias ?? "team"}-members${asOf ? `-as-of-${asOf}` : ""}`}
          columns={CSV}
          rows={(onProgress) => everything({ document: MembersDocument, variables, pick, onProgress })}
        />
        {mayChange && (
          <Locked reason={reason}>
            <Button
              leftSection={<Icon name="user-plus" size={14} />}
              disabled={Boolean(reason)}
              onClick={() => setAdding(true)}
            >
              Add member
            </Button>
          </Locked>
        )}
      </FilterBar>
      <div className={styles.list}>
        <List
          label="Members"
          list={list}
          columns={mayChange && !isPast ? [...COLUMNS, change.column(isManaged)] : COLUMNS}
          idOf={(member) => `${member.user.id} ${member.via?.id ?? ""} ${member.validFrom}`}
          onOpen={({ user }) => void navigate({ to: "/users/$id", params: { id: user.id } })}
          empty={
            <Empty
              icon="users"
              title={search ? "No member is called that" : isPast ? "Nobody was on it that day" : "No members yet"}
            >
              {!search &&
                !isPast &&
                (isManaged ? `Put people into the group in ${team.managedBy?.name}.` : "Add the first one.")}
            </Empty>
          }
        />
      </div>
      <AddMember team={team} opened={isAdding} onClose={() => setAdding(false)} onChosen={change.add} />
    </div>
  );
}

function lockedBecause(team: Whole, isManaged: boolean, isPast: boolean): string | null {
  if (isPast) return "This is how it was. Go back to today to change it.";
  return isManaged
    ? `${team.managedBy?.name} manages who is on this team: put them into its group there, and they are here within seconds.`
    : null;
}

function AsItWas({ team, asOf, onToday }: { team: Whole; asOf: string; onToday: () => void }) {
  const { data } = useQuery({
    queryKey: ["changes-since", team.id, asOf],
    queryFn: () =>
      everything({
        document: ChangesSinceDocument,
        variables: { id: team.id, from: asOf },
        pick: (result) => result.account?.team?.membershipChanges,
      }),
  });
  const number = (type: string) => data?.filter((change) => change.type === type).length ?? 0;
  return (
    <Notice
      role="status"
      icon="history"
      title={`As it was on ${longDay(asOf)}`}
      action={
        <Button variant="default" size="compact-sm" onClick={onToday}>
          Back to today
        </Button>
      }
    >
      {data ? `+${number("joined")} joined, −${number("left")} left since then` : " "}
    </Notice>
  );
}

/** Adding, removing and roles; each with its way back. */
function useMembers(team: Whole) {
  const client = useQueryClient();
  const set = (users: { id: string }[], role?: string) =>
    act(AddMembersDocument, { input: { teamId: team.id, members: users.map((user) => ({ user, role })) } });
  const attempt = async (work: () => Promise<unknown>, words: string, back?: () => Promise<unknown>) => {
    const refresh = () => void client.invalidateQueries();
    try {
      await work();
      told(words, back && (() => void back().then(refresh, failed)));
    } catch (problem) {
      failed(problem);
    }
    refresh();
  };
  const remove = ({ user }: Member) =>
    act(RemoveMembersDocument, { input: { teamId: team.id, members: [{ user: { id: user.id } }] } });
  const rowMenu = (member: Member, isManaged: boolean) => {
    const { user, role } = member;
    const other = role === "manager" ? "member" : "manager";
    return (
      <Menu>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={28} aria-label={`Change ${user.name}'s membership`}>
            <Icon name="ellipsis" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Icon name="shield" />}
            onClick={() =>
              attempt(
                () => set([user], other),
                `${user.name} is ${other === "manager" ? "a manager" : "a member"} of ${team.name}.`,
                () => set([user], role ?? undefined),
              )
            }
          >
            Make {other}
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<Icon name="user-minus" />}
            disabled={isManaged}
            onClick={() =>
              attempt(
                () => remove(member),
                `${user.name} is no longer on ${team.name}.`,
                () => set([user], role ?? undefined),
              )
            }
          >
            {isManaged ? `Remove in ${team.managedBy?.name}` : "Remove from team"}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    );
  };
  return {
    add: (person: { value: string; label: string }, role: string) =>
      attempt(() => set([{ id: person.value }], role), `${person.label.split(" · ")[0]} is on ${team.name}.`),
    column: (isManaged: boolean): Column<Member> => ({
      key: "menu",
      header: "",
      width: "44px",
      cell: (member) => (member.isInherited ? null : rowMenu(member, isManaged)),
    }),
  };
}

const COLUMNS: Column<Member>[] = [
  {
    key: "name",
    header: "Name",
    cell: ({ user }) => (
      <span style={{ display: "flex", gap: 10, alignItems: "center" }}>
        <Face name={user.name} />
        <span className="cut">
          <PersonLink person={user} />
          {user.status === "deactivated" && <span className="muted"> · deactivated</span>}
        </span>
      </span>
    ),
  },
  { key: "title", header: "Title", from: "medium", cell: ({ user }) => user.title ?? <span className="muted">–</span> },
  { key: "role", header: "Role", width: "96px", cell: ({ role }) => role ?? "member" },
  {
    key: "how",
    header: "How",
    width: "150px",
    from: "medium",
    cell: ({ isInherited, via }) =>
      isInherited && via ? <TeamLink team={via} /> : <span className="muted">direct</span>,
  },
  {
    key: "since",
    header: "Since",
    width: "148px",
    from: "small",
    cell: ({ validFrom, beganOnOrBefore }) => (
      <span title={beganOnOrBefore ? `On ${exact(validFrom)} or before` : exact(validFrom)}>
        {beganOnOrBefore && "before "}
        {day(validFrom)}
      </span>
    ),
  },
  {
    key: "source",
    header: "Source",
    width: "96px",
    from: "medium",
    cell: ({ integration }) => <Source integration={integration} />,
  },
];

const CSV: CsvColumn<Member>[] = [
  { header: "Id", value: ({ user }) => user.id },
  { header: "Name", value: ({ user }) => user.name },
  { header: "Email", value: ({ user }) => user.email },
  { header: "Role", value: ({ role }) => role },
  { header: "Through", value: ({ via }) => via?.name },
  { header: "Since", value: ({ validFrom }) => validFrom },
  { header: "Until", value: ({ validTo }) => validTo },
  { header: "Source", value: ({ integration }) => integration?.name ?? "Manual" },
];
