// What happened: each act as a sentence, by whom, and what differed.
import { Drawer, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { everything } from "../../api/everything";
import { useList } from "../../api/lists";
import { ActivityDocument, type ActivityQuery } from "../../generated/activity";
import { Copy } from "../../kit/Copy";
import type { CsvColumn } from "../../kit/csv";
import { Diff } from "../../kit/Diff";
import { Empty } from "../../kit/Empty";
import { ExportButton } from "../../kit/Export";
import { Filter, FilterBar, SearchField } from "../../kit/Filters";
import { Icon, type IconName } from "../../kit/icons";
import { PersonLink, TeamLink } from "../../kit/Links";
import { type Column, List } from "../../kit/List";
import { Facts, Page } from "../../kit/Page";
import { Since } from "../../kit/Since";
import { exact, today } from "../../kit/time";
import { count } from "../../kit/words";
import styles from "./Activity.module.css";
import { ACTION_CHOICES, type ActivitySearch, DAYS, filterOf, OBJECTS } from "./filters";
import { activityRoute } from "./route";

type Act = NonNullable<NonNullable<NonNullable<ActivityQuery["account"]>["auditEvents"]["nodes"]>[number]>;

export function Activity() {
  const search = activityRoute.useSearch();
  const navigate = useNavigate({ from: "/activity" });
  const to = (changed: ActivitySearch) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  const variables = { filter: filterOf(search) };
  const pick = (result: ActivityQuery) => result.account?.auditEvents;
  const list = useList({ queryKey: ["activity"], document: ActivityDocument, variables, pick });
  const { event, ...filters } = search;
  const isFiltered = Object.values(filters).some(Boolean);
  const rows = (onProgress: (got: number, total: number) => void) =>
    everything({ document: ActivityDocument, variables, pick, onProgress });
  return (
    <Page
      title="Activity"
      width="list"
      note={list.total !== undefined && count(list.total, "event", "events")}
      actions={
        <>
          <ExportButton name="activity" columns={CSV} rows={rows} />
          <ExportButton name="activity" columns={CSV} rows={rows} as="json" />
        </>
      }
    >
      <FilterBar onClear={isFiltered ? () => to(NO_FILTERS) : undefined}>
        <SearchField
          label="Search what happened"
          value={search.search ?? ""}
          onSearch={(typed) => to({ search: typed || undefined })}
        />
        <Filter
          label="Actor"
          value={search.actor}
          choices={actors(list.rows, search.actor)}
          onChoose={(actor) => to({ actor })}
        />
        <Filter label="Action" value={search.action} choices={ACTION_CHOICES} onChoose={(action) => to({ action })} />
        <Filter label="Object" value={search.object} choices={OBJECTS} onChoose={(object) => to({ object })} />
        <Filter
          label="Range"
          value={search.days}
          choices={DAYS}
          onChoose={(days) => to({ days, from: undefined, to: undefined })}
        />
        <span className={styles.days}>
          <TextInput
            name="from"
            type="date"
            aria-label="From this day"
            max={today()}
            value={search.from ?? ""}
            onChange={(change) => to({ from: change.target.value || undefined, days: undefined })}
          />
          –
          <TextInput
            name="to"
            type="date"
            aria-label="To this day"
            max={today()}
            value={search.to ?? ""}
            onChange={(change) => to({ to: change.target.value || undefined, days: undefined })}
          />
        </span>
      </FilterBar>
      <List
        label="Activity"
        list={list}
        columns={COLUMNS}
        idOf={(act) => act.id}
        onOpen={(act) => to({ event: act.id })}
        empty={
          <Empty icon="activity" title={isFiltered ? "Nothing of the kind happened" : "Nothing has happened yet"}>
            Everything that changes the account is listed here, with who did it and what differed.
          </Empty>
        }
      />
      <Whole act={list.rows.find(({ id }) => id === event)} onClose={() => to({ event: undefined })} />
    </Page>
  );
}

const NO_FILTERS: ActivitySearch = {
  search: undefined,
  actor: undefined,
  action: undefined,
  object: undefined,
  days: undefined,
  from: undefined,
  to: undefined,
};

/** Whoever acted in what is loaded; and whoever is chosen, so that it can be seen. */
function actors(rows: Act[], chosen: string | undefined) {
  const names = new Set([...(chosen ? [chosen] : []), ...rows.map(({ actorName }) => actorName)]);
  return [...names].sort().map((name) => ({ value: name, label: name }));
}

const ICONS: Record<string, IconName> = {
  user: "user",
  team: "network",
  memberships: "users",
  integration: "plug",
  token: "key-round",
  letters: "mail",
  letter: "mail",
  invitation: "mail",
  invitations: "mail",
  session: "log-out",
  password: "lock",
  link: "link",
};

const COLUMNS: Column<Act>[] = [
  {
    key: "at",
    header: "When",
    width: "130px",
    cell: ({ at }) => (
      <span className="muted">
        <Since at={at} />
      </span>
    ),
  },
  {
    key: "sentence",
    header: "What",
    cell: ({ action, sentence }) => (
      <span className={styles.what}>
        <Icon name={ICONS[action.split(".")[0] ?? ""] ?? "info"} size={15} className="muted" />
        <span className="cut" title={sentence}>
          {sentence}
        </span>
      </span>
    ),
  },
  { key: "actor", header: "By", width: "190px", from: "medium", cell: ({ actorName }) => actorName },
  {
    key: "action",
    header: "Action",
    width: "170px",
    from: "large",
    cell: ({ action }) => <span className="mono muted">{action}</span>,
  },
];

const CSV: CsvColumn<Act>[] = [
  { header: "At", value: ({ at }) => at },
  { header: "Actor", value: ({ actorName }) => actorName },
  { header: "Actor kind", value: ({ actorKind }) => actorKind },
  { header: "Action", value: ({ action }) => action },
  { header: "What", value: ({ sentence }) => sentence },
  { header: "Object kind", value: ({ subjectKind }) => subjectKind },
  { header: "Object id", value: ({ subjectId }) => subjectId },
  { header: "Object", value: ({ subjectName }) => subjectName },
  { header: "Before", value: ({ before }) => (before ? JSON.stringify(before) : "") },
  { header: "After", value: ({ after }) => (after ? JSON.stringify(after) : "") },
  { header: "Request id", value: ({ requestId }) => requestId },
];

function Whole({ act, onClose }: { act: Act | undefined; onClose: () => void }) {
  return (
    <Drawer opened={Boolean(act)} onClose={onClose} position="right" size={520} title="What happened">
      {act && (
        <div className={styles.detail}>
          <p className={styles.sentence}>{act.sentence}</p>
          <Diff before={act.before} after={act.after} />
          <Facts
            facts={[
              ["When", exact(act.at)],
              ["By", act.actorName],
              ["Object", <Subject key="subject" act={act} />],
              [
                "Action",
                <span key="action" className="mono">
                  {act.action}
                </span>,
              ],
              [
                "Request id",
                act.requestId && (
                  <span key="id">
                    <span className="mono">{act.requestId}</span> <Copy value={act.requestId} label="request id" />
                  </span>
                ),
              ],
            ]}
          />
        </div>
      )}
    </Drawer>
  );
}

function Subject({ act }: { act: Act }) {
  if (act.user) return <PersonLink person={act.user} />;
  if (act.team) return <TeamLink team={act.team} />;
  return act.subjectName;
}
