"""What a provider's administrator can do about a request that failed: the words beside a row of the provisioning log.

Pure. The log keeps what SCIM answered, so this is the one place in the catalog that reads a status. The reason is what
the answer said; the remedy says where to press, at the provider wherever it can be done there. Which provider it is
follows from the integration's name; where that says nothing, the words are those that every provider understands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Provider:
    """Where things are at an identity provider."""

    name: str
    retry: str
    """How a failed request is sent again."""
    token: str
    """Where the API token goes."""
    url: str
    """Where the SCIM API URL goes."""
    mapping: str
    """Where it is chosen which attribute is sent as what."""
    assign: str
    """How somebody is given to the application anew."""
    push: str
    """How a group is sent anew."""


OKTA = Provider(
    "Okta",
    retry="In Okta, open Dashboard → Tasks (or the application’s Push Groups) and press Retry Selected.",
    token="in Okta under Provisioning → Integration → API Token (or HTTP Header)",  # noqa: S106 - a place, no token
    url="in Okta under Provisioning → Integration → SCIM connector base URL",
    mapping="in Okta under Provisioning → To App → Attribute Mappings",
    assign="In Okta, remove the person from the application and assign them again",
    push="In Okta, open Push Groups, unlink the group (leave it in the application) and push it again",
)
ENTRA = Provider(
    "Entra",
    retry="In Entra, press Provision on demand for them, or wait for the next cycle (40 minutes).",
    token="in Entra under Provisioning → Admin Credentials → Secret Token",  # noqa: S106 - a place, no token
    url="in Entra under Provisioning → Admin Credentials → Tenant URL",
    mapping="in Entra under Provisioning → Mappings",
    assign="In Entra, press Restart provisioning, so that it looks everybody up anew",
    push="In Entra, press Restart provisioning, so that it looks every group up anew",
)
ANY = Provider(
    "your identity provider",
    retry="Have your identity provider send it again.",
    token="at your identity provider, where the application’s SCIM token goes",  # noqa: S106 - a place, no token
    url="at your identity provider, where the application’s SCIM URL goes",
    mapping="in the application’s attribute mappings at your identity provider",
    assign="At your identity provider, take the application from the person and assign it again",
    push="At your identity provider, unlink the group and push it again",
)

_BY_WORD = {"okta": OKTA, "entra": ENTRA, "azure": ENTRA, "microsoft": ENTRA}


def provider(integration_name: str) -> Provider:
    """Whose words to use for an integration of this name."""
    lowered = integration_name.lower()
    return next((found for word, found in _BY_WORD.items() if word in lowered), ANY)


def remedy(event: Row, integration_name: str) -> str | None:
    """What to do about the request, or None where nothing is to be done: it succeeded.

    `event` has `method path status resource_kind reason response_body` of a row of `services.deliveries.list_`.
    """
    if event["status"] < 400:
        return None
    failed = _Failed(
        event["status"],
        _scim_type(event.get("response_body")),
        event.get("reason") or "",
        event["path"].lower(),
        event["method"],
    )
    at = provider(integration_name)
    return next(rule.say(at) for rule in _RULES if rule.applies(failed))


# --- the rules ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Failed:
    status: int
    scim_type: str | None
    reason: str
    path: str
    method: str

    @property
    def is_of_a_group(self) -> bool:
        return "/groups" in self.path

    def says(self, *words: str) -> bool:
        """Whether the reason has one of these words."""
        lowered = self.reason.lower()
        return any(word in lowered for word in words)


@dataclass(frozen=True, slots=True)
class _Rule:
    applies: Callable[[_Failed], bool]
    say: Callable[[Provider], str]


def _status(*statuses: int) -> Callable[[_Failed], bool]:
    return lambda failed: failed.status in statuses


def _type(*names: str) -> Callable[[_Failed], bool]:
    return lambda failed: failed.scim_type in names


# The first that applies is told, so the particular stands above the general; the last applies always.
_RULES = (
    _Rule(
        lambda failed: failed.status in (429, 503) and failed.says("paused"),
        lambda at: (
            "Writes of this integration are paused. Look at what it did last, then press Resume on this page; "
            f"{at.name} sends again by itself what was refused meanwhile."
        ),
    ),
    _Rule(
        _status(401),
        lambda at: f"Create an API token on this page and paste it whole {at.token}, then test the connection there.",
    ),
    _Rule(
        lambda failed: failed.says("waits to be linked"),
        lambda at: (
            "If they are the same, link the two on this page, under Waiting to be linked; nothing is lost by it. "
            f"{at.retry}"
        ),
    ),
    _Rule(
        lambda failed: failed.status == 403,
        lambda at: (
            f"{at.name} may write only what this integration manages. If it should manage this, link it on this page; "
            "otherwise leave it out of the application."
        ),
    ),
    _Rule(
        lambda failed: failed.status == 409 and failed.is_of_a_group,
        lambda at: f"Two groups at {at.name} have the same name: rename one of them there. {at.retry}",
    ),
    _Rule(
        lambda failed: failed.status == 409 and failed.says("emails", "email"),
        lambda at: (
            f"Two people at {at.name} have the same email. Correct the address of one of them, or send another one "
            f"{at.mapping}. {at.retry}"
        ),
    ),
    _Rule(
        _status(409),
        lambda at: (
            f"Two people at {at.name} would get the same userName: choose one that is each person’s own, {at.mapping}. "
            f"If it is one person whom {at.name} lost sight of: {at.assign}."
        ),
    ),
    _Rule(
        lambda failed: failed.status == 404 and failed.says("there is nothing at"),
        lambda at: f"The address is wrong: copy the SCIM API URL of this page, with /scim/v2 at its end, {at.url}.",
    ),
    _Rule(
        lambda failed: failed.status == 404 and failed.is_of_a_group,
        lambda at: f"{at.name} knows a group by an id that is not here (any more). {at.push}.",
    ),
    _Rule(
        _status(404),
        lambda at: f"{at.name} knows somebody by an id that is not here (any more). {at.assign}.",
    ),
    _Rule(
        lambda failed: failed.is_of_a_group and failed.says("there is no user"),
        lambda at: (
            f"A member of the group is not here. Assign the application to everybody in the group first. {at.push}."
        ),
    ),
    _Rule(
        lambda failed: failed.says("nested_groups"),
        lambda at: (
            "Switch on “groups within groups” in this integration’s settings, or push groups without groups in them. "
            f"{at.retry}"
        ),
    ),
    _Rule(
        lambda failed: failed.says("below itself", "another group already"),
        lambda at: f"A group can stand in one group only, and not below itself. Correct it at {at.name}. {at.retry}",
    ),
    _Rule(
        _type("invalidFilter"),
        lambda at: f"Let people be matched by userName (or externalId, or email), {at.mapping}. {at.retry}",
    ),
    _Rule(
        _type("invalidPath", "noTarget"),
        lambda at: (
            f"{at.name} sends an attribute that Muster does not have, or changes a part that is not there. Take it out "
            f"{at.mapping}, or define it for the account: muster account extension. {at.retry}"
        ),
    ),
    _Rule(
        _type("mutability"),
        lambda at: f"The attribute can’t be changed: take it out {at.mapping}. {at.retry}",
    ),
    _Rule(
        _type("invalidValue"),
        lambda at: f"A value is missing or of the wrong kind: correct it {at.mapping}. {at.retry}",
    ),
    _Rule(
        _type("expiredCursor", "invalidCursor", "invalidCount"),
        lambda at: f"The import was interrupted for too long. Start it at {at.name} once more.",
    ),
    _Rule(
        _status(429),
        lambda at: (
            f"Nothing is to be done: {at.name} waits and sends it again. If it happens all the time, the operator may "
            "raise MUSTER_SCIM_WRITES_PER_S."
        ),
    ),
    _Rule(
        _status(412),
        lambda at: f"It was changed by somebody else at the same moment. {at.retry}",
    ),
    _Rule(
        _status(408, 413),
        lambda at: (
            f"The request is larger, or came more slowly, than Muster takes. Let {at.name} send fewer members at once, "
            "and look at the network between the two."
        ),
    ),
    _Rule(
        lambda failed: failed.status >= 500 and failed.status != 501,
        lambda at: (
            "The fault is on Muster’s side: give the operator this request’s id, the log says more. Nothing was "
            f"changed. {at.retry}"
        ),
    ),
    _Rule(
        lambda failed: True,
        lambda at: (
            f"{at.name} sends what SCIM 2.0 does not have: compare the application’s settings with the guide for it, "
            f"and the address with the SCIM API URL of this page, {at.url}."
        ),
    ),
)


def _scim_type(body: Any) -> str | None:
    """The `scimType` of an answer, as far as the log has kept it."""
    try:
        read = orjson.loads(body)
    except (orjson.JSONDecodeError, TypeError):
        return None
    return read.get("scimType") if isinstance(read, dict) else None
