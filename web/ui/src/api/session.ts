// Signing in and out, and who is signed in: the addresses of docs/sign-in.md.
import { queryOptions } from "@tanstack/react-query";
import type { Role } from "../kit/words";
import { Refused, refusal, send } from "./execute";

export interface SignedIn {
  signedIn: true;
  user: { id: string; name: string; email: string; role: Role; isBreakGlass: boolean; isManaged: boolean };
  account: { id: string; name: string; slug: string };
  session: {
    id: string;
    method: string;
    createdAt: string;
    confirmedAt: string;
    expiresAt: string;
    confirmBy: string | null;
  };
}

export interface SignedOut {
  signedIn: false;
  /** False as long as no administrator can sign in. */
  isSetUp: boolean;
  /** The ways in by an identity provider: paths that a browser goes to. */
  connections: { name: string; start: string }[];
}

export type Session = SignedIn | SignedOut;

export interface OneTimeLink {
  purpose: "setup" | "invitation" | "password";
  account: { name: string; slug: string };
  email: string | null;
  name: string | null;
  expiresAt: string;
}

export interface KeptSession {
  id: string;
  method: string;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  ip: string | null;
  userAgent: string | null;
  isCurrent: boolean;
}

/** A refusal with what some codes bring along: seconds to wait, accounts to choose from, the field at fault. */
export class SignInRefused extends Refused {
  retryAfter = 0;
  accounts: { slug: string; name: string }[] = [];
  field: string | null = null;
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: (): Promise<Session> => ask("/auth/session", undefined, "GET"),
  staleTime: Number.POSITIVE_INFINITY,
});

export const keptSessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async () => (await ask<{ sessions: KeptSession[] }>("/auth/sessions", undefined, "GET")).sessions,
});

export const linkQuery = (kind: "setup" | "invitations", secret: string) =>
  queryOptions({
    queryKey: ["link", kind, secret],
    queryFn: () => ask<OneTimeLink>(`/auth/${kind}/${encodeURIComponent(secret)}`, undefined, "GET"),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const signIn = (email: string, password: string, account?: string) =>
  ask<SignedIn>("/auth/sign-in", { email, password, account });

export const signOut = () => ask<{ goTo: string } | null>("/auth/sign-out");
export const signOutEverywhere = () => ask<null>("/auth/sign-out-everywhere");
export const endSession = (id: string) => ask<null>(`/auth/sessions/${id}`, undefined, "DELETE");
export const confirmPassword = (password: string) => ask<SignedIn>("/auth/confirm", { password });
export const changeName = (name: string) => ask<SignedIn>("/auth/profile", { name });
export const changePassword = (password: string, newPassword: string) =>
  ask<null>("/auth/password", { password, newPassword });
export const redeemLink = (kind: "setup" | "invitations", secret: string, given: object) =>
  ask<SignedIn>(`/auth/${kind}/${encodeURIComponent(secret)}`, given);
export const sendPasswordLink = (user: string) => ask<{ sentTo: string }>("/auth/password-links", { user });
export const signOutSomebody = (user: string) => ask<null>("/auth/sign-outs", { user });

async function ask<Body>(path: string, body?: object, method = "POST"): Promise<Body> {
  const response = await send(path, body, method);
  if (response.status === 204) return null as Body;
  const said = await response.json().catch(() => null);
  if (response.ok && said) return said as Body;
  const {
    message,
    code,
    path: where,
    requestId,
  } = refusal(response, said?.message ?? `The server answered ${response.status}.`, said?.code ?? "BROKEN");
  const refused = new SignInRefused(message, code, requestId, where);
  refused.retryAfter = Number(said?.retryAfter ?? 0);
  refused.accounts = said?.accounts ?? [];
  refused.field = said?.field ?? null;
  throw refused;
}
