// Connections to identity providers: which there are, a new one, and the page of one.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { part } from "../../api/part";
import { need } from "../../api/viewer";
import { shellRoute } from "../../shell/route";

export const TABS = ["connect", "log", "waiting", "settings"] as const;
export type Tab = (typeof TABS)[number];

export const SHOWN = ["all", "errors", "users", "groups"] as const;
export type Shown = (typeof SHOWN)[number];

const oneOf = <Word extends string>(words: readonly Word[], value: unknown): Word | undefined =>
  words.find((word) => word === value);

export const integrationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/integrations",
  beforeLoad: () => need("integrations.manage"),
  component: lazyRouteComponent(() => part(() => import("./Integrations")), "Integrations"),
});

export const newIntegrationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/integrations/new",
  validateSearch: (search): { type?: "scim" } => ({ type: search.type === "scim" ? "scim" : undefined }),
  beforeLoad: () => need("integrations.manage"),
  component: lazyRouteComponent(() => part(() => import("./Gallery")), "Gallery"),
});

export const integrationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/integrations/$id",
  validateSearch: (search): { tab?: Tab; show?: Shown; search?: string; event?: string } => ({
    tab: oneOf(TABS, search.tab),
    show: oneOf(SHOWN, search.show),
    search: typeof search.search === "string" ? search.search : undefined,
    event: typeof search.event === "string" ? search.event : undefined,
  }),
  beforeLoad: () => need("integrations.manage"),
  component: lazyRouteComponent(() => part(() => import("./Integration")), "Integration"),
});
