/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Condition = {
  all?: Array<Condition> | null | undefined;
  any?: Array<Condition> | null | undefined;
  field?: string | null | undefined;
  member?: UserIdentifierInput | null | undefined;
  not?: Condition | null | undefined;
  op?: ConditionOp | null | undefined;
  team?: IdentifierInput | null | undefined;
  value?: unknown;
};

export type ConditionOp =
  | 'contains'
  | 'endsWith'
  | 'eq'
  | 'ge'
  | 'gt'
  | 'in'
  | 'le'
  | 'lt'
  | 'ne'
  | 'present'
  | 'startsWith';

export type IdentifierInput = {
  alias?: string | null | undefined;
  id?: string | number | null | undefined;
};

export type InvitationState =
  | 'accepted'
  | 'expired'
  | 'held'
  | 'none'
  | 'revoked'
  | 'sent';

export type OrderInput = {
  descending?: boolean | null | undefined;
  field: string;
};

export type UserIdentifierInput = {
  email?: string | null | undefined;
  id?: string | number | null | undefined;
};

export type UserInput = {
  name?: string | null | undefined;
  role?: UserRole | null | undefined;
  skipWelcomeEmail?: boolean | null | undefined;
};

export type UserRole =
  | 'admin'
  | 'standards_admin'
  | 'team_member'
  | 'user';

export type UserStatus =
  | 'active'
  | 'deactivated';

export type UsersUpdateInput = {
  addToTeams?: Array<IdentifierInput> | null | undefined;
  dryRun?: boolean | null | undefined;
  role?: UserRole | null | undefined;
  status?: UserStatus | null | undefined;
  users?: Array<UserIdentifierInput> | null | undefined;
  where?: Condition | null | undefined;
};

