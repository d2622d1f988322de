"""What the instance must hold by now, and where what was read differs from it, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from web.rehearsal.directory import Group
from web.rehearsal.people import Person

MOST_SHOWN = 50

_SERVERS_OWN = {
    "id", "meta", "schemas", "groups", "displayName", "name.formatted",
    "emails.display", "emails.type", "emails.primary", "phoneNumbers.display", "phoneNumbers.primary",
    "manager.displayName", "manager.$ref",
}  # fmt: skip
"""What a server may add to what it was sent: its own attributes, and names and kinds it derives (RFC 7643 §4)."""


class Differences:
    """What was read otherwise than it was written."""

    def __init__(self) -> None:
        self.count = 0
        self.shown: list[str] = []
        self.kinds: Counter[str] = Counter()

    def add(self, what: str, kind: str) -> None:
        """One difference; the first of them are kept in words."""
        self.count += 1
        self.kinds[kind] += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(what)

    def user(self, person: Person, sent: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        """A person's resource compared with the attributes that were sent of them."""
        who = person.user_name
        self._identity(who, "User", person.id, found)
        self._schemas(who, sent["schemas"], found)
        wanted = dict(_leaves({**sent, "active": person.active}))
        there = dict(_leaves(found))
        for path, value in wanted.items():
            is_ = there.get(path)
            # 1 is not true here, though Python has them equal.
            if is_ != value or type(is_) is not type(value):
                self.add(f"{who}: {path} is {is_!r}, was sent as {value!r}", path)
        for path in there.keys() - wanted.keys():
            if _name(path) not in _SERVERS_OWN:
                self.add(f"{who}: {path} is {there[path]!r}, and should be absent", path)

    def groups_of(self, person: Person, wanted: set[str], found: Mapping[str, Any]) -> None:
        """A person's read-only `groups` compared with the groups they are in (RFC 7643 §4.1.2)."""
        there = [str(group.get("value")) for group in _objects(found.get("groups"))]
        self._set(f"{person.user_name}: groups:", "the group", wanted, there)

    def group(self, group: Group, members: set[str], found: Mapping[str, Any]) -> None:
        """The group compared with its resource, members and all."""
        self.group_without_members(group, found)
        there = [str(member.get("value")) for member in _objects(found.get("members"))]
        self._set(f"{group.name}:", "the member", members, there)

    def group_without_members(self, group: Group, found: Mapping[str, Any]) -> None:
        """The group compared with its resource but for the members."""
        self._identity(group.name, "Group", group.id, found)
        if found.get("displayName") != group.name:
            self.add(f"{group.name}: displayName is {found.get('displayName')!r}", "displayName")

    def scim_type(self, what: str, wanted: str, found: Mapping[str, Any]) -> None:
        """The scimType of a refusal compared with the one that RFC 7644 §3.12 has for it."""
        if found.get("scimType") != wanted:
            self.add(f"{what} was refused with the scimType {found.get('scimType')!r}, not {wanted!r}", "scimType")

    def _identity(self, who: str, resource_type: str, id: str, found: Mapping[str, Any]) -> None:
        meta = _object(found.get("meta"))
        if found.get("id") != id:
            self.add(f"{who}: id is {found.get('id')!r}, was {id!r}", "id")
        if meta.get("resourceType") != resource_type:
            self.add(f"{who}: meta.resourceType is {meta.get('resourceType')!r}, not {resource_type!r}", "meta")
        if not str(meta.get("location")).endswith(f"/{resource_type}s/{id}"):
            self.add(f"{who}: meta.location is {meta.get('location')!r}", "meta")

    def _schemas(self, who: str, sent: list[str], found: Mapping[str, Any]) -> None:
        for urn in sent:
            if urn in found and urn not in (found.get("schemas") or []):
                self.add(f"{who}: schemas lacks {urn}", "schemas")

    def _set(self, whose: str, what: str, wanted: set[str], there: list[str]) -> None:
        for id in sorted(wanted.difference(there)):
            self.add(f"{whose} {what} {id} is missing", f"{what} missing")
        for id in sorted(set(there) - wanted):
            self.add(f"{whose} {what} {id} should not be there", f"{what} too many")
        for id, times in Counter(there).items():
            if times > 1:
                self.add(f"{whose} {what} {id} is there {times} times", f"{what} twice")


def _leaves(resource: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each value under its path; the elements of a list in the order of their values, which is no promise of SCIM."""
    for attribute, value in resource.items():
        if attribute in ("id", "meta", "schemas", "groups"):
            continue
        if value in (None, "", [], {}):
            continue  # unassigned, the same as absent (RFC 7643 §2.5); Entra clears with an empty text
        match value:
            case dict():
                prefix = "" if attribute.startswith("urn:") else f"{attribute}."
                yield from ((prefix + path, leaf) for path, leaf in _leaves(value))
            case list():
                yield from _elements(attribute, value)
            case _:
                yield attribute, value


def _elements(attribute: str, elements: list[Any]) -> Iterator[tuple[str, Any]]:
    """Those with a value: Entra, clearing one, leaves the kind alone in its place."""
    there = [element for element in elements if _object(element).get("value")]
    ordered = sorted(there, key=lambda element: str(element["value"]))
    for place, element in enumerate(ordered):
        for name, value in element.items():
            if value is not None:
                yield f"{attribute}[{place}].{name}", value


def _name(path: str) -> str:
    """The path without places in lists: `emails[0].type` is `emails.type`."""
    attribute, bracket, rest = path.partition("[")
    return f"{attribute}.{rest.partition('].')[2]}" if bracket else path


def _object(value: Any) -> Mapping[str, Any]:
    """A complex attribute; what a server answers in its place counts as nothing."""
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    """The elements of a multi-valued attribute that are complex."""
    return [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []
