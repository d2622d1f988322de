// The tokens of an integration: two at a time are a rotation without a gap.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { act } from "../../api/act";
import { nodesOf } from "../../api/lists";
import { DeleteTokenDocument } from "../../generated/integrations";
import { sure } from "../../kit/Confirm";
import { Icon } from "../../kit/icons";
import { Notice } from "../../kit/Notice";
import { Card } from "../../kit/Page";
import { Since, useNow } from "../../kit/Since";
import { day, daysUntil, exact } from "../../kit/time";
import { failed, told } from "../../kit/told";
import styles from "./Connect.module.css";
import { integrationQuery, type Scim, type Token } from "./queries";
import { TokenDialog } from "./TokenDialog";

const SOON_DAYS = 14;

export function Tokens({ integration }: { integration: Scim }) {
  const client = useQueryClient();
  const [isCreating, setCreating] = useState(false);
  const now = useNow();
  const tokens = nodesOf(integration.apiTokens).filter((token) => !token.revokedAt);
  const expiring = tokens.filter((token) => daysUntil(token.expiresAt, now) <= SOON_DAYS);
  const refresh = () => client.invalidateQueries({ queryKey: integrationQuery(integration.id).queryKey });

  const remove = async (token: Token) => {
    const isLast = tokens.length === 1;
    const body = (
      <>
        <p>
          Requests with <span className="mono">{token.prefix}…</span> are refused at once
          {isLast
            ? `, and it is the only token: ${integration.name} can't reach Muster until it has another one.`
            : "."}
        </p>
        <p style={{ marginTop: 8 }}>People and teams stay as they are.</p>
      </>
    );
    if (!(await sure({ title: "Delete this API token?", body, verb: "Delete API Token", danger: true }))) return;
    try {
      await act(DeleteTokenDocument, { id: token.id });
      told("The API token is deleted.");
      void refresh();
    } catch (problem) {
      failed(problem);
    }
  };
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
      {expiring.map((token) => (
        <div key={token.id} style={{ marginBottom: 12 }}>
          <Notice tone="warn" title={`${token.name} expires in ${inDays(token, now)}`}>
            Create another token, enter it at your provider, then delete this one: both work meanwhile.
          </Notice>
        </div>
      ))}
      {tokens.length === 0 && <p className="muted">There is none yet. It is shown once, when it is created.</p>}
      <ul className={styles.tokens}>
        {tokens.map((token) => (
          <li key={token.id}>
            <div>
              <strong>{token.name}</strong> <span className="mono muted">{token.prefix}…</span>
              <div className="muted">
                created {day(token.createdAt)} by {token.createdBy} ·{" "}
                {token.lastUsedAt ? <Since at={token.lastUsedAt} prefix="last used" /> : "never used"} ·{" "}
                <span title={exact(token.expiresAt)}>expires in {inDays(token, now)}</span>
              </div>
            </div>
            <Button variant="subtle" color="red" size="compact-sm" onClick={() => remove(token)}>
              Delete API Token
            </Button>
          </li>
        ))}
      </ul>
      <TokenDialog
        integration={integration}
        opened={isCreating}
        onClose={() => {
          setCreating(false);
          void refresh();
        }}
      />
    </Card>
  );
}

function inDays(token: Token, now: number): string {
  const days = daysUntil(token.expiresAt, now);
  if (days < 1) return "less than a day";
  return days === 1 ? "1 day" : `${days} days`;
}
