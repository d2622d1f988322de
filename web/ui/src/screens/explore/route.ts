// GraphQL to try out, signed in as oneself.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { part } from "../../api/part";
import { shellRoute } from "../../shell/route";

export const exploreRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/explore",
  component: lazyRouteComponent(() => part(() => import("./Explore")), "Explore"),
});
