"""What the instance must hold by now, and where what was read differs from it, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from web.rehearsal.people import Group, Person
from web.rehearsal.styles import ENTERPRISE

MOST_SHOWN = 50


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

    def user(self, person: Person, found: Mapping[str, Any]) -> None:
        """The person compared with their resource."""
        enterprise, name = _object(found.get(ENTERPRISE)), _object(found.get("name"))
        work = [one.get("value") for one in _objects(found.get("emails")) if one.get("type") == "work"]
        for attribute, is_, was in (
            ("id", found.get("id"), person.id or found.get("id")),
            ("userName", found.get("userName"), person.user_name),
            ("name.givenName", name.get("givenName"), person.given_name),
            ("name.familyName", name.get("familyName"), person.family_name),
            ("displayName", found.get("displayName"), person.display_name),
            ("emails[work]", work, [person.email]),
            ("title", found.get("title"), person.title),
            ("department", enterprise.get("department"), person.department),
            ("employeeNumber", enterprise.get("employeeNumber"), person.employee_number),
            ("manager", _object(enterprise.get("manager")).get("value"), person.manager),
            ("externalId", found.get("externalId"), person.external_id),
            ("active", found.get("active"), person.active),
        ):
            if is_ != was:
                self.add(f"{person.user_name}: {attribute} is {is_!r}, was sent as {was!r}", attribute)

    def group(self, group: Group, found: Mapping[str, Any], ids: Mapping[int, str]) -> None:
        """The group compared with its resource, members and all."""
        if found.get("displayName") != group.name:
            self.add(f"{group.name}: displayName is {found.get('displayName')!r}", "displayName")
        there = {str(member.get("value")) for member in _objects(found.get("members"))}
        wanted = {ids[number] for number in group.members if number in ids}
        for id in sorted(wanted - there):
            self.add(f"{group.name}: the member {id} is missing", "member missing")
        for id in sorted(there - wanted):
            self.add(f"{group.name}: the member {id} should not be there", "member too many")


def _object(value: Any) -> Mapping[str, Any]:
    """A complex attribute; what a server answers in its place counts as nothing."""
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    """The elements of a multi-valued attribute that are complex."""
    return [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []
