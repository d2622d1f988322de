"""A conversation: what a real client sends, in order, and what it must get back, read from a file.

Pure: files and values; sending is `replay`'s business, comparing is `matching`'s. A file is one JSON object:

    about       one sentence: what the client is doing here
    source      whose document, suite or capture it comes from
    headers     the client's own headers, sent with every request of the file
    given       what is there beforehand: users and groups pushed by the same interface (`users`, `groups`; a user may
                be a userName alone), `crowd` (that many more people), and what an administrator made (`by_hand`)
    exchanges   the requests and answers, or steps that an administrator takes in between (`by_hand`)

A request's `path` is sent as it stands. A header of null is not sent, of a list is sent several times. `raw_body` is
sent byte for byte. `capture` keeps a part of an answer ("$.id", "$.Resources[*].id", "header ETag") under a name,
which later stands as "{name}"; a text that is nothing but "{name}" becomes the captured value itself.
`{"$echo": "{name}", …}` is a captured resource with changes (RFC 7396): clients that PUT send back what they read.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

DIRECTORY: Final = Path(__file__).parent / "conversations"

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"

Variables = dict[str, Any]
HeaderValues = Mapping[str, str | list[str] | None]


class Malformed(Exception):
    """A conversation that cannot be replayed as it is written: says which file and why."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; or, where `by_hand` is set, one step of an administrator and no request."""

    name: str
    method: str = ""
    path: str = ""
    headers: HeaderValues = field(default_factory=dict)
    body: bytes | dict[str, Any] | list[Any] | None = None
    status: int = 0
    answer_headers: Mapping[str, Any] = field(default_factory=dict)
    answer: Any = None
    capture: Mapping[str, str] = field(default_factory=dict)
    by_hand: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What is there before the client comes: SCIM bodies to POST, and what an administrator made."""

    users: Mapping[str, dict[str, Any]]
    groups: Mapping[str, dict[str, Any]]
    crowd: int
    users_by_hand: Mapping[str, dict[str, Any]]
    teams_by_hand: Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A file, read and found to be well made."""

    file: str
    about: str
    source: str
    headers: HeaderValues
    given: Given
    exchanges: tuple[Exchange, ...]

    @property
    def needs_hands(self) -> bool:
        """Whether an administrator has a part in it, beside the client."""
        by_hand = self.given.users_by_hand or self.given.teams_by_hand
        return bool(by_hand) or any(exchange.by_hand for exchange in self.exchanges)


def files() -> list[Path]:
    """Every conversation there is, in the order of their names."""
    return sorted(DIRECTORY.glob("*/*.json"))


def read(file: Path) -> Conversation:
    """The conversation of a file.

    Raises Malformed for an unknown or missing key, or an exchange that expects nothing of a body it must get: a
    misspelled expectation must not pass as satisfied.
    """
    name = f"{file.parent.name}/{file.name}"
    try:
        return understand(json.loads(file.read_text(encoding="utf-8")), name)
    except json.JSONDecodeError as error:
        raise Malformed(f"{name} is not JSON: {error}.") from None


def understand(document: Any, name: str) -> Conversation:
    """The same, of a document that was read already; `name` is how messages call it. Raises Malformed."""
    _check(document, name, required={"about", "source", "exchanges"}, optional={"headers", "given"})
    for key in ("about", "source"):
        if not isinstance(document[key], str) or not document[key].strip():
            raise Malformed(f"{name}: `{key}` says nothing.")
    if not document["exchanges"]:
        raise Malformed(f"{name} has no exchanges.")
    return Conversation(
        file=name,
        about=document["about"],
        source=document["source"],
        headers=document.get("headers", {}),
        given=_given(document.get("given", {}), name),
        exchanges=tuple(_exchange(exchange, name) for exchange in document["exchanges"]),
    )


def fill(value: Any, variables: Variables) -> Any:
    """`value` with every "{name}" replaced by what was captured, and every `$echo` written out.

    Raises KeyError for a name that nothing was captured under.
    """
    match value:
        case str():
            if (alone := _PLACEHOLDER.fullmatch(value)) is not None:
                return variables[alone[1]]
            return _PLACEHOLDER.sub(lambda found: str(variables[found[1]]), value)
        case list():
            return [fill(element, variables) for element in value]
        case {"$echo": echoed, **changes}:
            return _merge(fill(echoed, variables), fill(changes, variables))
        case dict():
            return {name: fill(element, variables) for name, element in value.items()}
        case _:
            return value


