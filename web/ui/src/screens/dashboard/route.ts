// The first page: how many, how it moves, what needs somebody.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { part } from "../../api/part";
import { shellRoute } from "../../shell/route";

export const dashboardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  component: lazyRouteComponent(() => part(() => import("./Dashboard")), "Dashboard"),
});
