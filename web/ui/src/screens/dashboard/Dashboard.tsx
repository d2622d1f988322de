// How many people and teams there are, how it moves, and what needs somebody; each figure leads to its list.
import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { everything } from "../../api/everything";
import { execute } from "../../api/execute";
import { nodesOf } from "../../api/lists";
import { useMe } from "../../api/viewer";
import {
  DashboardDocument,
  DashboardProvisioningDocument,
  type DashboardQuery,
  TeamsAndManagersDocument,
} from "../../generated/dashboard";
import { Areas } from "../../kit/Areas";
import { TeamLink } from "../../kit/Links";
import { Card, Page } from "../../kit/Page";
import { Problem } from "../../kit/Problem";
import { Since } from "../../kit/Since";
import { IntegrationState } from "../../kit/Status";
import { daysUntil, EXPIRY_TOLD_DAYS, expiry } from "../../kit/time";
import { count } from "../../kit/words";
import styles from "./Dashboard.module.css";
import { Flow } from "./Flow";
import { GetStarted } from "./GetStarted";

const WEEKS = 26;
const DAY_MS = 86_400_000;

/** The same all day long, so that the question is the same one. */
const from = () => new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - WEEKS * 7 * DAY_MS).toISOString();

export function Dashboard() {
  const { viewer, may } = useMe();
  const isAdmin = may("provisioning.read");
  const { data, error, refetch } = useQuery({
    queryKey: ["dashboard"],
    queryFn: async () => (await execute(DashboardDocument, { from: from() })).account,
  });
  const provisioning = useQuery({
    queryKey: ["dashboard-provisioning"],
    queryFn: async () => nodesOf((await execute(DashboardProvisioningDocument)).account?.scimIntegrations),
    enabled: isAdmin,
  });
  if (error && !data) return <Problem problem={error} retry={refetch} />;
  const isNew = isAdmin && provisioning.data?.length === 0;
  return (
    <Page title="Overview" note={viewer.account.name}>
      {isNew && <GetStarted />}
      <div className={styles.figures} aria-busy={!data}>
        <FigureTile name="Active people" value={data?.active?.totalCount} to="/users" search={{ status: "active" }} />
        <FigureTile
          name="Deactivated"
          value={data?.deactivated?.totalCount}
          to="/users"
          search={{ status: "deactivated" }}
        />
        <FigureTile name="Teams" value={data?.teams?.totalCount} to="/teams" search={{}} />
        <FigureTile
          name="Joined in 7 days"
          value={data?.headcount.at(-1)?.joined}
          to="/activity"
          search={{ action: "joined", days: "7" }}
          isAdmin={isAdmin}
        />
        <FigureTile
          name="Left in 7 days"
          value={data?.headcount.at(-1)?.left}
          to="/activity"
          search={{ action: "left", days: "7" }}
          isAdmin={isAdmin}
        />
      </div>
      <div className={styles.grid}>
        <Card title="People" note={`By status, over ${WEEKS} weeks`}>
          {data ? <People weeks={data.headcount} /> : <Skeleton height={190} />}
        </Card>
        <Card title="Joiners and leavers" note="By week">
          {data ? <Flow weeks={data.headcount} /> : <Skeleton height={190} />}
        </Card>
        {isAdmin && !isNew && (
          <Card
            title="Provisioning"
            note="In the last 24 hours"
            actions={
              <Button variant="subtle" size="compact-sm" renderRoot={(props) => <Link to="/integrations" {...props} />}>
                Integrations
              </Button>
            }
          >
            <ul className={styles.rows} aria-busy={provisioning.isPending}>
              {provisioning.isPending && (
                <li>
                  <Skeleton height={44} />
                </li>
              )}
              {provisioning.data?.map((integration) => (
                <li key={integration.id}>
                  <div className={styles.words}>
                    <span className={styles.state}>
                      <Link to="/integrations/$id" params={{ id: integration.id }} className="link">
                        {integration.name}
                      </Link>
                      <IntegrationState status={integration.status} />
                    </span>
                    {integration.lastRequestAt && (
                      <span className="muted">
                        <Since at={integration.lastRequestAt} prefix="Last request" />
                      </span>
                    )}
                  </div>
                  <Needs integration={integration} />
                </li>
              ))}
            </ul>
          </Card>
        )}
        <Unmanaged />
      </div>
    </Page>
  );
}

