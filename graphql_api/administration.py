"""Mutations of administrators: integrations, tokens, letters, and what waits for a decision."""

from __future__ import annotations

import strawberry

from graphql_api import decisions, event_integrations, integration_mutations, letters, tokens
from graphql_api.payloads import mutation


@strawberry.type
class Administration:
    """A part of `Mutation`."""

    letters_release = mutation(
        letters.letters_release, "The letters of this integration that were held are sent from now on."
    )
    letters_discard = mutation(
        letters.letters_discard, "The letters of this integration that were held will not be sent."
    )
    letter_retry = mutation(letters.letter_retry, "A letter that could not be sent is tried again.")
    api_token_create = mutation(
        tokens.api_token_create,
        "Needs an administrator, or the person whose token it is; the secret is shown this once.",
    )
    api_token_delete = mutation(tokens.api_token_delete, "It is refused from now on, by every process within a second.")
    decision_dismiss = mutation(
        decisions.decision_dismiss, "Nothing is done about it; it comes back if the integration asks once more."
    )
    rehire_decide = mutation(
        decisions.rehire_decide, "Whether somebody who came back under another externalId is the same person."
    )
    integration_create = mutation(integration_mutations.integration_create, "An integration without tokens and people.")
    integration_update = mutation(
        integration_mutations.integration_update, "Another name, other settings: what is there already follows at once."
    )
    integration_reactivate = mutation(
        integration_mutations.integration_reactivate, "A paused integration may write again."
    )
    integration_delete = mutation(
        integration_mutations.integration_delete,
        "Its tokens end, its people and teams stay. An alias is the integration's name.",
    )
    integration_link = mutation(
        integration_mutations.integration_link,
        "The provider's next try to write them succeeds. Memberships and history stay.",
    )
    integration_detach = mutation(
        integration_mutations.integration_detach,
        "They stay as they are; the provider's next push of them waits to be linked.",
    )
    integration_move = mutation(
        integration_mutations.integration_move, "Without `dryRun: false` it only says what would become of whom."
    )
    event_integration_create = mutation(
        event_integrations.event_integration_create,
        "Always refused: Muster is about people and teams and takes no events of services.",
    )
    event_integration_update = mutation(
        event_integrations.event_integration_update,
        "Always refused: there is none. A SCIM integration is changed by integrationUpdate.",
    )