def part(path: str, body: Any, headers: Mapping[str, str]) -> Any:
    """What a capture's `path` points at in an answer. Raises LookupError where there is no such thing."""
    if path.startswith("header "):
        return headers[path.removeprefix("header ")]
    found = [body]
    for step in _STEP.findall(path.removeprefix("$")):
        if step == "[*]":
            found = [element for value in found for element in value]
        elif step.startswith("["):
            found = [value[int(step[1:-1])] for value in found]
        else:
            found = [value[step[1:]] for value in found]
    return found if "[*]" in path else found[0]


_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_STEP: Final = re.compile(r"\[\*\]|\[\d+\]|\.[^.\[]+")


def _merge(echoed: Any, changes: Any) -> Any:
    """RFC 7396: objects merge, null takes away, everything else replaces."""
    if not isinstance(changes, dict) or not isinstance(echoed, dict):
        return changes
    merged = {name: value for name, value in echoed.items() if changes.get(name, value) is not None}
    for name, change in changes.items():
        if change is not None:
            merged[name] = _merge(echoed.get(name), change)
    return merged


def _given(document: dict[str, Any], name: str) -> Given:
    _check(document, f"{name}, given", optional={"users", "groups", "crowd", "by_hand"})
    by_hand = document.get("by_hand", {})
    _check(by_hand, f"{name}, given by hand", optional={"users", "teams"})
    return Given(
        users={key: _user(value) for key, value in document.get("users", {}).items()},
        groups={key: {"schemas": [GROUP], **value} for key, value in document.get("groups", {}).items()},
        crowd=document.get("crowd", 0),
        users_by_hand=by_hand.get("users", {}),
        teams_by_hand=by_hand.get("teams", {}),
    )


def person(user_name: str) -> dict[str, Any]:
    """A whole SCIM user for a userName that is an address: ada.lovelace@… is called Ada Lovelace."""
    given, _, family = user_name.partition("@")[0].partition(".")
    given, family = given.title(), (family or "Example").title()
    return {
        "schemas": [USER],
        "userName": user_name,
        "displayName": f"{given} {family}",
        "name": {"givenName": given, "familyName": family},
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        "active": True,
    }


def _user(value: str | dict[str, Any]) -> dict[str, Any]:
    return person(value) if isinstance(value, str) else {"schemas": [USER], **value}


def _exchange(document: dict[str, Any], file: str) -> Exchange:
    name = document.get("name", "") if isinstance(document, dict) else ""
    where = f"{file}, “{name}”"
    if "by_hand" in document:
        _check(document, where, required={"name", "by_hand"})
        _check(document["by_hand"], f"{where}, by hand", optional={"link_user", "link_team"})
        return Exchange(name=name, by_hand=document["by_hand"])
    _check(document, where, required={"name", "request", "expect"}, optional={"capture"})
    request, expect = document["request"], document["expect"]
    _check(request, f"{where}, request", required={"method", "path"}, optional={"headers", "body", "raw_body"})
    _check(expect, f"{where}, expect", required={"status"}, optional={"headers", "body"})
    if "body" in expect if expect["status"] in {204, 304} else not expect.get("body"):
        raise Malformed(f"{where}: an answer with a body is expected to hold something, one without is not.")
    raw = request.get("raw_body")
    return Exchange(
        name=name,
        method=request["method"],
        path=request["path"],
        headers=request.get("headers", {}),
        body=raw.encode() if raw is not None else request.get("body"),
        status=expect["status"],
        answer_headers=expect.get("headers", {}),
        answer=expect.get("body"),
        capture=document.get("capture", {}),
    )


def _check(document: Any, where: str, *, required: Collection[str] = (), optional: Collection[str] = ()) -> None:
    if not isinstance(document, dict):
        raise Malformed(f"{where} is not an object.")
    if missing := sorted(set(required) - document.keys()):
        raise Malformed(f"{where} lacks `{missing[0]}`.")
    if unknown := sorted(document.keys() - {*required, *optional}):
        raise Malformed(f"{where} has `{unknown[0]}`, which means nothing.")
