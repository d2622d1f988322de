// Open pages stay true: while somebody looks, the account is asked every few seconds whether anything changed.
import { type Query, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { LatestChangeDocument } from "../generated/shell";
import { execute } from "./execute";

const EVERY_MS = 3000;

/** Of a list that somebody scrolled far into, so many pages are worth fetching anew by itself. */
const PAGES = 5;

/** Questions about who is here and how signing in works do not follow the catalog. */
const NOT_OF_THE_CATALOG = new Set(["session", "sessions", "viewer", "latest-change", "link"]);

/** Makes every question that is on the screen be asked again, whenever something was written to the account. */
export function useLive(): void {
  const client = useQueryClient();
  const seen = useRef<string | null | undefined>(undefined);
  const { data } = useQuery({
    queryKey: ["latest-change"],
    queryFn: async () => (await execute(LatestChangeDocument)).account?.latestChange ?? null,
    refetchInterval: EVERY_MS,
    refetchIntervalInBackground: false,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
  useEffect(() => {
    if (data === undefined) return;
    if (seen.current !== undefined && seen.current !== data) void client.invalidateQueries({ predicate: isWorthIt });
    seen.current = data;
  }, [client, data]);
}

function isWorthIt(query: Query): boolean {
  if (NOT_OF_THE_CATALOG.has(String(query.queryKey[0]))) return false;
  const pages = (query.state.data as { pages?: unknown[] } | undefined)?.pages;
  return !pages || pages.length <= PAGES;
}