export type UsersQueryVariables = Exact<{
  search?: string | null | undefined;
  where?: Condition | null | undefined;
  orderBy?: Array<OrderInput> | OrderInput | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UsersQuery = { account: { users: { totalCount: number, nodes: Array<{ id: string, name: string, email: string, title: string | null, role: UserRole | null, status: UserStatus, invitation: InvitationState | null, lastSignInAt: string | null, managedBy: { id: string, name: string } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type SourcesQueryVariables = Exact<{ [key: string]: never; }>;


export type SourcesQuery = { account: { scimIntegrations: { nodes: Array<{ id: string, name: string } | null> | null } } | null };

export type UserQueryVariables = Exact<{
  id: string | number;
}>;


export type UserQuery = { account: { user: { id: string, name: string, email: string, userName: string, title: string | null, department: string | null, employeeNumber: string | null, userType: string | null, role: UserRole | null, status: UserStatus, invitation: InvitationState | null, deactivatedAt: string | null, lastSignInAt: string | null, createdAt: string, updatedAt: string, version: number, isBreakGlass: boolean, lockedFields: Array<string>, managedBy: { id: string, name: string } | null, manager: { id: string, name: string } | null, reports: { totalCount: number, nodes: Array<{ id: string, name: string, title: string | null } | null> | null }, externalIds: { nodes: Array<{ value: string, since: string, until: string | null, integration: { id: string, name: string } } | null> | null } } | null } | null };

export type UserTeamsQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UserTeamsQuery = { account: { user: { memberships: { totalCount: number, nodes: Array<{ role: string | null, validFrom: string, beganOnOrBefore: boolean, integration: { id: string, name: string } | null, team: { id: string, name: string, alias: string | null, parentTeam: { name: string } | null } } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null } | null };

export type UserHistoryQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UserHistoryQuery = { account: { user: { history: { totalCount: number, nodes: Array<{ at: string, sentence: string, action: string, actorName: string, before: unknown, after: unknown, requestId: string | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null } | null };

export type UserRawQueryVariables = Exact<{
  id: string | number;
}>;


export type UserRawQuery = { account: { user: { id: string, rawScim: unknown } | null } | null };

export type WhoIsHereQueryVariables = Exact<{
  emails: unknown;
  first?: number | null | undefined;
}>;


export type WhoIsHereQuery = { account: { users: { nodes: Array<{ email: string } | null> | null } | null } | null };

export type InviteUserMutationVariables = Exact<{
  email: string;
  input?: UserInput | null | undefined;
}>;


export type InviteUserMutation = { userInvite: { user: { id: string, name: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type UpdateUserMutationVariables = Exact<{
  user: UserIdentifierInput;
  input: UserInput;
}>;


export type UpdateUserMutation = { userUpdate: { user: { id: string, name: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type UpdateUsersMutationVariables = Exact<{
  input: UsersUpdateInput;
}>;


export type UpdateUsersMutation = { usersUpdate: { count: number, failed: Array<{ id: string, name: string, message: string }>, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DeactivateUserMutationVariables = Exact<{
  user: UserIdentifierInput;
}>;


export type DeactivateUserMutation = { userDeactivate: { user: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type ReactivateUserMutationVariables = Exact<{
  user: UserIdentifierInput;
}>;


export type ReactivateUserMutation = { userReactivate: { user: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DeleteUserMutationVariables = Exact<{
  user: UserIdentifierInput;
}>;


export type DeleteUserMutation = { userDelete: { errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type ResendInviteMutationVariables = Exact<{
  user: UserIdentifierInput;
}>;


export type ResendInviteMutation = { userInviteResend: { user: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type RevokeInviteMutationVariables = Exact<{
  user: UserIdentifierInput;
}>;


export type RevokeInviteMutation = { userInviteRevoke: { user: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DetachUserMutationVariables = Exact<{
  user: UserIdentifierInput;
}>;


export type DetachUserMutation = { integrationDetach: { linkedUsers: Array<{ id: string }> | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type ExportUserMutationVariables = Exact<{
  user: UserIdentifierInput;
}>;


export type ExportUserMutation = { userExport: { document: unknown, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type EraseUserMutationVariables = Exact<{
  user: UserIdentifierInput;
  version?: number | null | undefined;
}>;


export type EraseUserMutation = { userErase: { stillNamedIn: Array<{ table: string, rows: number }> | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

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

export const UsersDocument = new TypedDocumentString(`
    query Users($search: String, $where: Condition, $orderBy: [OrderInput!], $first: Int, $after: String) {
  account {
    users(
      search: $search
      where: $where
      orderBy: $orderBy
      first: $first
      after: $after
    ) {
      nodes {
        id
        name
        email
        title
        role
        status
        invitation
        lastSignInAt
        managedBy {
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
    `) as unknown as TypedDocumentString<UsersQuery, UsersQueryVariables>;
export const SourcesDocument = new TypedDocumentString(`
    query Sources {
  account {
    scimIntegrations(first: 100) {
      nodes {
        id
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SourcesQuery, SourcesQueryVariables>;
export const UserDocument = new TypedDocumentString(`
    query User($id: ID!) {
  account {
    user(id: $id) {
      id
      name
      email
      userName
      title
      department
      employeeNumber
      userType
      role
      status
      invitation
      deactivatedAt
      lastSignInAt
      createdAt
      updatedAt
      version
      isBreakGlass
      lockedFields
      managedBy {
        id
        name
      }
      manager {
        id
        name
      }
      reports(first: 20) {
        totalCount
        nodes {
          id
          name
          title
        }
      }
      externalIds(first: 20) {
        nodes {
          value
          since
          until
          integration {
            id
            name
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UserQuery, UserQueryVariables>;
export const UserTeamsDocument = new TypedDocumentString(`
    query UserTeams($id: ID!, $first: Int, $after: String) {
  account {
    user(id: $id) {
      memberships(first: $first, after: $after) {
        nodes {
          role
          validFrom
          beganOnOrBefore
          integration {
            id
            name
          }
          team {
            id
            name
            alias
            parentTeam {
              name
            }
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
    `) as unknown as TypedDocumentString<UserTeamsQuery, UserTeamsQueryVariables>;
export const UserHistoryDocument = new TypedDocumentString(`
    query UserHistory($id: ID!, $first: Int, $after: String) {
  account {
    user(id: $id) {
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
    `) as unknown as TypedDocumentString<UserHistoryQuery, UserHistoryQueryVariables>;
export const UserRawDocument = new TypedDocumentString(`
    query UserRaw($id: ID!) {
  account {
    user(id: $id) {
      id
      rawScim
    }
  }
}
    `) as unknown as TypedDocumentString<UserRawQuery, UserRawQueryVariables>;
export const WhoIsHereDocument = new TypedDocumentString(`
    query WhoIsHere($emails: JSON!, $first: Int) {
  account {
    users(first: $first, where: {field: "email", op: in, value: $emails}) {
      nodes {
        email
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WhoIsHereQuery, WhoIsHereQueryVariables>;
export const InviteUserDocument = new TypedDocumentString(`
    mutation InviteUser($email: String!, $input: UserInput) {
  userInvite(email: $email, input: $input) {
    user {
      id
      name
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<InviteUserMutation, InviteUserMutationVariables>;
export const UpdateUserDocument = new TypedDocumentString(`
    mutation UpdateUser($user: UserIdentifierInput!, $input: UserInput!) {
  userUpdate(user: $user, input: $input) {
    user {
      id
      name
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateUserMutation, UpdateUserMutationVariables>;
export const UpdateUsersDocument = new TypedDocumentString(`
    mutation UpdateUsers($input: UsersUpdateInput!) {
  usersUpdate(input: $input) {
    count
    failed {
      id
      name
      message
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateUsersMutation, UpdateUsersMutationVariables>;
export const DeactivateUserDocument = new TypedDocumentString(`
    mutation DeactivateUser($user: UserIdentifierInput!) {
  userDeactivate(user: $user) {
    user {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DeactivateUserMutation, DeactivateUserMutationVariables>;
export const ReactivateUserDocument = new TypedDocumentString(`
    mutation ReactivateUser($user: UserIdentifierInput!) {
  userReactivate(user: $user) {
    user {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<ReactivateUserMutation, ReactivateUserMutationVariables>;
export const DeleteUserDocument = new TypedDocumentString(`
    mutation DeleteUser($user: UserIdentifierInput!) {
  userDelete(user: $user) {
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteUserMutation, DeleteUserMutationVariables>;
export const ResendInviteDocument = new TypedDocumentString(`
    mutation ResendInvite($user: UserIdentifierInput!) {
  userInviteResend(user: $user) {
    user {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<ResendInviteMutation, ResendInviteMutationVariables>;
export const RevokeInviteDocument = new TypedDocumentString(`
    mutation RevokeInvite($user: UserIdentifierInput!) {
  userInviteRevoke(user: $user) {
    user {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeInviteMutation, RevokeInviteMutationVariables>;
export const DetachUserDocument = new TypedDocumentString(`
    mutation DetachUser($user: UserIdentifierInput!) {
  integrationDetach(input: {users: [$user]}) {
    linkedUsers {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DetachUserMutation, DetachUserMutationVariables>;
export const ExportUserDocument = new TypedDocumentString(`
    mutation ExportUser($user: UserIdentifierInput!) {
  userExport(user: $user) {
    document
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<ExportUserMutation, ExportUserMutationVariables>;
export const EraseUserDocument = new TypedDocumentString(`
    mutation EraseUser($user: UserIdentifierInput!, $version: Int) {
  userErase(user: $user, expectedVersion: $version) {
    stillNamedIn {
      table
      rows
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<EraseUserMutation, EraseUserMutationVariables>;