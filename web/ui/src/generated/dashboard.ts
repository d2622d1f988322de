/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type IntegrationStatus =
  | 'connected'
  | 'failing'
  | 'paused'
  | 'waiting';

export type DashboardQueryVariables = Exact<{
  from: string;
}>;


export type DashboardQuery = { account: { name: string, active: { totalCount: number } | null, deactivated: { totalCount: number } | null, teams: { totalCount: number } | null, headcount: Array<{ at: string, active: number, deactivated: number, joined: number, left: number }> } | null };

export type DashboardProvisioningQueryVariables = Exact<{ [key: string]: never; }>;


export type DashboardProvisioningQuery = { account: { scimIntegrations: { totalCount: number, nodes: Array<{ id: string, name: string, status: IntegrationStatus, lastRequestAt: string | null, pendingDecisions: { totalCount: number }, letters: { held: number, failed: number }, apiTokens: { nodes: Array<{ expiresAt: string, revokedAt: string | null } | null> | null }, health: { requests: number, failed: number } } | null> | null } } | null };

export type TeamsAndManagersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TeamsAndManagersQuery = { account: { teams: { totalCount: number, nodes: Array<{ id: string, name: string, alias: string | null, managers: { totalCount: number } } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

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

export const DashboardDocument = new TypedDocumentString(`
    query Dashboard($from: ISO8601DateTime!) {
  account {
    name
    active: users(first: 1, where: {field: "status", value: "active"}) {
      totalCount
    }
    deactivated: users(first: 1, where: {field: "status", value: "deactivated"}) {
      totalCount
    }
    teams(first: 1) {
      totalCount
    }
    headcount(from: $from, every: week) {
      at
      active
      deactivated
      joined
      left
    }
  }
}
    `) as unknown as TypedDocumentString<DashboardQuery, DashboardQueryVariables>;
export const DashboardProvisioningDocument = new TypedDocumentString(`
    query DashboardProvisioning {
  account {
    scimIntegrations(first: 20) {
      totalCount
      nodes {
        id
        name
        status
        lastRequestAt
        pendingDecisions(first: 1) {
          totalCount
        }
        letters {
          held
          failed
        }
        apiTokens(first: 20) {
          nodes {
            expiresAt
            revokedAt
          }
        }
        health(hours: 24) {
          requests
          failed
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DashboardProvisioningQuery, DashboardProvisioningQueryVariables>;
export const TeamsAndManagersDocument = new TypedDocumentString(`
    query TeamsAndManagers($first: Int, $after: String) {
  account {
    teams(first: $first, after: $after, orderBy: [{field: "name"}]) {
      nodes {
        id
        name
        alias
        managers(first: 1) {
          totalCount
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
    `) as unknown as TypedDocumentString<TeamsAndManagersQuery, TeamsAndManagersQueryVariables>;