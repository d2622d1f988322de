// A state as a dot and a word: never as a colour alone.
import type { ReactNode } from "react";
import styles from "./Status.module.css";

export type Tone = "good" | "warn" | "bad" | "idle" | "accent";

export function Status({ tone, children, hollow = false }: { tone: Tone; children: ReactNode; hollow?: boolean }) {
  return (
    <span className={styles.status}>
      <span aria-hidden="true" className={styles.dot} data-tone={tone} data-hollow={hollow || undefined} />
      {children}
    </span>
  );
}

const INVITED = new Set(["sent", "held", "expired", "revoked"]);
const WORDS: Record<string, string> = { held: "Invitation held", expired: "Invitation expired", revoked: "Uninvited" };

/** "Invited" is an active person who has never signed in and was sent a letter. */
export function PersonStatus({ person }: { person: PersonState }) {
  if (person.status === "deactivated") return <Status tone="idle">Deactivated</Status>;
  if (!person.lastSignInAt && person.invitation && INVITED.has(person.invitation))
    return (
      <Status tone={person.invitation === "sent" ? "accent" : "warn"} hollow>
        {WORDS[person.invitation] ?? "Invited"}
      </Status>
    );
  return <Status tone="good">Active</Status>;
}

export interface PersonState {
  status: "active" | "deactivated";
  invitation?: string | null;
  lastSignInAt?: string | null;
}

const INTEGRATION = {
  waiting: { tone: "idle", word: "Waiting for the first request" },
  connected: { tone: "good", word: "Connected" },
  failing: { tone: "bad", word: "Failing" },
  paused: { tone: "warn", word: "Paused" },
} as const;

export function IntegrationState({ status }: { status: keyof typeof INTEGRATION }) {
  const { tone, word } = INTEGRATION[status];
  return (
    <Status tone={tone} hollow={status === "waiting"}>
      {word}
    </Status>
  );
}
