"""Okta, both faces: catalogue applications that PATCH, and custom ones (the App Integration Wizard's) that PUT.

Sources: Okta's SCIM 2.0 reference, its SCIM FAQ, and requests captured from the real client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from web.rehearsal.client import Client
from web.rehearsal.directory import Group, Member
from web.rehearsal.people import Person
from web.rehearsal.styles import DONE, ENTERPRISE, GROUP, USER, Json, patch, text

_MAPPED = ("userName", "name", "emails", "displayName", "title", "phoneNumbers", "locale", "externalId", ENTERPRISE)


class Okta:
    """A catalogue application: profiles by GET and PUT, activation and groups by PATCH."""

    name = "okta"
    headers: Mapping[str, str] = {
        "Accept": "application/scim+json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip,deflate",
        "Content-Type": "application/scim+json; charset=utf-8",
        "User-Agent": "Okta SCIM Client 1.0.0",
    }
    group_query = ""

    async def connect(self, client: Client, step: str) -> str | None:
        await client.send(step, "GET", "/Users", query="startIndex=1&count=2")
        return None

    def profile(self, person: Person) -> Json:
        """`schemas` has the enterprise URN only where one of its attributes has a value."""
        enterprise = _enterprise(person)
        found: Json = {
            "schemas": [USER, ENTERPRISE] if enterprise else [USER],
            "userName": person.user_name,
            "name": {"givenName": person.given_name, "familyName": person.family_name},
            "emails": [{"primary": True, "value": person.email, "type": "work"}],
            "displayName": person.display_name,
            "locale": person.locale,
            "externalId": f"00u{person.key[:17]}",
        }
        if person.title:
            found["title"] = person.title
        if person.mobile:
            found["phoneNumbers"] = [{"value": person.mobile, "type": "mobile"}]
        if enterprise:
            found[ENTERPRISE] = enterprise
        return found

    def new_user(self, person: Person) -> Json:
        """With a password in any case, a random one, and the read-only `groups`."""
        return {**self.profile(person), "groups": [], "password": person.key[-8:], "active": True}

    def user_query(self, person: Person) -> str:
        return _where("userName", person.user_name)

    def same_user_query(self, person: Person) -> str:
        return _where("userName", person.user_name.upper())

    def page_query(self, start: int, count: int) -> str:
        return f"startIndex={start}&count={count}"

    async def update(self, client: Client, step: str, before: Person, after: Person) -> Json:
        """What the server returned, with the mapped attributes replaced."""
        known = await client.send(step, "GET", f"/Users/{after.id}")
        kept = {name: value for name, value in known.items() if name not in _MAPPED}
        return await client.send(step, "PUT", f"/Users/{after.id}", {**kept, **self.profile(after)})

    async def set_active(self, client: Client, step: str, person: Person) -> Json:
        operation = {"op": "replace", "value": {"active": person.active}}
        return await patch(client, step, f"/Users/{person.id}", [operation])

    def find_group_query(self, name: str) -> str:
        return _where("displayName", name)

    async def create_group(self, client: Client, step: str, group: Group, members: Sequence[Member]) -> Json:
        """With no externalId, as Okta has none for groups."""
        return await client.send(step, "POST", "/Groups", _group(group.name, members), expect=(201,))

    async def move(
        self, client: Client, step: str, group: Group, *, joined: Sequence[Member], left: Sequence[Member],
        members: Sequence[Member], expect: tuple[int, ...] = DONE,
    ) -> Json:  # fmt: skip
        operations: list[Json] = [{"op": "remove", "path": f"members[value eq {text(member.id)}]"} for member in left]
        if joined:
            operations.append({"op": "add", "path": "members", "value": _members(joined)})
        return await patch(client, step, f"/Groups/{group.id}", operations, expect=expect)

    async def rename(self, client: Client, step: str, group: Group, name: str, members: Sequence[Member]) -> None:
        """With the `id` inside the value, which is neither changed nor refused."""
        operation = {"op": "replace", "value": {"id": group.id, "displayName": name}}
        await patch(client, step, f"/Groups/{group.id}", [operation])

    async def replace(self, client: Client, step: str, group: Group, members: Sequence[Member]) -> None:
        operation = {"op": "replace", "path": "members", "value": _members(members)}
        await patch(client, step, f"/Groups/{group.id}", [operation])

    async def empty(self, client: Client, step: str, group: Group, left: Sequence[Member]) -> None:
        """In one of the two ways that were seen."""
        operation: Json = {"op": "replace", "path": "members", "value": []}
        if group.number % 2:
            operation = {"op": "replace", "value": {"members": [], "id": group.id, "displayName": group.name}}
        await patch(client, step, f"/Groups/{group.id}", [operation])


class OktaAiw(Okta):
    """A custom application: everything by GET and PUT of the whole."""

    name = "okta-aiw"

    def profile(self, person: Person) -> Json:
        """Without displayName, and without the kind of the address."""
        found = super().profile(person)
        del found["displayName"]
        found["emails"] = [{"primary": True, "value": person.email}]
        return found

    async def set_active(self, client: Client, step: str, person: Person) -> Json:
        """An echo of what the server returned, but for `active`."""
        known = await client.send(step, "GET", f"/Users/{person.id}")
        return await client.send(step, "PUT", f"/Users/{person.id}", {**known, "active": person.active})

    async def create_group(self, client: Client, step: str, group: Group, members: Sequence[Member]) -> Json:
        """Created with its members, read, and the same members put once more."""
        made = await super().create_group(client, step, group, members)
        await self._put(client, step, str(made.get("id")), group.name, members)
        return made

    async def move(
        self, client: Client, step: str, group: Group, *, joined: Sequence[Member], left: Sequence[Member],
        members: Sequence[Member], expect: tuple[int, ...] = DONE,
    ) -> Json:  # fmt: skip
        return await self._put(client, step, group.id, group.name, members, expect=expect)

    async def rename(self, client: Client, step: str, group: Group, name: str, members: Sequence[Member]) -> None:
        await self._put(client, step, group.id, name, members)

    async def replace(self, client: Client, step: str, group: Group, members: Sequence[Member]) -> None:
        await self._put(client, step, group.id, group.name, members)

    async def empty(self, client: Client, step: str, group: Group, left: Sequence[Member]) -> None:
        await self._put(client, step, group.id, group.name, [])

    async def _put(
        self, client: Client, step: str, id: str, name: str, members: Sequence[Member], *,
        expect: tuple[int, ...] = DONE,
    ) -> Json:  # fmt: skip
        await client.send(step, "GET", f"/Groups/{id}")
        return await client.send(step, "PUT", f"/Groups/{id}", _group(name, members), expect=expect)


def _enterprise(person: Person) -> Json:
    """Okta's managerId is what the customer's directory has, here the manager's employee number."""
    found: Json = {
        "employeeNumber": person.employee_number,
        "department": person.department,
        "division": person.division,
        "manager": {"value": person.manager_employee_number} if person.manager_employee_number else None,
    }
    return {name: value for name, value in found.items() if value}


def _where(attribute: str, value: str) -> str:
    return f"filter={quote(f'{attribute} eq {text(value)}', safe='')}&startIndex=1&count=100"


def _group(name: str, members: Sequence[Member]) -> Json:
    return {"schemas": [GROUP], "displayName": name, "members": _members(members)}


def _members(members: Iterable[Member]) -> list[Json]:
    """Without `type` or `$ref`."""
    return [{"value": member.id, "display": member.user_name} for member in members]
