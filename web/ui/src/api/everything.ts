// A connection to its end: for exports, and for what is done to all that a filter meets.
import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
import { execute } from "./execute";
import { type Connection, nodesOf } from "./lists";

const PAGE = 500;

interface Asked<Result, Variables, Node> {
  document: DocumentTypeDecoration<Result, Variables>;
  variables: Omit<Variables, "first" | "after">;
  pick: (result: Result) => Connection<Node> | null | undefined;
  onProgress?: (got: number, total: number) => void;
}

/** All nodes, page after page. Throws Refused. */
export async function everything<Result, Variables, Node>(asked: Asked<Result, Variables, Node>): Promise<Node[]> {
  const ask = execute as (document: typeof asked.document, variables: object) => Promise<Result>;
  const all: Node[] = [];
  let after: string | null | undefined = null;
  do {
    const page = asked.pick(await ask(asked.document, { ...asked.variables, first: PAGE, after }));
    if (!page) break;
    all.push(...nodesOf(page));
    asked.onProgress?.(all.length, page.totalCount);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  return all;
}
