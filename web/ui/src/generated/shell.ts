/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type ApiTokenCreateInput = {
  /** 1 to 365; 365 if not said. */
  expiresInDays?: number | null | undefined;
  integrationId?: string | number | null | undefined;
  name: string;
  /** read or write; read if not said. An integration's is good for SCIM alone. */
  scope?: string | null | undefined;
  userId?: string | number | null | undefined;
};

export type UserRole =
  | 'admin'
  | 'standards_admin'
  | 'team_member'
  | 'user';

export type UserStatus =
  | 'active'
  | 'deactivated';

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { actorName: string, role: UserRole | null, operations: Array<string>, confirmedAt: string | null, user: { id: string, name: string, email: string } | null, account: { id: string, name: string, slug: string, timeZone: string } } };

export type LatestChangeQueryVariables = Exact<{ [key: string]: never; }>;


export type LatestChangeQuery = { account: { latestChange: string | null } | null };

export type PaletteQueryVariables = Exact<{
  search: string;
}>;


export type PaletteQuery = { account: { users: { nodes: Array<{ id: string, name: string, email: string, title: string | null, status: UserStatus } | null> | null } | null, teams: { nodes: Array<{ id: string, name: string, alias: string | null, parentTeam: { name: string } | null } | null> | null } | null } | null };

export type FindTeamsQueryVariables = Exact<{
  search: string;
}>;


export type FindTeamsQuery = { account: { teams: { nodes: Array<{ id: string, name: string, parentTeam: { name: string } | null } | null> | null } | null } | null };

export type FindPeopleQueryVariables = Exact<{
  search: string;
}>;


export type FindPeopleQuery = { account: { users: { nodes: Array<{ id: string, name: string, email: string } | null> | null } | null } | null };

export type CreateTokenMutationVariables = Exact<{
  input: ApiTokenCreateInput;
}>;


export type CreateTokenMutation = { apiTokenCreate: { secret: string | null, apiToken: { id: string, name: string, prefix: string, expiresAt: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DeleteTokenMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteTokenMutation = { apiTokenDelete: { deletedApiTokenId: string | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type ApiTokensQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ApiTokensQuery = { account: { apiTokens: { totalCount: number, nodes: Array<{ id: string, name: string, prefix: string, scope: string, createdBy: string, createdAt: string, lastUsedAt: string | null, expiresAt: string, revokedAt: string | null, integration: { id: string, name: string } | null, user: { id: string, name: string } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

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

export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    actorName
    role
    operations
    confirmedAt
    user {
      id
      name
      email
    }
    account {
      id
      name
      slug
      timeZone
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const LatestChangeDocument = new TypedDocumentString(`
    query LatestChange {
  account {
    latestChange
  }
}
    `) as unknown as TypedDocumentString<LatestChangeQuery, LatestChangeQueryVariables>;
export const PaletteDocument = new TypedDocumentString(`
    query Palette($search: String!) {
  account {
    users(first: 6, search: $search) {
      nodes {
        id
        name
        email
        title
        status
      }
    }
    teams(first: 6, searchTerm: $search) {
      nodes {
        id
        name
        alias
        parentTeam {
          name
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PaletteQuery, PaletteQueryVariables>;
export const FindTeamsDocument = new TypedDocumentString(`
    query FindTeams($search: String!) {
  account {
    teams(first: 12, searchTerm: $search) {
      nodes {
        id
        name
        parentTeam {
          name
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FindTeamsQuery, FindTeamsQueryVariables>;
export const FindPeopleDocument = new TypedDocumentString(`
    query FindPeople($search: String!) {
  account {
    users(first: 12, search: $search, where: {field: "status", value: "active"}) {
      nodes {
        id
        name
        email
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FindPeopleQuery, FindPeopleQueryVariables>;
export const CreateTokenDocument = new TypedDocumentString(`
    mutation CreateToken($input: ApiTokenCreateInput!) {
  apiTokenCreate(input: $input) {
    secret
    apiToken {
      id
      name
      prefix
      expiresAt
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<CreateTokenMutation, CreateTokenMutationVariables>;
export const DeleteTokenDocument = new TypedDocumentString(`
    mutation DeleteToken($id: ID!) {
  apiTokenDelete(id: $id) {
    deletedApiTokenId
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteTokenMutation, DeleteTokenMutationVariables>;
export const ApiTokensDocument = new TypedDocumentString(`
    query ApiTokens($first: Int, $after: String) {
  account {
    apiTokens(first: $first, after: $after) {
      nodes {
        id
        name
        prefix
        scope
        createdBy
        createdAt
        lastUsedAt
        expiresAt
        revokedAt
        integration {
          id
          name
        }
        user {
          id
          name
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
    `) as unknown as TypedDocumentString<ApiTokensQuery, ApiTokensQueryVariables>;