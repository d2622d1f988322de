/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AuditFilterInput = {
  actions?: Array<string> | null | undefined;
  /** A part of the actor's name. */
  actor?: string | null | undefined;
  /** An instant, or a date: from its beginning on. */
  from?: string | null | undefined;
  /** A part of the actor's or the subject's name, or a whole request id. */
  search?: string | null | undefined;
  subjectId?: string | number | null | undefined;
  subjectKind?: string | null | undefined;
  /** An instant, or a date: until its end. */
  to?: string | null | undefined;
};

export type ActivityQueryVariables = Exact<{
  filter?: AuditFilterInput | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ActivityQuery = { account: { auditEvents: { totalCount: number, nodes: Array<{ id: string, at: string, action: string, sentence: string, actorKind: string, actorName: string, subjectKind: string, subjectId: string, subjectName: string, before: unknown, after: unknown, requestId: string | null, user: { id: string, name: string } | null, team: { id: string, name: string, alias: string | null } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const ActivityDocument = new TypedDocumentString(`
    query Activity($filter: AuditFilterInput, $first: Int, $after: String) {
  account {
    auditEvents(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        at
        action
        sentence
        actorKind
        actorName
        subjectKind
        subjectId
        subjectName
        before
        after
        requestId
        user {
          id
          name
        }
        team {
          id
          name
          alias
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
}
    `) as unknown as TypedDocumentString<ActivityQuery, ActivityQueryVariables>;