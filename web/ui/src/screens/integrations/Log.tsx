// What the provider sent: how it goes by the hour, and each request with what became of it.
import { SegmentedControl, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { execute } from "../../api/execute";
import { useList } from "../../api/lists";
import {
  IntegrationHealthDocument,
  ProvisioningLogDocument,
  type ProvisioningLogQuery,
} from "../../generated/integrations";
import { Bars } from "../../kit/Bars";
import { Empty } from "../../kit/Empty";
import { Figures } from "../../kit/Figures";
import { FilterBar, SearchField } from "../../kit/Filters";
import { type Column, List } from "../../kit/List";
import { Card } from "../../kit/Page";
import { Status } from "../../kit/Status";
import { clock, exact } from "../../kit/time";
import { readable } from "./addresses";
import { Event } from "./Event";
import styles from "./Log.module.css";
import type { Scim } from "./queries";
import { integrationRoute, type Shown } from "./route";

export type Logged = NonNullable<
  NonNullable<NonNullable<ProvisioningLogQuery["account"]>["provisioningEvents"]["nodes"]>[number]
>;

const LIVE_MS = 3000;

const FILTERS = {
  all: {},
  errors: { onlyErrors: true },
  users: { resourceKind: "user" },
  groups: { resourceKind: "team" },
};

export function Log({ integration }: { integration: Scim }) {
  const { show = "all", search = "", event } = integrationRoute.useSearch();
  const navigate = useNavigate({ from: "/integrations/$id" });
  const [isLive, setLive] = useState(true);
  const to = (changed: { show?: Shown; search?: string; event?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  const filter = { integration: integration.id, ...FILTERS[show], search: search || undefined };
  const list = useList({
    queryKey: ["log", integration.id],
    document: ProvisioningLogDocument,
    variables: { filter },
    pick: (result) => result.account?.provisioningEvents,
    everyMs: isLive ? LIVE_MS : undefined,
  });
  return (
    <div className={styles.log}>
      <Health integration={integration} />
      <FilterBar>
        <SearchField label="Search name, email, path" value={search} onSearch={(value) => to({ search: value })} />
        <SegmentedControl
          size="xs"
          aria-label="Which requests"
          value={show}
          onChange={(value) => to({ show: value as Shown })}
          data={[
            { value: "all", label: "All" },
            { value: "errors", label: "Errors" },
            { value: "users", label: "Users" },
            { value: "groups", label: "Groups" },
          ]}
        />
        <Switch label="Live" size="xs" checked={isLive} onChange={(change) => setLive(change.target.checked)} />
      </FilterBar>
      <div className={styles.list}>
        <List
          label="Requests"
          list={list}
          columns={COLUMNS}
          idOf={(row) => row.id}
          onOpen={(row) => to({ event: row.id })}
          empty={
            show === "all" && !search ? (
              <Empty icon="activity" title="No request has come yet">
                As soon as {integration.name} calls, each request is listed here with what became of it.
              </Empty>
            ) : (
              <Empty icon="circle-check" title={show === "errors" ? "No request has failed" : "No such request"} />
            )
          }
        />
      </div>
      <Event event={list.rows.find(({ id }) => id === event)} onClose={() => to({ event: undefined })} />
    </div>
  );
}

const COLUMNS: Column<Logged>[] = [
  {
    key: "at",
    header: "Time",
    width: "84px",
    cell: (row) => (
      <time dateTime={row.at} title={exact(row.at)} className="number">
        {clock(row.at)}
      </time>
    ),
  },
  {
    key: "status",
    header: "Answer",
    width: "86px",
    cell: (row) => <Status tone={row.status >= 400 ? "bad" : "good"}>{row.status}</Status>,
  },
  {
    key: "request",
    header: "Request",
    cell: (row) => (
      <span className="mono">
        <strong>{row.method}</strong> {readable(row.path)}
        {row.requests > 1 && <span className="muted"> ×{row.requests}</span>}
      </span>
    ),
  },
  { key: "what", header: "What", from: "medium", cell: (row) => row.reason ?? row.resourceName ?? "" },
  {
    key: "took",
    header: "Took",
    width: "80px",
    align: "right",
    from: "small",
    cell: (row) => <span className="muted">{Math.round(row.durationMs)} ms</span>,
  },
];

function Health({ integration }: { integration: Scim }) {
  const { data } = useQuery({
    queryKey: ["health", integration.id],
    queryFn: async () => (await execute(IntegrationHealthDocument, { id: integration.id })).account?.integration,
    refetchInterval: LIVE_MS,
  });
  if (!data || !("health" in data)) return <Card title="Last 24 hours">{<div style={{ height: 150 }} />}</Card>;
  const { requests, failed, rateLimited, p95Ms, buckets } = data.health;
  return (
    <Card title="Last 24 hours">
      <Figures
        figures={[
          { name: "Requests", value: requests.toLocaleString("en") },
          { name: "Failed", value: failed.toLocaleString("en"), tone: failed ? "bad" : undefined },
          { name: "Slowed down (429)", value: rateLimited.toLocaleString("en") },
          { name: "95 of 100 within", value: p95Ms === null ? "–" : `${Math.round(p95Ms)} ms` },
          { name: "People", value: data.userCount.toLocaleString("en") },
          { name: "Teams", value: data.teamCount.toLocaleString("en") },
        ]}
      />
      <div style={{ marginTop: 16 }}>
        <Bars
          summary={`${requests} requests in 24 hours, ${failed} of them failed`}
          bars={buckets.map((bucket) => ({
            label: new Date(bucket.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }),
            value: bucket.requests,
            bad: bucket.failed,
          }))}
        />
      </div>
    </Card>
  );
}
