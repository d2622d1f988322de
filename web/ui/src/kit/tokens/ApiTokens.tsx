// API tokens for GraphQL: one's own, or all that an administrator sees.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useList } from "../../api/lists";
import { useMe } from "../../api/viewer";
import { ApiTokensDocument } from "../../generated/shell";
import { Icon } from "../icons";
import { More } from "../More";
import { Card } from "../Page";
import { TokenDialog } from "./TokenDialog";
import { TokenRows } from "./TokenRows";

/** `mine`: one's own. `account`: the account's own and everybody's, without those of integrations. */
export function ApiTokens({ of }: { of: "mine" | "account" }) {
  const { viewer } = useMe();
  const client = useQueryClient();
  const [isCreating, setCreating] = useState(false);
  const list = useList({
    queryKey: ["api-tokens"],
    document: ApiTokensDocument,
    variables: {},
    pick: (result) => result.account?.apiTokens,
  });
  const isMine = of === "mine";
  const tokens = list.rows.filter(
    ({ revokedAt, integration, user }) => !revokedAt && !integration && (!isMine || user?.id === viewer.user?.id),
  );
  const refresh = () => void client.invalidateQueries({ queryKey: ["api-tokens"] });
  return (
    <Card
      title={isMine ? "Your API tokens" : "API tokens"}
      note={
        isMine
          ? "For GraphQL, as you: they may do what you may."
          : "For GraphQL. A service token is the account's own, and outlives whoever made it; people make theirs in their profile."
      }
      actions={
        <Button variant="default" leftSection={<Icon name="plus" size={14} />} onClick={() => setCreating(true)}>
          {isMine ? "Create API Token" : "Create service token"}
        </Button>
      }
    >
      {!list.isPending && tokens.length === 0 && <p className="muted">There is none.</p>}
      <TokenRows
        tokens={tokens}
        note={({ user, scope }) => `${isMine ? "" : `· ${user?.name ?? "the account's"} `}· ${scope}`}
        warning={() => "Whatever uses it has to be given another one."}
        onDeleted={refresh}
      />
      <More list={list} />
      <TokenDialog
        owner={isMine && viewer.user ? { userId: viewer.user.id } : {}}
        suggestedName={isMine ? "My token" : "Service"}
        withScope
        opened={isCreating}
        onClose={() => {
          setCreating(false);
          refresh();
        }}
      />
    </Card>
  );
}
