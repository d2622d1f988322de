/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AccountUpdateInput = {
  name?: string | null | undefined;
  requireSingleSignOn?: boolean | null | undefined;
  timeZone?: string | null | undefined;
  visibleAttributes?: Array<string> | null | undefined;
};

export type InvitationState =
  | 'accepted'
  | 'expired'
  | 'held'
  | 'none'
  | 'revoked'
  | 'sent';

export type LetterFilterInput = {
  integration?: string | number | null | undefined;
  states?: Array<string> | null | undefined;
};

export type SignInAdmission =
  | 'just_in_time'
  | 'refuse';

export type SignInConnectionCreateInput = {
  admission?: SignInAdmission | null | undefined;
  clientSecret?: string | null | undefined;
  /** Whose people it signs in. */
  integrationId?: string | number | null | undefined;
  kind: SignInKind;
  name: string;
  settings?: unknown;
};

export type SignInConnectionUpdateInput = {
  admission?: SignInAdmission | null | undefined;
  clientSecret?: string | null | undefined;
  enabled?: boolean | null | undefined;
  expectedVersion?: number | null | undefined;
  id: string | number;
  integrationId?: string | number | null | undefined;
  name?: string | null | undefined;
  settings?: unknown;
};

export type SignInKind =
  | 'oidc'
  | 'saml';

export type UserStatus =
  | 'active'
  | 'deactivated';

export type AccountSettingsQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountSettingsQuery = { account: { id: string, name: string, slug: string, timeZone: string, settings: { visibleAttributes: Array<string>, hiddenAttributes: Array<string> } } | null };

export type AdministratorsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AdministratorsQuery = { account: { users: { totalCount: number, nodes: Array<{ id: string, name: string, email: string, status: UserStatus, invitation: InvitationState | null, lastSignInAt: string | null, isBreakGlass: boolean, managedBy: { id: string, name: string } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type LettersQueryVariables = Exact<{
  filter?: LetterFilterInput | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type LettersQuery = { account: { letters: { totalCount: number, nodes: Array<{ id: string, letter: string, recipient: string, state: string, attempts: number, lastError: string | null, createdAt: string, sentAt: string | null, user: { id: string, name: string } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type UpdateAccountMutationVariables = Exact<{
  input: AccountUpdateInput;
}>;


export type UpdateAccountMutation = { accountUpdate: { account: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type RetryOneLetterMutationVariables = Exact<{
  id: string | number;
}>;


export type RetryOneLetterMutation = { letterRetry: { count: number, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type SignInConnectionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SignInConnectionsQuery = { account: { settings: { requireSingleSignOn: boolean }, signInConnections: { nodes: Array<{ id: string, kind: SignInKind, name: string, admission: SignInAdmission, enabled: boolean, hasSecret: boolean, testedAt: string | null, settings: unknown, startUrl: string, redirectUri: string | null, acsUrl: string | null, entityId: string | null, integration: { id: string, name: string } | null, errors: { nodes: Array<{ at: string, message: string } | null> | null } } | null> | null }, scimIntegrations: { nodes: Array<{ id: string, name: string } | null> | null } } | null };

export type CreateSignInConnectionMutationVariables = Exact<{
  input: SignInConnectionCreateInput;
}>;


export type CreateSignInConnectionMutation = { signInConnectionCreate: { connection: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type UpdateSignInConnectionMutationVariables = Exact<{
  input: SignInConnectionUpdateInput;
}>;


export type UpdateSignInConnectionMutation = { signInConnectionUpdate: { connection: { id: string } | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DeleteSignInConnectionMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteSignInConnectionMutation = { signInConnectionDelete: { deletedId: string | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

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

export const AccountSettingsDocument = new TypedDocumentString(`
    query AccountSettings {
  account {
    id
    name
    slug
    timeZone
    settings {
      visibleAttributes
      hiddenAttributes
    }
  }
}
    `) as unknown as TypedDocumentString<AccountSettingsQuery, AccountSettingsQueryVariables>;
export const AdministratorsDocument = new TypedDocumentString(`
    query Administrators($first: Int, $after: String) {
  account {
    users(
      where: {field: "role", value: "admin"}
      orderBy: [{field: "name"}]
      first: $first
      after: $after
    ) {
      nodes {
        id
        name
        email
        status
        invitation
        lastSignInAt
        isBreakGlass
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
    `) as unknown as TypedDocumentString<AdministratorsQuery, AdministratorsQueryVariables>;
export const LettersDocument = new TypedDocumentString(`
    query Letters($filter: LetterFilterInput, $first: Int, $after: String) {
  account {
    letters(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        letter
        recipient
        state
        attempts
        lastError
        createdAt
        sentAt
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
    `) as unknown as TypedDocumentString<LettersQuery, LettersQueryVariables>;
export const UpdateAccountDocument = new TypedDocumentString(`
    mutation UpdateAccount($input: AccountUpdateInput!) {
  accountUpdate(input: $input) {
    account {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateAccountMutation, UpdateAccountMutationVariables>;
export const RetryOneLetterDocument = new TypedDocumentString(`
    mutation RetryOneLetter($id: ID!) {
  letterRetry(id: $id) {
    count
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<RetryOneLetterMutation, RetryOneLetterMutationVariables>;
export const SignInConnectionsDocument = new TypedDocumentString(`
    query SignInConnections {
  account {
    settings {
      requireSingleSignOn
    }
    signInConnections(first: 50) {
      nodes {
        id
        kind
        name
        admission
        enabled
        hasSecret
        testedAt
        settings
        startUrl
        redirectUri
        acsUrl
        entityId
        integration {
          id
          name
        }
        errors(first: 5) {
          nodes {
            at
            message
          }
        }
      }
    }
    scimIntegrations(first: 100) {
      nodes {
        id
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SignInConnectionsQuery, SignInConnectionsQueryVariables>;
export const CreateSignInConnectionDocument = new TypedDocumentString(`
    mutation CreateSignInConnection($input: SignInConnectionCreateInput!) {
  signInConnectionCreate(input: $input) {
    connection {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<CreateSignInConnectionMutation, CreateSignInConnectionMutationVariables>;
export const UpdateSignInConnectionDocument = new TypedDocumentString(`
    mutation UpdateSignInConnection($input: SignInConnectionUpdateInput!) {
  signInConnectionUpdate(input: $input) {
    connection {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateSignInConnectionMutation, UpdateSignInConnectionMutationVariables>;
export const DeleteSignInConnectionDocument = new TypedDocumentString(`
    mutation DeleteSignInConnection($id: ID!) {
  signInConnectionDelete(id: $id) {
    deletedId
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteSignInConnectionMutation, DeleteSignInConnectionMutationVariables>;