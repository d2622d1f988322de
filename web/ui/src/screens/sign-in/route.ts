// The doors: signing in, the first administrator's set-up, an invitation or a link to choose a new password.
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { part } from "../../api/part";
import { queryClient } from "../../api/queries";
import { sessionQuery } from "../../api/session";
import { rootRoute } from "../../shell/route";
import { inside } from "./inside";

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search): { next?: string } => ({ next: inside(search.next) }),
  beforeLoad: async ({ search }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session.signedIn) throw redirect({ href: search.next ?? "/" });
  },
  component: lazyRouteComponent(() => part(() => import("./SignIn")), "SignIn"),
});

export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup/$secret",
  component: lazyRouteComponent(() => part(() => import("./OneTime")), "SetUp"),
});

export const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invitations/$secret",
  component: lazyRouteComponent(() => part(() => import("./OneTime")), "Invitation"),
});
