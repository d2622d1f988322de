// The account's settings, one tab for each kind.
import { Tabs } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Page } from "../../kit/Page";
import { ApiTokens } from "../../kit/tokens/ApiTokens";
import { Administrators } from "./Administrators";
import { General } from "./General";
import { Mail } from "./Mail";
import { type SettingsTab, settingsRoute } from "./route";
import { SignInSettings } from "./SignInSettings";

export function Settings() {
  const { tab = "general" } = settingsRoute.useSearch();
  const navigate = useNavigate({ from: "/settings" });
  return (
    <Page title="Settings" width="form">
      <Tabs value={tab} onChange={(value) => void navigate({ search: { tab: value as SettingsTab }, replace: true })}>
        <Tabs.List mb="md">
          <Tabs.Tab value="general">General</Tabs.Tab>
          <Tabs.Tab value="sign-in">Sign-in</Tabs.Tab>
          <Tabs.Tab value="administrators">Administrators</Tabs.Tab>
          <Tabs.Tab value="mail">Mail</Tabs.Tab>
          <Tabs.Tab value="tokens">API tokens</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="general">
          <General />
        </Tabs.Panel>
        <Tabs.Panel value="sign-in">
          <SignInSettings />
        </Tabs.Panel>
        <Tabs.Panel value="administrators">
          <Administrators />
        </Tabs.Panel>
        <Tabs.Panel value="mail">
          <Mail />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <ApiTokens of="account" />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
