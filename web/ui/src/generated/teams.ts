/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type ContactCreateInput = {
  address: string;
  displayName?: string | null | undefined;
  displayType?: string | null | undefined;
  expectedVersion?: number | null | undefined;
  externalId?: string | null | undefined;
  ownerId?: string | number | null | undefined;
  teamAlias?: string | null | undefined;
  teamId?: string | number | null | undefined;
  type: ContactType;
};

export type ContactDeleteInput = {
  expectedVersion?: number | null | undefined;
  id: string | number;
};

export type ContactInput = {
  address: string;
  displayName?: string | null | undefined;
  type: ContactType;
};

export type ContactType =
  | 'email'
  | 'github'
  | 'microsoft_teams'
  | 'slack'
  | 'slack_handle'
  | 'web';

export type IdentifierInput = {
  alias?: string | null | undefined;
  id?: string | number | null | undefined;
};

export type MembershipChangeType =
  | 'joined'
  | 'left'
  | 'moved'
  | 'role_changed';

export type MembershipScope =
  | 'all'
  | 'direct'
  | 'inherited';

export type OrderInput = {
  descending?: boolean | null | undefined;
  field: string;
};

export type TeamCreateInput = {
  alias?: string | null | undefined;
  contacts?: Array<ContactInput> | null | undefined;
  group?: IdentifierInput | null | undefined;
  managerEmail?: string | null | undefined;
  members?: Array<TeamMembershipUserInput> | null | undefined;
  name: string;
  parentTeam?: IdentifierInput | null | undefined;
  responsibilities?: string | null | undefined;
};

export type TeamDeleteInput = {
  alias?: string | null | undefined;
  expectedVersion?: number | null | undefined;
  id?: string | number | null | undefined;
};

export type TeamMembershipCreateInput = {
  expectedVersion?: number | null | undefined;
  members: Array<TeamMembershipUserInput>;
  teamId: string | number;
};

export type TeamMembershipDeleteInput = {
  expectedVersion?: number | null | undefined;
  members: Array<TeamMembershipUserInput>;
  teamId: string | number;
};

export type TeamMembershipUserInput = {
  email?: string | null | undefined;
  role?: string | null | undefined;
  user?: UserIdentifierInput | null | undefined;
};

export type TeamUpdateInput = {
  alias?: string | null | undefined;
  defaultAlias?: string | null | undefined;
  expectedVersion?: number | null | undefined;
  group?: IdentifierInput | null | undefined;
  id?: string | number | null | undefined;
  managerEmail?: string | null | undefined;
  members?: Array<TeamMembershipUserInput> | null | undefined;
  name?: string | null | undefined;
  parentTeam?: IdentifierInput | null | undefined;
  responsibilities?: string | null | undefined;
};

export type UserIdentifierInput = {
  email?: string | null | undefined;
  id?: string | number | null | undefined;
};

export type UserStatus =
  | 'active'
  | 'deactivated';

