"""Microsoft Entra without the flag aadOptscim062020: capital operations, text booleans, members in batches."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from web.rehearsal.client import Client
from web.rehearsal.people import Group, Person
from web.rehearsal.styles import ENTERPRISE, GROUP, USER, Json, members, patch

ADSCIM = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"


class Entra:
    """An enterprise application with automatic provisioning."""

    name = "entra"
    headers: Mapping[str, str] = {"Content-Type": "application/scim+json; charset=utf-8"}

    async def connect(self, client: Client, step: str) -> None:
        await client.send(step, "GET", "/Users", params={"filter": f'userName eq "{uuid.uuid4()}"'})

    def user(self, person: Person) -> Json:
        return {
            "schemas": [USER, ENTERPRISE],
            "externalId": person.external_id,
            "userName": person.user_name,
            "active": True,
            "displayName": person.display_name,
            "title": person.title,
            "emails": [{"primary": True, "type": "work", "value": person.email}],
            "meta": {"resourceType": "User"},
            "name": {
                "formatted": person.display_name,
                "familyName": person.family_name,
                "givenName": person.given_name,
            },
            "addresses": None,
            "roles": [],
            ENTERPRISE: {"department": person.department, "employeeNumber": person.employee_number},
        }

    def group(self, group: Group, ids: Mapping[int, str]) -> Json:
        """Without members: they come later."""
        return {
            "schemas": [GROUP, ADSCIM],
            "externalId": group.external_id,
            "displayName": group.name,
            "meta": {"resourceType": "Group"},
        }

    async def update(self, client: Client, step: str, person: Person) -> Json:
        operations: list[Json] = [
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": person.email},
            {"op": "Replace", "path": "name.familyName", "value": person.family_name},
            {"op": "Replace", "path": "displayName", "value": person.display_name},
            {"op": "Add", "path": "title", "value": person.title},
            {"op": "Add", "path": f"{ENTERPRISE}:department", "value": person.department},
        ]
        if person.manager:
            operations.append({"op": "Add", "path": f"{ENTERPRISE}:manager", "value": person.manager})
        return await patch(client, step, f"/Users/{person.id}", *operations)

    async def set_active(self, client: Client, step: str, person: Person) -> Json:
        operation = {"op": "Replace", "path": "active", "value": str(person.active)}
        return await patch(client, step, f"/Users/{person.id}", operation)

    async def rename(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        await client.send(step, "GET", f"/Groups/{group.id}", params={"excludedAttributes": "members"})
        operation = {"op": "Replace", "path": "displayName", "value": group.name}
        await patch(client, step, f"/Groups/{group.id}", operation)

    async def move(
        self, client: Client, step: str, group: Group, joined: frozenset[int], left: frozenset[int],
        ids: Mapping[int, str],
    ) -> None:  # fmt: skip
        for op, numbers in (("Add", joined), ("Remove", left)):
            listed = [{"$ref": None, **member} for member in members(numbers, ids)]
            if listed:
                await patch(client, step, f"/Groups/{group.id}", {"op": op, "path": "members", "value": listed})

    async def replace(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        operation = {"op": "Replace", "path": "members", "value": members(group.members, ids)}
        await patch(client, step, f"/Groups/{group.id}", operation)
