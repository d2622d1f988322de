// The root, and the shell around every screen that needs somebody to be signed in.
import { createRootRoute, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { queryClient, viewerQuery } from "../api/queries";
import { sessionQuery } from "../api/session";
import { Broken, NotFound } from "./Broken";
import { Shell } from "./Shell";

export const rootRoute = createRootRoute({
  component: Outlet,
  errorComponent: ({ error, reset }) => <Broken problem={error} retry={reset} alone />,
  notFoundComponent: () => <NotFound alone />,
});

export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session.signedIn) throw redirect({ to: "/sign-in", search: { next: location.href } });
    await queryClient.ensureQueryData(viewerQuery);
  },
  component: Shell,
});
