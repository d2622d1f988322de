// All connections as tiles: how each does, at one glance.
import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Empty } from "../../kit/Empty";
import { Icon } from "../../kit/icons";
import { Page } from "../../kit/Page";
import { Problem } from "../../kit/Problem";
import { Since } from "../../kit/Since";
import { IntegrationState } from "../../kit/Status";
import styles from "./Integrations.module.css";
import { integrationsQuery } from "./queries";

export function Integrations() {
  const { data, error, isPending, refetch } = useQuery(integrationsQuery);
  const create = (
    <Button
      leftSection={<Icon name="plus" size={14} />}
      renderRoot={(props) => <Link to="/integrations/new" {...props} />}
    >
      New Integration
    </Button>
  );
  return (
    <Page title="Integrations" actions={create}>
      {error && !data && <Problem problem={error} retry={refetch} />}
      {data?.length === 0 && (
        <Empty icon="plug" title="Connect your identity provider" action={create}>
          Okta, Entra, OneLogin or any other that speaks SCIM 2.0 keeps people and teams fresh here: who joins, moves
          and leaves there does so here within seconds.
        </Empty>
      )}
      {(isPending || (data && data.length > 0)) && (
        <ul className={styles.tiles} aria-busy={isPending}>
          {isPending && (
            <li>
              <Skeleton height={140} radius="lg" />
            </li>
          )}
          {data?.map((integration) => (
            <li key={integration.id}>
              <Link to="/integrations/$id" params={{ id: integration.id }} className={styles.tile}>
                <div className={styles.tileHead}>
                  <span className={styles.mark}>
                    <Icon name="plug" size={18} />
                  </span>
                  <div>
                    <strong>{integration.name}</strong>
                    <div className="muted">SCIM 2.0</div>
                  </div>
                </div>
                <div className={styles.state}>
                  <IntegrationState status={integration.status} />
                  {integration.lastRequestAt && (
                    <span className="muted">
                      <Since at={integration.lastRequestAt} />
                    </span>
                  )}
                </div>
                <div className={styles.counts}>
                  <span className="number">{integration.userCount.toLocaleString("en")} people</span>
                  <span className="number">{integration.teamCount.toLocaleString("en")} teams</span>
                  {integration.pendingDecisions.totalCount > 0 && (
                    <span className={styles.waiting}>{integration.pendingDecisions.totalCount} waiting for you</span>
                  )}
                </div>
              </Link>
            </li>
          ))}
          {data && (
            <li>
              <Link to="/integrations/new" className={styles.another}>
                <Icon name="plus" size={18} />
                New Integration
              </Link>
            </li>
          )}
        </ul>
      )}
    </Page>
  );
}
