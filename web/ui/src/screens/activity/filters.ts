// The filters of the activity: in the address as words, for GraphQL as conditions.
import type { AuditFilterInput } from "../../generated/activity";
import type { Choice } from "../../kit/Filters";

export interface ActivitySearch {
  search?: string;
  actor?: string;
  action?: string;
  object?: string;
  /** So many days back, or two days. */
  days?: string;
  from?: string;
  to?: string;
  event?: string;
}

export const OBJECTS: Choice[] = [
  { value: "user", label: "Person" },
  { value: "team", label: "Team" },
  { value: "integration", label: "Integration" },
  { value: "token", label: "API token" },
  { value: "account", label: "Account" },
];

export const DAYS: Choice[] = [
  { value: "1", label: "Last 24 hours" },
  { value: "7", label: "Last 7 days" },
  { value: "30", label: "Last 30 days" },
  { value: "90", label: "Last 90 days" },
];

/** What a choice of the action filter stands for. */
const ACTIONS: Record<string, { label: string; actions: string[] }> = {
  joined: { label: "People created and reactivated", actions: ["user.created", "user.reactivated"] },
  left: { label: "People deactivated and deleted", actions: ["user.deactivated", "user.deleted"] },
  people: {
    label: "People changed",
    actions: ["user.updated", "user.role_changed", "contacts.changed", "tags.changed"],
  },
  memberships: { label: "Memberships changed", actions: ["memberships.changed"] },
  teams: {
    label: "Teams changed",
    actions: ["team.created", "team.renamed", "team.moved", "team.updated", "team.deleted", "team.restored"],
  },
  linked: {
    label: "Linked and detached",
    actions: ["user.linked", "user.detached", "team.linked", "team.detached", "decision.taken", "external_id.changed"],
  },
  integrations: {
    label: "Integrations and tokens",
    actions: [
      "integration.created",
      "integration.updated",
      "integration.deleted",
      "token.created",
      "token.deleted",
      "token.notice_sent",
    ],
  },
  invitations: {
    label: "Invitations and letters",
    actions: [
      "invitation.sent",
      "invitation.accepted",
      "invitation.revoked",
      "invitations.expired",
      "letters.released",
      "letters.discarded",
      "letter.retried",
      "letter.discarded",
    ],
  },
  signIn: {
    label: "Signing in",
    actions: [
      "session.started",
      "session.confirmed",
      "session.ended",
      "password.set",
      "password.link_sent",
      "link.created",
      "link.used",
    ],
  },
};

export const ACTION_CHOICES: Choice[] = Object.entries(ACTIONS).map(([value, { label }]) => ({ value, label }));

const DAY_MS = 86_400_000;

/** For GraphQL. Days here begin and end where this browser is. */
export function filterOf(search: ActivitySearch, now = Date.now()): AuditFilterInput {
  const { actor, action, object, days, from, to } = search;
  return {
    search: search.search || undefined,
    actor: actor || undefined,
    actions: action ? ACTIONS[action]?.actions : undefined,
    subjectKind: object,
    from: from ? startOf(from) : days ? new Date(hourBefore(now) - Number(days) * DAY_MS).toISOString() : undefined,
    to: to ? new Date(Date.parse(startOf(to)) + DAY_MS).toISOString() : undefined,
  };
}

const startOf = (day: string) => new Date(`${day}T00:00:00`).toISOString();

/** A range that moved with every second would be another question each time. */
const hourBefore = (now: number) => Math.floor(now / 3_600_000) * 3_600_000;
