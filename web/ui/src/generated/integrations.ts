/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type IdentifierInput = {
  alias?: string | null | undefined;
  id?: string | number | null | undefined;
};

export type IntegrationCreateInput = {
  name: string;
  type: IntegrationType;
};

export type IntegrationLinkInput = {
  allExact?: boolean | null | undefined;
  integration: string | number;
  teams?: Array<IdentifierInput> | null | undefined;
  users?: Array<UserIdentifierInput> | null | undefined;
};

export type IntegrationMoveInput = {
  /** Say what would become of whom, and do nothing. */
  dryRun?: boolean | null | undefined;
  from: string | number;
  /** asked (whom the new one has asked for; the default), or everybody. */
  match?: string | null | undefined;
  to: string | number;
};

export type IntegrationStatus =
  | 'connected'
  | 'failing'
  | 'paused'
  | 'waiting';

export type IntegrationType =
  | 'scim';

export type IntegrationUpdateInput = {
  expectedVersion?: number | null | undefined;
  id: string | number;
  name?: string | null | undefined;
  /** Whether what it writes is refused until it is let go on. */
  paused?: boolean | null | undefined;
  settings?: unknown;
};

export type ProvisioningFilterInput = {
  /** An instant, or a date: from its beginning on. */
  from?: string | null | undefined;
  integration?: string | number | null | undefined;
  onlyErrors?: boolean | null | undefined;
  /** user or team. */
  resourceKind?: string | null | undefined;
  /** A part of the path, the name or the reason, or a whole request id. */
  search?: string | null | undefined;
  /** An instant, or a date: until its end. */
  to?: string | null | undefined;
};

export type UserIdentifierInput = {
  email?: string | null | undefined;
  id?: string | number | null | undefined;
};

export type UserRole =
  | 'admin'
  | 'standards_admin'
  | 'team_member'
  | 'user';

export type IntegrationsQueryVariables = Exact<{ [key: string]: never; }>;


export type IntegrationsQuery = { account: { scimIntegrations: { totalCount: number, nodes: Array<{ id: string, name: string, status: IntegrationStatus, lastRequestAt: string | null, createdAt: string, userCount: number, teamCount: number, pendingDecisions: { totalCount: number } } | null> | null } } | null };

export type IntegrationQueryVariables = Exact<{
  id: string | number;
}>;


export type IntegrationQuery = { account: { integration:
      | { id: string, name: string, version: number, scimUrl: string, status: IntegrationStatus, lastRequestAt: string | null, createdAt: string, userCount: number, teamCount: number, checklist: { urlReached: boolean, tokenAccepted: boolean, firstUser: boolean, firstGroup: boolean }, settings: { strict: boolean, allowEdits: boolean, welcomeLetters: boolean, nestedGroups: boolean, linkExactUserNames: boolean, raw: unknown }, letters: { waiting: number, held: number, failed: number, sent: number }, apiTokens: { nodes: Array<{ id: string, name: string, prefix: string, createdBy: string, createdAt: string, lastUsedAt: string | null, expiresAt: string, revokedAt: string | null } | null> | null }, pendingDecisions: { totalCount: number } }
      | Record<PropertyKey, never>
     | null } | null };

export type IntegrationHealthQueryVariables = Exact<{
  id: string | number;
}>;


export type IntegrationHealthQuery = { account: { integration:
      | { id: string, userCount: number, teamCount: number, health: { requests: number, failed: number, rateLimited: number, p95Ms: number | null, buckets: Array<{ at: string, requests: number, failed: number }> } }
      | Record<PropertyKey, never>
     | null } | null };