interface TileProps {
  name: string;
  value: number | undefined;
  to: string;
  search: Record<string, string>;
  /** Where the list behind it is an administrator's. */
  isAdmin?: boolean;
}

function FigureTile({ name, value, to, search, isAdmin = true }: TileProps) {
  const content = (
    <>
      <span className="muted">{name}</span>
      {value === undefined ? <Skeleton height={26} width={60} /> : <strong>{value.toLocaleString("en")}</strong>}
    </>
  );
  if (!isAdmin) return <div className={styles.tile}>{content}</div>;
  return (
    <Link to={to} search={search as never} className={styles.tile}>
      {content}
    </Link>
  );
}

type Week = NonNullable<DashboardQuery["account"]>["headcount"][number];

function People({ weeks }: { weeks: Week[] }) {
  const last = weeks.at(-1);
  return (
    <Areas
      points={weeks.map(({ at, active, deactivated }) => ({ at, lower: active, upper: deactivated }))}
      names={{ lower: "Active", upper: "Deactivated" }}
      summary={`${last?.active ?? 0} active and ${last?.deactivated ?? 0} deactivated people now; ${weeks[0]?.active ?? 0} were active ${WEEKS} weeks ago.`}
    />
  );
}

interface Needing {
  id: string;
  health: { requests: number; failed: number };
  pendingDecisions: { totalCount: number };
  letters: { held: number; failed: number };
  apiTokens: { nodes: readonly ({ expiresAt: string; revokedAt: string | null } | null)[] | null };
}

function Needs({ integration }: { integration: Needing }) {
  const { health, pendingDecisions, letters, id } = integration;
  const waiting = pendingDecisions.totalCount + letters.held + letters.failed;
  const [soonest] = nodesOf(integration.apiTokens)
    .filter(({ revokedAt }) => !revokedAt)
    .map(({ expiresAt }) => expiresAt)
    .sort();
  const parts: ReactNode[] = [
    soonest && daysUntil(soonest) <= EXPIRY_TOLD_DAYS && (
      <Link key="token" to="/integrations/$id" params={{ id }} className={styles.warn}>
        a token {expiry(soonest)}
      </Link>
    ),
    health.failed > 0 && (
      <Link
        key="failed"
        to="/integrations/$id"
        params={{ id }}
        search={{ tab: "log", show: "errors" }}
        className={styles.bad}
      >
        {count(health.failed, "request", "requests")} failed
      </Link>
    ),
    waiting > 0 && (
      <Link key="waiting" to="/integrations/$id" params={{ id }} search={{ tab: "waiting" }} className={styles.warn}>
        {waiting.toLocaleString("en")} waiting for you
      </Link>
    ),
  ].filter(Boolean);
  if (parts.length === 0)
    return <span className="muted">{count(health.requests, "request", "requests")}, none failed</span>;
  return <span className={styles.needs}>{parts}</span>;
}

const SHOWN = 6;

function Unmanaged() {
  const { data, isPending } = useQuery({
    queryKey: ["teams-and-managers"],
    queryFn: () =>
      everything({ document: TeamsAndManagersDocument, variables: {}, pick: (result) => result.account?.teams }),
  });
  const without = data?.filter((team) => team.managers.totalCount === 0) ?? [];
  return (
    <Card
      title="Teams without a manager"
      note={data && (without.length ? `${without.length} of ${data.length}` : "Every team has one.")}
      actions={
        without.length > 0 && (
          <Button
            variant="subtle"
            size="compact-sm"
            renderRoot={(props) => <Link to="/teams" search={{ view: "list", show: "unmanaged" }} {...props} />}
          >
            Show all
          </Button>
        )
      }
    >
      <ul className={styles.rows} aria-busy={isPending}>
        {isPending && (
          <li>
            <Skeleton height={44} />
          </li>
        )}
        {without.slice(0, SHOWN).map((team) => (
          <li key={team.id}>
            <TeamLink team={team} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
