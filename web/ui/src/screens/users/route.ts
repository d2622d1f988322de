// People: the list with its filters in the address, and one of them.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { part } from "../../api/part";
import { ROLES, type Role } from "../../kit/words";
import { shellRoute } from "../../shell/route";

export const STATES = ["active", "invited", "deactivated"] as const;
export type State = (typeof STATES)[number];

export interface UsersSearch {
  search?: string;
  status?: State;
  role?: Role;
  /** An integration's id, or `manual`. */
  source?: string;
  /** A field; with a minus before it, the other way round. */
  sort?: string;
  /** Opens the dialog that invites. */
  invite?: "true";
}

export const SORTABLE = ["name", "email", "title", "department", "role", "createdAt", "lastSignInAt"];

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

export const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/users",
  validateSearch: (search): UsersSearch => ({
    search: text(search.search),
    status: STATES.find((state) => state === search.status),
    role: Object.keys(ROLES).find((role): role is Role => role === search.role),
    source: text(search.source),
    sort: SORTABLE.some((field) => field === text(search.sort)?.replace(/^-/, "")) ? text(search.sort) : undefined,
    invite: search.invite === "true" ? "true" : undefined,
  }),
  component: lazyRouteComponent(() => part(() => import("./Users")), "Users"),
});

export const USER_TABS = ["overview", "teams", "history", "raw"] as const;
export type UserTab = (typeof USER_TABS)[number];

export const userRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/users/$id",
  validateSearch: (search): { tab?: UserTab } => ({ tab: USER_TABS.find((tab) => tab === search.tab) }),
  component: lazyRouteComponent(() => part(() => import("./User")), "User"),
});
