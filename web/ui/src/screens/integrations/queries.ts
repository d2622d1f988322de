// What the screens of an integration ask, and how often: until a provider has called, one waits for it.
import { queryOptions } from "@tanstack/react-query";
import { execute, Refused } from "../../api/execute";
import { nodesOf } from "../../api/lists";
import { IntegrationDocument, type IntegrationQuery, IntegrationsDocument } from "../../generated/integrations";

type Found = NonNullable<NonNullable<IntegrationQuery["account"]>["integration"]>;

/** One SCIM integration, as its page shows it. */
export type Scim = Extract<Found, { scimUrl: string }>;

const WAITING_MS = 2000;
const CONNECTED_MS = 5000;

export const integrationsQuery = queryOptions({
  queryKey: ["integrations"],
  queryFn: async () => nodesOf((await execute(IntegrationsDocument)).account?.scimIntegrations),
  refetchInterval: CONNECTED_MS,
});

export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: ["integration", id],
    queryFn: async () => {
      const found = (await execute(IntegrationDocument, { id })).account?.integration;
      if (!found || !("scimUrl" in found)) throw new Refused("There is no such integration.", "NOT_FOUND");
      return found as Scim;
    },
    refetchInterval: (query) => (query.state.data?.status === "waiting" ? WAITING_MS : CONNECTED_MS),
  });
