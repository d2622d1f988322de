"""What can go wrong in the catalog, in the catalog's own words.

A class says what happened, its attributes to what; the message is made from them. No HTTP status is named here: each
transport owns one translation table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID


class CatalogError(Exception):
    """The root: something the caller asked for could not be done, and nothing was changed.

    `code` is the stable name that scripts may rely on (the `code` of a GraphQL error). `place` tells where in an answer
    of many parts it went wrong: the keys that lead there.
    """

    code: ClassVar[str] = "ERROR"
    place: tuple[str, ...] = ()


class NotFound(CatalogError):
    """There is no such thing in the actor's account; another account's is not there either."""

    code = "NOT_FOUND"

    def __init__(self, kind: str, key: object) -> None:
        self.kind, self.key = kind, key
        super().__init__(f"There is no {kind} {str(key)[:200]!r}.")


class AlreadyTaken(CatalogError):
    """Another one of the same kind has this value, which must be unique."""

    code = "ALREADY_TAKEN"

    def __init__(self, kind: str, field: str, value: object) -> None:
        self.kind, self.field, self.value = kind, field, value
        super().__init__(f"Another {kind} has the {field} {str(value)[:200]!r}.")


class WaitsToBeLinked(CatalogError):
    """The person or team exists, but does not belong to the integration that wants to write it.

    The wish is kept in the queue of pending decisions: once an administrator has linked the two, the same request
    succeeds. `exists_as` is the id of what is there; `taken` tells a creation (there is one already) from an update.
    """

    code = "WAITS_TO_BE_LINKED"

    def __init__(
        self, kind: str, name: str, exists_as: UUID, *, owner: str | None, external_id: str | None, taken: bool
    ) -> None:
        self.kind, self.name, self.exists_as, self.owner = kind, name, exists_as, owner
        self.external_id, self.taken = external_id, taken
        whose = f"belongs to the integration {owner!r}" if owner else "was made by hand"
        super().__init__(
            f"The {kind} {name!r} exists and {whose}. It now waits to be linked: an administrator links it in Muster "
            f"(Integrations, Waiting to be linked; or `muster integration link`), then this request will succeed."
        )


class NotPermitted(CatalogError):
    """The actor may not do this."""

    code = "NOT_PERMITTED"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Unauthenticated(NotPermitted):
    """The credential is good for nothing. `why` is unknown, expired, revoked or gone (its owner is).

    `account_id`, `integration_id` and `token_id` say whose it was, where that is known, so that a refusal can be
    told to the owner.
    """

    code = "UNAUTHENTICATED"

    def __init__(
        self,
        why: str,
        reason: str,
        *,
        account_id: UUID | None = None,
        integration_id: UUID | None = None,
        token_id: UUID | None = None,
    ) -> None:
        self.why = why
        self.account_id, self.integration_id, self.token_id = account_id, integration_id, token_id
        super().__init__(reason)


class NotConfirmed(NotPermitted):
    """The session is older than a sensitive act allows: the person proves once more who they are, then it may be."""

    code = "CONFIRM"

    def __init__(self) -> None:
        super().__init__("Confirm that it is you: this needs your password to have been given within ten minutes.")


class Forged(NotPermitted):
    """The request carries a session, but nothing shows that a page of ours sent it."""

    code = "FORGED"

    def __init__(self) -> None:
        super().__init__("Requests of a session need the header X-Muster-Csrf: 1, and come from Muster's own pages.")


class SignInRefused(NotPermitted):
    """A single sign-on that lets nobody in. `why` names the cause; the message is for administrators.

    The person is told no more than that it did not work, and where administrators find the reason.
    """

    code = "SIGN_IN_REFUSED"

    def __init__(self, why: str, reason: str) -> None:
        self.why = why
        super().__init__(reason)


class Restored(NotPermitted):
    """The account was restored from a backup, and nobody has been through the checklist yet."""

    code = "RESTORED"

    def __init__(self) -> None:
        super().__init__(
            "Muster was restored from a backup: only break-glass people sign in until an administrator has been "
            "through the checklist (`muster resync`)."
        )


class SingleSignOnRequired(NotPermitted):
    """The account lets people in by their identity provider alone."""

    code = "SINGLE_SIGN_ON_REQUIRED"

    def __init__(self) -> None:
        super().__init__("Your company signs in with single sign-on: choose it on the sign-in page.")


class WrongPassword(NotPermitted):
    """The person who is signed in has another password."""

    code = "WRONG_PASSWORD"

    def __init__(self) -> None:
        super().__init__("This is not your password.")


class LinkSpent(NotPermitted):
    """A one-time link opens nothing. `why` is unknown, expired, used or revoked."""

    _SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": "There is no such link: copy it whole.",
        "expired": "This link has expired: ask for a new one.",
        "used": "This link was used already, and is good once: ask for a new one, or sign in.",
        "revoked": "This link was withdrawn: ask for a new one.",
    }

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(self._SENTENCES[why])


class Managed(NotPermitted):
    """The field belongs to an integration, so it is changed there and not here."""

    code = "MANAGED"

    def __init__(self, kind: str, field: str, integration: str) -> None:
        self.kind, self.field, self.integration = kind, field, integration
        super().__init__(f"The {field} of this {kind} is managed by the integration {integration!r}: change it there.")


class Invalid(CatalogError):
    """A value is not one that the field can hold."""

    code = "INVALID"

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}")


class VersionMismatch(CatalogError):
    """The row has moved on since the version that the caller knows."""

    code = "VERSION_MISMATCH"

    def __init__(self, expected: int, found: int) -> None:
        self.expected, self.found = expected, found
        super().__init__(f"It is at version {found}, not at {expected} any more.")


class KeyReused(CatalogError):
    """The Idempotency-Key belongs to another request: its body was another one."""

    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was sent with another request within the last 24 hours: take a new one.")


class InProgress(CatalogError):
    """The first request with this Idempotency-Key is still being carried out."""

    code = "IN_PROGRESS"

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is being carried out: ask again in a moment.")


class AnswerLost(CatalogError):
    """The first request with this Idempotency-Key changed something, and its answer was not kept."""

    code = "ANSWER_LOST"

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key was carried out, at least in part, and its answer was lost: "
            "look at what is there. It is not carried out again."
        )


class TooManyRequests(CatalogError):
    """The caller goes faster than it may; it may try again after `retry_after_s` seconds."""

    code = "TOO_MANY_REQUESTS"

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"Too many requests: try again in {retry_after_s} seconds.")


class Paused(CatalogError):
    """An integration's writes are refused until an administrator lets it go on; what it reads is answered."""

    code = "PAUSED"

    def __init__(self, integration: str, reason: str) -> None:
        self.integration, self.reason = integration, reason
        super().__init__(
            f"{integration} is paused. {reason} An administrator lets it go on in Muster (Integrations; or "
            "`muster integration resume`), then this request will succeed."
        )


class AccountNotChosen(CatalogError):
    """What was given is right in several accounts; `accounts` are their slugs and names."""

    code = "CHOOSE_ACCOUNT"

    def __init__(self, accounts: Sequence[tuple[str, str]]) -> None:
        self.accounts = accounts
        super().__init__("You have an account in several places: choose one.")


class Unavailable(CatalogError):
    """The database can't be reached, or did not answer in time. Nothing was changed, unless it is `in_doubt`: the
    connection was lost, or the disk failed, while the change was being kept."""

    code = "UNAVAILABLE"

    def __init__(self, reason: str, *, in_doubt: bool = False) -> None:
        self.reason, self.in_doubt = reason, in_doubt
        super().__init__(reason)
