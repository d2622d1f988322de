// Every address of the product. A screen's own folder has its route; here they are put together.
import { createRouter } from "@tanstack/react-router";
import { signedOutGoesTo } from "./api/queries";
import { integrationRoute, integrationsRoute, newIntegrationRoute } from "./screens/integrations/route";
import { profileRoute } from "./screens/profile/route";
import { invitationRoute, setupRoute, signInRoute } from "./screens/sign-in/route";
import { teamRoute, teamsRoute } from "./screens/teams/route";
import { userRoute, usersRoute } from "./screens/users/route";
import { rootRoute, shellRoute } from "./shell/route";

const tree = rootRoute.addChildren([
  signInRoute,
  setupRoute,
  invitationRoute,
  shellRoute.addChildren([
    usersRoute,
    userRoute,
    teamsRoute,
    teamRoute,
    integrationsRoute,
    newIntegrationRoute,
    integrationRoute,
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
