// One SCIM integration: connecting it, what it sends, who waits, what it is set to.
import { Button, Tabs } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Notice } from "../../kit/Notice";
import { Page } from "../../kit/Page";
import { Since } from "../../kit/Since";
import { IntegrationState } from "../../kit/Status";
import { Connect } from "./Connect";
import { Log } from "./Log";
import { integrationQuery, type Scim } from "./queries";
import { integrationRoute, type Tab } from "./route";
import { SettingsTab } from "./SettingsTab";
import { useUpdate } from "./useUpdate";
import { Waiting } from "./Waiting";

export function Integration() {
  const { id } = integrationRoute.useParams();
  const { tab = "connect" } = integrationRoute.useSearch();
  const { data: integration } = useSuspenseQuery(integrationQuery(id));
  const navigate = useNavigate({ from: "/integrations/$id" });
  const waiting = integration.pendingDecisions.totalCount + integration.letters.held + integration.letters.failed;
  return (
    <Page
      title={integration.name}
      note={<State integration={integration} />}
      crumbs={[{ label: "Integrations", to: "/integrations" }]}
    >
      {integration.status === "paused" && <Paused integration={integration} />}
      <Tabs value={tab} onChange={(value) => void navigate({ search: { tab: value as Tab } })}>
        <Tabs.List mb="md">
          <Tabs.Tab value="connect">Connect</Tabs.Tab>
          <Tabs.Tab value="log">Health and log</Tabs.Tab>
          <Tabs.Tab value="waiting">Waiting for you{waiting > 0 && ` (${waiting.toLocaleString("en")})`}</Tabs.Tab>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="connect">
          <Connect integration={integration} />
        </Tabs.Panel>
        <Tabs.Panel value="log">
          <Log integration={integration} />
        </Tabs.Panel>
        <Tabs.Panel value="waiting">
          <Waiting integration={integration} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <SettingsTab key={integration.version} integration={integration} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Paused({ integration }: { integration: Scim }) {
  const update = useUpdate(integration);
  return (
    <div style={{ marginBottom: 16 }}>
      <Notice
        tone="warn"
        title={`${integration.name} is paused`}
        action={
          <Button size="compact-sm" onClick={() => update({ paused: false }, `${integration.name} goes on.`)}>
            Resume
          </Button>
        }
      >
        What {integration.name} sends is put off and changes nothing. Nothing is lost: it tries again until you resume.
      </Notice>
    </div>
  );
}

function State({ integration }: { integration: Scim }) {
  return (
    <span role="status" style={{ display: "inline-flex", gap: 8, flexWrap: "wrap" }}>
      <IntegrationState status={integration.status} />
      {integration.lastRequestAt && <Since at={integration.lastRequestAt} prefix="· last request" />}
    </span>
  );
}
