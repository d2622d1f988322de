// Changing an integration: as it was seen, told in words, and shown at once.
import { useQueryClient } from "@tanstack/react-query";
import { act } from "../../api/act";
import { UpdateIntegrationDocument } from "../../generated/integrations";
import { failed, told } from "../../kit/told";
import { integrationQuery, integrationsQuery, type Scim } from "./queries";

interface Changed {
  name?: string;
  settings?: Record<string, unknown>;
  paused?: boolean;
}

export function useUpdate(integration: Scim): (changed: Changed, words: string) => Promise<void> {
  const client = useQueryClient();
  return async (changed, words) => {
    try {
      await act(UpdateIntegrationDocument, {
        input: { id: integration.id, expectedVersion: integration.version, ...changed },
      });
      told(words);
    } catch (problem) {
      failed(problem);
    } finally {
      void client.invalidateQueries({ queryKey: integrationQuery(integration.id).queryKey });
      void client.invalidateQueries({ queryKey: integrationsQuery.queryKey });
    }
  };
}
