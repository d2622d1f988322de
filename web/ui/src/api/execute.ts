// One request to GraphQL, and what can go wrong with it. No cache: that is TanStack Query's.
import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
import { answered, unanswered } from "./connection";

/** What is said to the person, and what the product itself goes by. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly requestId: string | null = null,
    readonly path: readonly (string | number)[] = [],
  ) {
    super(message);
  }
}

/** SIGNED_OUT, UNREACHABLE and BROKEN come from the transport; the others are the server's own words. */
export const isCode = (problem: unknown, code: string) => problem instanceof Refused && problem.code === code;

interface Answer<Result> {
  data?: Result | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: { code?: string } }[];
}

/** What the document asks for. Throws Refused: also where a part of it could not be answered. */
export async function execute<Result, Variables>(
  document: DocumentTypeDecoration<Result, Variables>,
  ...[variables]: Variables extends Record<string, never> ? [] : [Variables]
): Promise<Result> {
  const response = await send("/graphql", { query: document.toString(), variables });
  const answer = await read<Answer<Result>>(response);
  const [problem] = answer.errors ?? [];
  if (problem) throw refusal(response, problem.message, problem.extensions?.code ?? "BROKEN", problem.path);
  if (!answer.data) throw refusal(response, "The server's answer was empty.", "BROKEN");
  return answer.data;
}

/** A request with the session and the header that no other site can send. Throws Refused where nobody answers. */
export async function send(path: string, body?: unknown, method = "POST"): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-Muster-Csrf": "1" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    unanswered();
    throw new Refused("The server can't be reached.", "UNREACHABLE");
  }
  answered();
  return response;
}

async function read<Body>(response: Response): Promise<Body> {
  if (response.status === 401) throw refusal(response, "You are signed out.", "SIGNED_OUT");
  const body: unknown = await response.json().catch(() => null);
  const isGraphql = typeof body === "object" && body !== null && ("data" in body || "errors" in body);
  if (!isGraphql) throw refusal(response, `The server answered ${response.status}.`, "BROKEN");
  return body as Body;
}

export function refusal(response: Response, message: string, code: string, path?: (string | number)[]): Refused {
  return new Refused(message, code, response.headers.get("X-Request-Id"), path);
}
