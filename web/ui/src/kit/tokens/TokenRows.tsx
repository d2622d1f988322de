// Tokens under one another: what tells them apart, how they are used, when they end, and the button that ends them.
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { act } from "../../api/act";
import { DeleteTokenDocument } from "../../generated/shell";
import { sure } from "../Confirm";
import { Notice } from "../Notice";
import { Since, useNow } from "../Since";
import { day, daysUntil, EXPIRY_TOLD_DAYS, exact, expiry } from "../time";
import { failed, told } from "../told";
import styles from "./TokenRows.module.css";

/** From here on it is a warning. */
const SOON_DAYS = 14;

export interface Token {
  id: string;
  name: string;
  prefix: string;
  createdBy: string;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string;
}

interface Props<Row extends Token> {
  tokens: Row[];
  /** Beside the prefix: whose it is, what it may. */
  note?: (token: Row) => ReactNode;
  /** What somebody should know before this one is deleted. */
  warning: (token: Row) => string;
  onDeleted: () => void;
}

export function TokenRows<Row extends Token>({ tokens, note, warning, onDeleted }: Props<Row>) {
  const now = useNow();
  const remove = async (token: Row) => {
    const body = (
      <>
        <p>
          Requests with <span className="mono">{token.prefix}…</span> are refused at once. {warning(token)}
        </p>
        <p style={{ marginTop: 8 }}>People and teams stay as they are.</p>
      </>
    );
    if (!(await sure({ title: "Delete this API token?", body, verb: "Delete API Token", danger: true }))) return;
    try {
      await act(DeleteTokenDocument, { id: token.id });
      told("The API token is deleted.");
      onDeleted();
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <>
      {tokens
        .filter((token) => daysUntil(token.expiresAt, now) <= EXPIRY_TOLD_DAYS)
        .map((token) => (
          <div key={token.id} style={{ marginBottom: 12 }}>
            <Notice
              tone={daysUntil(token.expiresAt, now) <= SOON_DAYS ? "warn" : "accent"}
              title={`${token.name} ${expiry(token.expiresAt, now)}`}
            >
              Create another token, enter it where this one is used, then delete this one: both work meanwhile.
            </Notice>
          </div>
        ))}
      <ul className={styles.tokens}>
        {tokens.map((token) => (
          <li key={token.id}>
            <div>
              <strong>{token.name}</strong> <span className="mono muted">{token.prefix}…</span>{" "}
              <span className="muted">{note?.(token)}</span>
              <div className="muted">
                created {day(token.createdAt)} by {token.createdBy} ·{" "}
                {token.lastUsedAt ? <Since at={token.lastUsedAt} prefix="last used" /> : "never used"} ·{" "}
                <span title={exact(token.expiresAt)}>{expiry(token.expiresAt, now)}</span>
              </div>
            </div>
            <Button variant="subtle" color="red" size="compact-sm" onClick={() => remove(token)}>
              Delete API Token
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
