/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type UserRole =
  | 'admin'
  | 'standards_admin'
  | 'team_member'
  | 'user';

export type UserStatus =
  | 'active'
  | 'deactivated';

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { actorName: string, role: UserRole | null, operations: Array<string>, confirmedAt: string | null, user: { id: string, name: string, email: string } | null, account: { id: string | null, name: string, slug: string, timeZone: string } } };

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