// Mutations: their expected failures are in the payload. What needs a fresh password asks for it and goes on.
import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
import { execute, Refused } from "./execute";

interface Payload {
  errors: readonly { message: string; path: readonly string[]; code: string }[];
}

/** The payload of a document with one mutation. */
type PayloadOf<Result> = NonNullable<Result[keyof Result]>;

let askForPassword: () => Promise<boolean> = async () => false;

/** The dialog registers itself: true once the password was given, false where the person thinks better of it. */
export function passwordIsAskedBy(dialog: () => Promise<boolean>): void {
  askForPassword = dialog;
}

/** Carries the mutation out and gives its payload. Throws Refused with the first of the payload's errors. */
export async function act<Result extends object, Variables>(
  document: DocumentTypeDecoration<Result, Variables>,
  variables: Variables,
): Promise<PayloadOf<Result>> {
  const ask = execute as (d: typeof document, v: Variables) => Promise<Result>;
  const result = await withConfirmation(() => ask(document, variables));
  const payload = Object.values(result)[0] as (PayloadOf<Result> & Payload) | null;
  if (!payload) throw new Refused("The server's answer was empty.", "BROKEN");
  const [problem] = payload.errors;
  if (problem?.code === "CONFIRM" && (await askForPassword())) return act(document, variables);
  if (problem) throw new Refused(problem.message, problem.code, null, problem.path);
  return payload;
}

/** Tries, and once more after the password was given, where the answer is that it must be. */
export async function withConfirmation<Result>(attempt: () => Promise<Result>): Promise<Result> {
  try {
    return await attempt();
  } catch (problem) {
    if (problem instanceof Refused && problem.code === "CONFIRM" && (await askForPassword())) return attempt();
    throw problem;
  }
}
