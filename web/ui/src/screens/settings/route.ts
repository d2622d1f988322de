// The account's settings, an administrator's: what it is called, how people sign in, who administers, mail, tokens.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { part } from "../../api/part";
import { need } from "../../api/viewer";
import { shellRoute } from "../../shell/route";

export const SETTINGS_TABS = ["general", "sign-in", "administrators", "mail", "tokens"] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];

export const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings",
  validateSearch: (search): { tab?: SettingsTab } => ({ tab: SETTINGS_TABS.find((tab) => tab === search.tab) }),
  beforeLoad: () => need("account.update"),
  component: lazyRouteComponent(() => part(() => import("./Settings")), "Settings"),
});
