// Teams: the tree or the list, and one of them, today or as it was on another day.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { part } from "../../api/part";
import { shellRoute } from "../../shell/route";

export interface TeamsSearch {
  view?: "list";
  search?: string;
  sort?: string;
  /** In the list: only those without a manager. */
  show?: "unmanaged";
  /** Opens the dialog that makes one. */
  create?: "true";
}

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

export const teamsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/teams",
  validateSearch: (search): TeamsSearch => ({
    view: search.view === "list" ? "list" : undefined,
    search: text(search.search),
    sort: ["name", "-name", "createdAt", "-createdAt"].find((sort) => sort === search.sort),
    show: search.show === "unmanaged" ? "unmanaged" : undefined,
    create: search.create === "true" ? "true" : undefined,
  }),
  component: lazyRouteComponent(() => part(() => import("./Teams")), "Teams"),
});

export const TEAM_TABS = ["members", "sub-teams", "history", "contacts"] as const;
export type TeamTab = (typeof TEAM_TABS)[number];

export interface TeamSearch {
  tab?: TeamTab;
  /** A day: members are those of its end, in the account's time zone. */
  asOf?: string;
  /** Members of teams below it, too. */
  scope?: "all";
  search?: string;
}

export const teamRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/teams/$alias",
  validateSearch: (search): TeamSearch => ({
    tab: TEAM_TABS.find((tab) => tab === search.tab),
    asOf: /^\d{4}-\d\d-\d\d$/.test(String(search.asOf)) ? String(search.asOf) : undefined,
    scope: search.scope === "all" ? "all" : undefined,
    search: text(search.search),
  }),
  component: lazyRouteComponent(() => part(() => import("./Team")), "Team"),
});
