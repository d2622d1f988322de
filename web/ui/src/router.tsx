// Every address of the product. A screen's own folder has its route; here they are put together.
import { createRouter } from "@tanstack/react-router";
import { signedOutGoesTo } from "./api/queries";
import { activityRoute } from "./screens/activity/route";
import { dashboardRoute } from "./screens/dashboard/route";
import { exploreRoute } from "./screens/explore/route";
import { integrationRoute, integrationsRoute, newIntegrationRoute } from "./screens/integrations/route";
import { profileRoute } from "./screens/profile/route";
import { settingsRoute } from "./screens/settings/route";
import { invitationRoute, setupRoute, signInRoute } from "./screens/sign-in/route";
import { teamRoute, teamsRoute } from "./screens/teams/route";
import { userRoute, usersRoute } from "./screens/users/route";
import { rootRoute, shellRoute } from "./shell/route";

const tree = rootRoute.addChildren([
  signInRoute,
  setupRoute,
  invitationRoute,
  shellRoute.addChildren([
    dashboardRoute,
    usersRoute,
    userRoute,
    teamsRoute,
    teamRoute,
    integrationsRoute,
    newIntegrationRoute,
    integrationRoute,
    activityRoute,
    exploreRoute,
    settingsRoute,
    profileRoute,
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  // An address holds words where it can: ?status=active, not ?status=%22active%22.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch,
});

signedOutGoesTo(() => {
  if (!router.state.location.pathname.startsWith("/sign-in"))
    void router.navigate({ to: "/sign-in", search: { next: router.state.location.href } });
});

function stringifySearch(search: Record<string, unknown>): string {
  const words = Object.entries(search)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]): [string, string] => [name, String(value)]);
  return words.length ? `?${new URLSearchParams(words)}` : "";
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
