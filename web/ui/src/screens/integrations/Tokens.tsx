// The tokens of an integration: two at a time are a rotation without a gap.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { nodesOf } from "../../api/lists";
import { Icon } from "../../kit/icons";
import { Card } from "../../kit/Page";
import { TokenDialog } from "../../kit/tokens/TokenDialog";
import { TokenRows } from "../../kit/tokens/TokenRows";
import { integrationQuery, type Scim } from "./queries";

export function Tokens({ integration }: { integration: Scim }) {
  const client = useQueryClient();
  const [isCreating, setCreating] = useState(false);
  const tokens = nodesOf(integration.apiTokens).filter((token) => !token.revokedAt);
  const refresh = () => void client.invalidateQueries({ queryKey: integrationQuery(integration.id).queryKey });
  return (
    <Card
      title="API token"
      note="Your provider shows it with every request."
      actions={
        <Button
          variant={tokens.length ? "default" : "filled"}
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => setCreating(true)}
        >
          Create API Token
        </Button>
      }
    >
      {tokens.length === 0 && <p className="muted">There is none yet. It is shown once, when it is created.</p>}
      <TokenRows
        tokens={tokens}
        warning={() =>
          tokens.length === 1
            ? `It is the only one: ${integration.name} can't reach Muster until it has another.`
            : `${integration.name} goes on with another token, if it has one.`
        }
        onDeleted={refresh}
      />
      <TokenDialog
        owner={{ integrationId: integration.id }}
        suggestedName={`${integration.name} ${new Date().getFullYear()}`}
        opened={isCreating}
        onClose={() => {
          setCreating(false);
          refresh();
        }}
      />
    </Card>
  );
}
