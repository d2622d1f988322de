"""Okta, both faces: catalogue applications that PATCH, and custom ones (the App Integration Wizard's) that PUT."""

from __future__ import annotations

from collections.abc import Mapping

from web.rehearsal.client import Client
from web.rehearsal.people import Group, Person
from web.rehearsal.styles import ENTERPRISE, GROUP, USER, Json, members, patch

HEADERS = {
    "User-Agent": "Okta SCIM Client 1.0.0",
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "Content-Type": "application/scim+json; charset=utf-8",
}


class Okta:
    """A catalogue application: profiles by GET and PUT, activation and groups by PATCH."""

    name = "okta"
    headers: Mapping[str, str] = HEADERS

    async def connect(self, client: Client, step: str) -> None:
        await client.send(step, "GET", "/Users", params={"startIndex": "1", "count": "2"})

    def user(self, person: Person) -> Json:
        return {**self._profile(person), "groups": [], "password": "1mz050nq", "active": True}

    def _profile(self, person: Person) -> Json:
        profile: Json = {
            "schemas": [USER, ENTERPRISE],
            "userName": person.user_name,
            "name": {"givenName": person.given_name, "familyName": person.family_name},
            "emails": [{"primary": True, "value": person.email, "type": "work"}],
            "displayName": person.display_name,
            "title": person.title,
            "externalId": person.external_id,
            ENTERPRISE: {"department": person.department, "employeeNumber": person.employee_number},
        }
        if person.manager:
            profile[ENTERPRISE]["manager"] = {"value": person.manager}
        return profile

    def group(self, group: Group, ids: Mapping[int, str]) -> Json:
        return {"schemas": [GROUP], "displayName": group.name, "members": members(group.members, ids)}

    async def update(self, client: Client, step: str, person: Person) -> Json:
        """What the server returned, with the mapped attributes replaced."""
        known = await client.send(step, "GET", f"/Users/{person.id}")
        return await client.send(step, "PUT", f"/Users/{person.id}", {**known, **self._profile(person)})

    async def set_active(self, client: Client, step: str, person: Person) -> Json:
        operation = {"op": "replace", "value": {"active": person.active}}
        return await patch(client, step, f"/Users/{person.id}", operation)

    async def rename(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        value = {"id": group.id, "displayName": group.name}
        await patch(client, step, f"/Groups/{group.id}", {"op": "replace", "value": value})

    async def move(
        self, client: Client, step: str, group: Group, joined: frozenset[int], left: frozenset[int],
        ids: Mapping[int, str],
    ) -> None:  # fmt: skip
        removed = [{"op": "remove", "path": f'members[value eq "{member["value"]}"]'} for member in members(left, ids)]
        added = {"op": "add", "path": "members", "value": members(joined, ids)}
        await patch(client, step, f"/Groups/{group.id}", *removed, added)

    async def replace(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        operation = {"op": "replace", "path": "members", "value": members(group.members, ids)}
        await patch(client, step, f"/Groups/{group.id}", operation)


class OktaAiw(Okta):
    """A custom application: everything by GET and PUT of the whole."""

    name = "okta-aiw"

    async def set_active(self, client: Client, step: str, person: Person) -> Json:
        known = await client.send(step, "GET", f"/Users/{person.id}")
        return await client.send(step, "PUT", f"/Users/{person.id}", {**known, "active": person.active})

    async def rename(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        await self._put(client, step, group, ids)

    async def move(
        self, client: Client, step: str, group: Group, joined: frozenset[int], left: frozenset[int],
        ids: Mapping[int, str],
    ) -> None:  # fmt: skip
        await self._put(client, step, group, ids)

    async def replace(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        await self._put(client, step, group, ids)

    async def _put(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        await client.send(step, "GET", f"/Groups/{group.id}")
        listed = [{**member, "display": None} for member in members(group.members, ids)]
        body = {"schemas": [GROUP], "displayName": group.name, "members": listed}
        await client.send(step, "PUT", f"/Groups/{group.id}", body)
