// Long lists: pages of a connection by cursor, one after the other, as far as somebody scrolls.

import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { execute } from "./execute";

export const PAGE_SIZE = 100;

export interface Connection<Node> {
  nodes?: readonly (Node | null)[] | null;
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  totalCount: number;
}

export interface List<Node> {
  rows: Node[];
  /** Undefined until the first answer. */
  total: number | undefined;
  isPending: boolean;
  /** Showing what another question was answered, while this one is on its way. */
  isStale: boolean;
  error: unknown;
  hasMore: boolean;
  more: () => void;
  retry: () => void;
}

interface Asked<Result, Variables, Node> {
  /** Its first part names the list; what follows is what it depends on. */
  queryKey: readonly unknown[];
  document: DocumentTypeDecoration<Result, Variables>;
  /** Without `first` and `after`: they are the list's. */
  variables: Omit<Variables, "first" | "after">;
  pick: (result: Result) => Connection<Node> | null | undefined;
  pageSize?: number;
  enabled?: boolean;
  /** For lists of what does not change the catalog, such as requests: how often to ask anew. */
  everyMs?: number;
}

/** The rows so far, and the way to the next ones. The document takes `$first: Int` and `$after: String`. */
export function useList<Result, Variables, Node>(asked: Asked<Result, Variables, Node>): List<Node> {
  const { queryKey, document, variables, pick, pageSize = PAGE_SIZE, enabled, everyMs } = asked;
  const query = useInfiniteQuery({
    queryKey: [...queryKey, variables],
    queryFn: async ({ pageParam }) => {
      const ask = execute as (d: typeof document, v: object) => Promise<Result>;
      return pick(await ask(document, { ...variables, first: pageSize, after: pageParam })) ?? NOTHING;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.pageInfo.hasNextPage ? last.pageInfo.endCursor : undefined),
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: (asking) => ((asking.state.data?.pages.length ?? 0) <= 2 ? (everyMs ?? false) : false),
  });
  const pages = query.data?.pages;
  return {
    rows: pages?.flatMap((page) => (page.nodes ?? []).filter((node) => node !== null)) ?? [],
    total: pages?.[0]?.totalCount,
    isPending: query.isPending,
    isStale: query.isPlaceholderData,
    error: query.error,
    hasMore: query.hasNextPage,
    more: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
    retry: () => void query.refetch(),
  };
}

/** What is there as a whole already, as a list. */
export function wholeList<Node>(
  query: { isPending: boolean; error: unknown; refetch: () => unknown },
  rows: Node[],
): List<Node> {
  return {
    rows,
    total: rows.length,
    isPending: query.isPending,
    isStale: false,
    error: query.error,
    hasMore: false,
    more: () => {},
    retry: () => void query.refetch(),
  };
}

const NOTHING: Connection<never> = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 };

/** A connection's nodes without its holes. */
export const nodesOf = <Node>(connection: { nodes?: readonly (Node | null)[] | null } | null | undefined): Node[] =>
  (connection?.nodes ?? []).filter((node) => node !== null);
