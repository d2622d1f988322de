// Oneself: name, password, and where one is signed in.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { part } from "../../api/part";
import { shellRoute } from "../../shell/route";

export const profileRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/profile",
  component: lazyRouteComponent(() => part(() => import("./Profile")), "Profile"),
});