export type TeamTreeQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TeamTreeQuery = { account: { teams: { totalCount: number, nodes: Array<{ id: string, name: string, alias: string | null, parentTeam: { id: string } | null, managedBy: { id: string, name: string } | null, memberships: { totalCount: number } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type TeamsQueryVariables = Exact<{
  search?: string | null | undefined;
  orderBy?: Array<OrderInput> | OrderInput | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TeamsQuery = { account: { teams: { totalCount: number, nodes: Array<{ id: string, name: string, alias: string | null, parentTeam: { id: string, name: string, alias: string | null } | null, managedBy: { id: string, name: string } | null, managers: { nodes: Array<{ id: string, name: string } | null> | null }, memberships: { totalCount: number } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type TeamQueryVariables = Exact<{
  alias?: string | null | undefined;
  id?: string | number | null | undefined;
}>;


export type TeamQuery = { account: { team: { id: string, name: string, alias: string | null, aliases: Array<string> | null, responsibilities: string | null, version: number, createdAt: string, lockedFields: Array<string>, managedBy: { id: string, name: string } | null, parentTeam: { id: string, name: string, alias: string | null } | null, ancestors: { nodes: Array<{ id: string, name: string, alias: string | null } | null> | null }, children: { totalCount: number, nodes: Array<{ id: string, name: string, alias: string | null, managedBy: { id: string, name: string } | null, memberships: { totalCount: number } | null } | null> | null }, memberships: { totalCount: number } | null, contacts: Array<{ id: string, address: string, displayName: string | null, type: ContactType, isDefault: boolean | null }> | null } | null } | null };

export type MembersQueryVariables = Exact<{
  id: string | number;
  asOf?: string | null | undefined;
  scope?: MembershipScope | null | undefined;
  search?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MembersQuery = { account: { team: { memberships: { asOf: string, totalCount: number, nodes: Array<{ role: string | null, validFrom: string, validTo: string | null, beganOnOrBefore: boolean, isInherited: boolean, via: { id: string, name: string, alias: string | null } | null, integration: { id: string, name: string } | null, user: { id: string, name: string, email: string, title: string | null, status: UserStatus } } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null } | null };

export type ChangesSinceQueryVariables = Exact<{
  id: string | number;
  from: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ChangesSinceQuery = { account: { team: { membershipChanges: { totalCount: number, nodes: Array<{ type: MembershipChangeType } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null } | null };

export type TeamHistoryQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TeamHistoryQuery = { account: { team: { history: { totalCount: number, nodes: Array<{ at: string, sentence: string, action: string, actorName: string, before: unknown, after: unknown, requestId: string | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null } | null };

export type CreateTeamMutationVariables = Exact<{
  input: TeamCreateInput;
}>;


export type CreateTeamMutation = { teamCreate: { team: { id: string, alias: string | null, name: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type UpdateTeamMutationVariables = Exact<{
  input: TeamUpdateInput;
}>;


export type UpdateTeamMutation = { teamUpdate: { team: { id: string, alias: string | null } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DeleteTeamMutationVariables = Exact<{
  input: TeamDeleteInput;
}>;


export type DeleteTeamMutation = { teamDelete: { deletedTeamId: string | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type RestoreTeamMutationVariables = Exact<{
  id: string | number;
}>;


export type RestoreTeamMutation = { teamRestore: { team: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type AddMembersMutationVariables = Exact<{
  input: TeamMembershipCreateInput;
}>;


export type AddMembersMutation = { teamMembershipCreate: { members: Array<{ id: string }> | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type RemoveMembersMutationVariables = Exact<{
  input: TeamMembershipDeleteInput;
}>;


export type RemoveMembersMutation = { teamMembershipDelete: { deletedMembers: Array<{ id: string }> | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type AddContactMutationVariables = Exact<{
  input: ContactCreateInput;
}>;


export type AddContactMutation = { contactCreate: { contact: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DeleteContactMutationVariables = Exact<{
  input: ContactDeleteInput;
}>;


export type DeleteContactMutation = { contactDelete: { deletedContactId: string | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DetachTeamMutationVariables = Exact<{
  team: IdentifierInput;
}>;


export type DetachTeamMutation = { integrationDetach: { linkedTeams: Array<{ id: string }> | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

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

export const TeamTreeDocument = new TypedDocumentString(`
    query TeamTree($first: Int, $after: String) {
  account {
    teams(first: $first, after: $after) {
      nodes {
        id
        name
        alias
        parentTeam {
          id
        }
        managedBy {
          id
          name
        }
        memberships(first: 1) {
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
    `) as unknown as TypedDocumentString<TeamTreeQuery, TeamTreeQueryVariables>;
export const TeamsDocument = new TypedDocumentString(`
    query Teams($search: String, $orderBy: [OrderInput!], $first: Int, $after: String) {
  account {
    teams(searchTerm: $search, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        id
        name
        alias
        parentTeam {
          id
          name
          alias
        }
        managedBy {
          id
          name
        }
        managers(first: 2) {
          nodes {
            id
            name
          }
        }
        memberships(first: 1) {
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
    `) as unknown as TypedDocumentString<TeamsQuery, TeamsQueryVariables>;
export const TeamDocument = new TypedDocumentString(`
    query Team($alias: String, $id: ID) {
  account {
    team(alias: $alias, id: $id) {
      id
      name
      alias
      aliases
      responsibilities
      version
      createdAt
      lockedFields
      managedBy {
        id
        name
      }
      parentTeam {
        id
        name
        alias
      }
      ancestors(first: 20) {
        nodes {
          id
          name
          alias
        }
      }
      children(first: 200) {
        totalCount
        nodes {
          id
          name
          alias
          managedBy {
            id
            name
          }
          memberships(first: 1) {
            totalCount
          }
        }
      }
      memberships(first: 1) {
        totalCount
      }
      contacts {
        id
        address
        displayName
        type
        isDefault
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TeamQuery, TeamQueryVariables>;
export const MembersDocument = new TypedDocumentString(`
    query Members($id: ID!, $asOf: ISO8601DateTime, $scope: MembershipScope, $search: String, $first: Int, $after: String) {
  account {
    team(id: $id) {
      memberships(
        asOf: $asOf
        scope: $scope
        search: $search
        first: $first
        after: $after
      ) {
        asOf
        nodes {
          role
          validFrom
          validTo
          beganOnOrBefore
          isInherited
          via {
            id
            name
            alias
          }
          integration {
            id
            name
          }
          user {
            id
            name
            email
            title
            status
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
}
    `) as unknown as TypedDocumentString<MembersQuery, MembersQueryVariables>;
export const ChangesSinceDocument = new TypedDocumentString(`
    query ChangesSince($id: ID!, $from: ISO8601DateTime!, $first: Int, $after: String) {
  account {
    team(id: $id) {
      membershipChanges(from: $from, first: $first, after: $after) {
        nodes {
          type
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ChangesSinceQuery, ChangesSinceQueryVariables>;
export const TeamHistoryDocument = new TypedDocumentString(`
    query TeamHistory($id: ID!, $first: Int, $after: String) {
  account {
    team(id: $id) {
      history(first: $first, after: $after) {
        nodes {
          at
          sentence
          action
          actorName
          before
          after
          requestId
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TeamHistoryQuery, TeamHistoryQueryVariables>;
export const CreateTeamDocument = new TypedDocumentString(`
    mutation CreateTeam($input: TeamCreateInput!) {
  teamCreate(input: $input) {
    team {
      id
      alias
      name
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<CreateTeamMutation, CreateTeamMutationVariables>;
export const UpdateTeamDocument = new TypedDocumentString(`
    mutation UpdateTeam($input: TeamUpdateInput!) {
  teamUpdate(input: $input) {
    team {
      id
      alias
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateTeamMutation, UpdateTeamMutationVariables>;
export const DeleteTeamDocument = new TypedDocumentString(`
    mutation DeleteTeam($input: TeamDeleteInput!) {
  teamDelete(input: $input) {
    deletedTeamId
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteTeamMutation, DeleteTeamMutationVariables>;
export const RestoreTeamDocument = new TypedDocumentString(`
    mutation RestoreTeam($id: ID!) {
  teamRestore(id: $id) {
    team {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<RestoreTeamMutation, RestoreTeamMutationVariables>;
export const AddMembersDocument = new TypedDocumentString(`
    mutation AddMembers($input: TeamMembershipCreateInput!) {
  teamMembershipCreate(input: $input) {
    members {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<AddMembersMutation, AddMembersMutationVariables>;
export const RemoveMembersDocument = new TypedDocumentString(`
    mutation RemoveMembers($input: TeamMembershipDeleteInput!) {
  teamMembershipDelete(input: $input) {
    deletedMembers {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<RemoveMembersMutation, RemoveMembersMutationVariables>;
export const AddContactDocument = new TypedDocumentString(`
    mutation AddContact($input: ContactCreateInput!) {
  contactCreate(input: $input) {
    contact {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<AddContactMutation, AddContactMutationVariables>;
export const DeleteContactDocument = new TypedDocumentString(`
    mutation DeleteContact($input: ContactDeleteInput!) {
  contactDelete(input: $input) {
    deletedContactId
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteContactMutation, DeleteContactMutationVariables>;
export const DetachTeamDocument = new TypedDocumentString(`
    mutation DetachTeam($team: IdentifierInput!) {
  integrationDetach(input: {teams: [$team]}) {
    linkedTeams {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DetachTeamMutation, DetachTeamMutationVariables>;