export type ProvisioningLogQueryVariables = Exact<{
  filter?: ProvisioningFilterInput | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ProvisioningLogQuery = { account: { provisioningEvents: { totalCount: number, nodes: Array<{ id: string, at: string, method: string, path: string, status: number, durationMs: number, requests: number, resourceKind: string | null, resourceName: string | null, requestBody: string | null, responseBody: string | null, reason: string | null, fix: string | null, requestId: string | null, user: { id: string, name: string } | null, team: { id: string, name: string, alias: string | null } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type PendingDecisionsQueryVariables = Exact<{
  integration: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PendingDecisionsQuery = { account: { pendingDecisions: { totalCount: number, nodes: Array<{ id: string, kind: string, name: string, externalId: string | null, attempts: number, firstAskedAt: string, lastAskedAt: string, user: { id: string, name: string, email: string, role: UserRole | null } | null, team: { id: string, name: string, alias: string | null } | null } | null> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type FailedLettersQueryVariables = Exact<{
  integration: string | number;
}>;


export type FailedLettersQuery = { account: { letters: { totalCount: number, nodes: Array<{ id: string, letter: string, recipient: string, attempts: number, lastError: string | null, createdAt: string } | null> | null } } | null };

export type CreateIntegrationMutationVariables = Exact<{
  input: IntegrationCreateInput;
}>;


export type CreateIntegrationMutation = { integrationCreate: { integration:
      | { id: string, name: string }
      | { id: string, name: string }
      | { id: string, name: string }
      | { id: string, name: string }
      | { id: string, name: string }
      | { id: string, name: string }
      | { id: string, name: string }
     | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type UpdateIntegrationMutationVariables = Exact<{
  input: IntegrationUpdateInput;
}>;


export type UpdateIntegrationMutation = { integrationUpdate: { integration:
      | { id: string }
      | { id: string }
      | { id: string }
      | { id: string }
      | { id: string }
      | { id: string }
      | { id: string }
     | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DeleteIntegrationMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteIntegrationMutation = { integrationDelete: { deletedId: string | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type LinkMutationVariables = Exact<{
  input: IntegrationLinkInput;
}>;


export type LinkMutation = { integrationLink: { count: number, left: number, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DismissDecisionMutationVariables = Exact<{
  id: string | number;
}>;


export type DismissDecisionMutation = { decisionDismiss: { decisionId: string | null, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type ReleaseLettersMutationVariables = Exact<{
  integration: string | number;
}>;


export type ReleaseLettersMutation = { lettersRelease: { count: number, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type DiscardLettersMutationVariables = Exact<{
  integration: string | number;
}>;


export type DiscardLettersMutation = { lettersDiscard: { count: number, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type RetryLetterMutationVariables = Exact<{
  id: string | number;
}>;


export type RetryLetterMutation = { letterRetry: { count: number, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

export type MoveIntegrationMutationVariables = Exact<{
  input: IntegrationMoveInput;
}>;


export type MoveIntegrationMutation = { integrationMove: { matched: number, notAskedFor: number, conflicts: number, moved: number, errors: Array<{ message: string, path: Array<string>, code: string }> } | null };

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

export const IntegrationsDocument = new TypedDocumentString(`
    query Integrations {
  account {
    scimIntegrations(first: 100) {
      nodes {
        id
        name
        status
        lastRequestAt
        createdAt
        userCount
        teamCount
        pendingDecisions(first: 1) {
          totalCount
        }
      }
      totalCount
    }
  }
}
    `) as unknown as TypedDocumentString<IntegrationsQuery, IntegrationsQueryVariables>;
export const IntegrationDocument = new TypedDocumentString(`
    query Integration($id: ID!) {
  account {
    integration(id: $id) {
      ... on ScimIntegration {
        id
        name
        version
        scimUrl
        status
        lastRequestAt
        createdAt
        userCount
        teamCount
        checklist {
          urlReached
          tokenAccepted
          firstUser
          firstGroup
        }
        settings {
          strict
          allowEdits
          welcomeLetters
          nestedGroups
          linkExactUserNames
          raw
        }
        letters {
          waiting
          held
          failed
          sent
        }
        apiTokens(first: 50) {
          nodes {
            id
            name
            prefix
            createdBy
            createdAt
            lastUsedAt
            expiresAt
            revokedAt
          }
        }
        pendingDecisions(first: 1) {
          totalCount
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<IntegrationQuery, IntegrationQueryVariables>;
export const IntegrationHealthDocument = new TypedDocumentString(`
    query IntegrationHealth($id: ID!) {
  account {
    integration(id: $id) {
      ... on ScimIntegration {
        id
        userCount
        teamCount
        health(hours: 24) {
          requests
          failed
          rateLimited
          p95Ms
          buckets {
            at
            requests
            failed
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<IntegrationHealthQuery, IntegrationHealthQueryVariables>;
export const ProvisioningLogDocument = new TypedDocumentString(`
    query ProvisioningLog($filter: ProvisioningFilterInput, $first: Int, $after: String) {
  account {
    provisioningEvents(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        at
        method
        path
        status
        durationMs
        requests
        resourceKind
        resourceName
        requestBody
        responseBody
        reason
        fix
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
    `) as unknown as TypedDocumentString<ProvisioningLogQuery, ProvisioningLogQueryVariables>;
export const PendingDecisionsDocument = new TypedDocumentString(`
    query PendingDecisions($integration: ID!, $first: Int, $after: String) {
  account {
    pendingDecisions(integration: $integration, first: $first, after: $after) {
      nodes {
        id
        kind
        name
        externalId
        attempts
        firstAskedAt
        lastAskedAt
        user {
          id
          name
          email
          role
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
    `) as unknown as TypedDocumentString<PendingDecisionsQuery, PendingDecisionsQueryVariables>;
export const FailedLettersDocument = new TypedDocumentString(`
    query FailedLetters($integration: ID!) {
  account {
    letters(first: 50, filter: {integration: $integration, states: ["failed"]}) {
      nodes {
        id
        letter
        recipient
        attempts
        lastError
        createdAt
      }
      totalCount
    }
  }
}
    `) as unknown as TypedDocumentString<FailedLettersQuery, FailedLettersQueryVariables>;
export const CreateIntegrationDocument = new TypedDocumentString(`
    mutation CreateIntegration($input: IntegrationCreateInput!) {
  integrationCreate(input: $input) {
    integration {
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
    `) as unknown as TypedDocumentString<CreateIntegrationMutation, CreateIntegrationMutationVariables>;
export const UpdateIntegrationDocument = new TypedDocumentString(`
    mutation UpdateIntegration($input: IntegrationUpdateInput!) {
  integrationUpdate(input: $input) {
    integration {
      id
    }
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateIntegrationMutation, UpdateIntegrationMutationVariables>;
export const DeleteIntegrationDocument = new TypedDocumentString(`
    mutation DeleteIntegration($id: ID!) {
  integrationDelete(resource: {id: $id}) {
    deletedId
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteIntegrationMutation, DeleteIntegrationMutationVariables>;
export const LinkDocument = new TypedDocumentString(`
    mutation Link($input: IntegrationLinkInput!) {
  integrationLink(input: $input) {
    count
    left
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<LinkMutation, LinkMutationVariables>;
export const DismissDecisionDocument = new TypedDocumentString(`
    mutation DismissDecision($id: ID!) {
  decisionDismiss(id: $id) {
    decisionId
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DismissDecisionMutation, DismissDecisionMutationVariables>;
export const ReleaseLettersDocument = new TypedDocumentString(`
    mutation ReleaseLetters($integration: ID!) {
  lettersRelease(integration: $integration) {
    count
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<ReleaseLettersMutation, ReleaseLettersMutationVariables>;
export const DiscardLettersDocument = new TypedDocumentString(`
    mutation DiscardLetters($integration: ID!) {
  lettersDiscard(integration: $integration) {
    count
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DiscardLettersMutation, DiscardLettersMutationVariables>;
export const RetryLetterDocument = new TypedDocumentString(`
    mutation RetryLetter($id: ID!) {
  letterRetry(id: $id) {
    count
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<RetryLetterMutation, RetryLetterMutationVariables>;
export const MoveIntegrationDocument = new TypedDocumentString(`
    mutation MoveIntegration($input: IntegrationMoveInput!) {
  integrationMove(input: $input) {
    matched
    notAskedFor
    conflicts
    moved
    errors {
      message
      path
      code
    }
  }
}
    `) as unknown as TypedDocumentString<MoveIntegrationMutation, MoveIntegrationMutationVariables>;