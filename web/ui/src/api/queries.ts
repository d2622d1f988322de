// What the server said, kept: one client for the whole page, and what happens when a session ends under way.
import { QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";
import { ViewerDocument } from "../generated/shell";
import { whenRecovered } from "./connection";
import { execute, isCode } from "./execute";
import { type Session, sessionQuery } from "./session";

const FRESH_MS = 30_000;

const NOBODY: Session = { signedIn: false, isSetUp: true, connections: [] };

let onSignedOut: () => void = () => {};

/** The router says where to go when an answer is that the session is over. */
export function signedOutGoesTo(go: () => void): void {
  onSignedOut = go;
}

/** Forgets everything that the session was shown, and goes to the door. */
export function leave(): void {
  queryClient.clear();
  queryClient.setQueryData<Session>(sessionQuery.queryKey, NOBODY);
  // The door asks anew, for the ways in that there are.
  void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  onSignedOut();
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (problem) => {
      if (isCode(problem, "SIGNED_OUT")) leave();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (times, problem) => isCode(problem, "UNREACHABLE") && times < 1,
      refetchOnWindowFocus: false,
    },
  },
});

whenRecovered(() => void queryClient.invalidateQueries());

/** Who is signed in, as GraphQL sees it: with what they may do. */
export const viewerQuery = queryOptions({
  queryKey: ["viewer"],
  queryFn: async () => (await execute(ViewerDocument)).viewer,
  staleTime: 5 * 60_000,
});
