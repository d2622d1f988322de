"""What every table holds of a person, and what becomes of it when they are erased.

Pure: a verdict for every model. `catalog.services.disclosure` tells a person's rows by it, `catalog.services.erasure`
erases them. A test holds it to the models: a table without a verdict, or a column that leads to people and is not
named here, fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

NAME = "Erased person"
"""What an erased person is called wherever a name must be."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The rows of one table that are about a person."""

    of: str
    """Which: a condition of SQL on the table's columns; `$1` is the account, `$2` the person."""
    fate: Literal["kept", "blanked", "deleted"]
    why: str
    blank: Mapping[str, Any] = field(default_factory=dict)
    """What blanked rows hold instead."""
    hidden: frozenset[str] = frozenset()
    """Columns that are told to nobody: digests and seals."""
    others: frozenset[str] = frozenset()
    """Columns that name a person in rows which are about somebody else: their id stays there, and leads to no name."""


_THEIRS = "account_id = $1 AND user_id = $2"
_OWNED = "account_id = $1 AND owner_kind = 'user' AND owner_id = $2"
TOKENS = "SELECT id FROM api_tokens WHERE account_id = $1 AND user_id = $2"
"""The person's own tokens."""

HOLDINGS: dict[str, Holding | None] = {
    "User": Holding(
        "account_id = $1 AND id = $2",
        "blanked",
        "The id stays, so that teams keep how many people they had; nothing leads from it to a name.",
        {
            "user_name": "erased",
            "user_name_key": "erased",
            "name": NAME,
            "name_key": NAME.lower(),
            "attributes": {},
            "attributes_key": {},
            **dict.fromkeys(("display_name_key", "given_name", "family_name", "email", "email_key", "title")),
            **dict.fromkeys(("department", "employee_number", "user_type", "manager_value", "manager_key")),
            **dict.fromkeys(("manager_id", "last_sign_in_at", "role_by_hand")),
        },
        others=frozenset({"manager_id"}),
    ),
    "UserPeriod": Holding(
        _THEIRS,
        "blanked",
        "That somebody was there, from when to when, is counted in reports.",
        {"name": NAME, "name_key": NAME.lower(), "title": None, "department": None, "manager_id": None},
        others=frozenset({"manager_id"}),
    ),
    "Membership": Holding(_THEIRS, "kept", "How many people a team had, and when, under an id that leads to no name."),
    "Contact": Holding(_OWNED, "deleted", "How the person is reached.", others=frozenset({"owner_id"})),
    "Tag": Holding(_OWNED, "deleted", "What was said of the person.", others=frozenset({"owner_id"})),
    "ExternalId": Holding(
        "account_id = $1 AND subject_kind = 'user' AND subject_id = $2",
        "deleted",
        "What providers call the person: whoever comes under the same name later is a new one.",
    ),
    "PendingDecision": Holding(
        "account_id = $1 AND subject_id = $2", "deleted", "Nobody decides about the person any more."
    ),
    "TokenNotice": Holding(
        f"account_id = $1 AND token_id IN ({TOKENS})", "deleted", "Letters about tokens that are gone."
    ),
    "Password": Holding(_THEIRS, "deleted", "The person's way in.", hidden=frozenset({"hash"})),
    "Session": Holding(_THEIRS, "deleted", "Their browsers and addresses.", hidden=frozenset({"digest"})),
    "OneTimeLink": Holding(_THEIRS, "deleted", "The person's way in.", hidden=frozenset({"digest"})),
    "SignInIdentity": Holding(_THEIRS, "deleted", "Who the person is at their identity provider."),
    "IdempotencyClaim": Holding(
        f"account_id = $1 AND (asker_id = $2 OR asker_id IN ({TOKENS}))",
        "deleted",
        "What the person asked within the last day. Answers to others are emptied: they may name the person.",
        hidden=frozenset({"key_digest", "body_digest", "answer"}),
    ),
    "OutboxMessage": Holding(_THEIRS, "deleted", "Letters to the person."),
    "ProvisioningEvent": Holding(
        "account_id = $1 AND resource_id = $2",
        "blanked",
        "That a provider asked something, when, and what it was answered is counted; what it said is gone.",
        dict.fromkeys(("resource_name", "request_body", "response_body", "reason")),
    ),
    "AuditEvent": Holding(
        f"account_id = $1 AND (subject_id = $2 OR actor_id = $2 OR subject_id IN ({TOKENS}))",
        "blanked",
        "That something was done, when, and by and to which id; what it said is gone, and the chain still holds.",
        {"before": None, "after": None},
        hidden=frozenset({"seal", "erased_seal"}),
    ),
    "AlertMark": Holding(
        "account_id = $1 AND subject_id = $2", "deleted", "That a provider deactivated the person within the last hour."
    ),
    "ApiToken": Holding(_THEIRS, "deleted", "The person's own tokens.", hidden=frozenset({"digest"})),
    # These hold nobody by an id. Where one of them holds names, `catalog.services.erasure` searches it for them.
    "Account": None,
    "Alert": None,
    "AuditHead": None,
    "Integration": None,
    "Property": None,
    "PropertyDefinition": None,
    "SignInConnection": None,
    "SignInError": None,
    "SignInState": None,
    "Tally": None,
    "Team": None,
    "TeamAlias": None,
    "TeamPeriod": None,
}
"""By the names of the models; None for a table whose rows are about nobody. Rows are erased in this order: others are
found by the tokens, so these go last."""
