"""Okta's side of an integration: requests in the shape in which Okta's catalogue applications send them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass
class Okta:
    """One application at Okta, which knows a SCIM API URL and a token."""

    url: str
    token: str

    async def request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/scim+json; charset=utf-8",
            "Accept": "application/scim+json",
            "User-Agent": "Okta SCIM Client 1.0.0",
        }
        async with httpx.AsyncClient(base_url=self.url, headers=headers) as client:
            return await client.request(method, path, json=body)

    async def test_connector(self) -> httpx.Response:
        """ "Test Connector Configuration"."""
        return await self.request("GET", "/Users?startIndex=1&count=2")

    async def assign(self, user_name: str, given: str, family: str, **more: Any) -> str:
        """A person is assigned: looked for, and created. Their id here."""
        await self.request("GET", f'/Users?filter=userName eq "{user_name}"&startIndex=1&count=100')
        body = {
            "schemas": [USER],
            "userName": user_name,
            "name": {"givenName": given, "familyName": family},
            "emails": [{"primary": True, "value": user_name, "type": "work"}],
            "displayName": f"{given} {family}",
            "locale": "en-US",
            "externalId": f"00u{abs(hash(user_name)) % 10**10}",
            "groups": [],
            "active": True,
            **more,
        }
        answer = await self.request("POST", "/Users", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def set_active(self, user_id: str, active: bool) -> None:
        """A person is unassigned, or assigned again."""
        body = {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": active}}]}
        answer = await self.request("PATCH", f"/Users/{user_id}", body)
        assert answer.status_code == 200, answer.text

    async def push_group(self, name: str, members: list[str]) -> str:
        """A group is pushed, with who is in it. Its id here."""
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": member} for member in members]}
        answer = await self.request("POST", "/Groups", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def add_to_group(self, group_id: str, *members: str) -> None:
        await self._edit_members(group_id, {"op": "add", "path": "members", "value": [{"value": m} for m in members]})

    async def remove_from_group(self, group_id: str, member: str) -> None:
        await self._edit_members(group_id, {"op": "remove", "path": f'members[value eq "{member}"]'})

    async def _edit_members(self, group_id: str, operation: dict[str, Any]) -> None:
        body = {"schemas": [PATCH], "Operations": [operation]}
        answer = await self.request("PATCH", f"/Groups/{group_id}", body)
        assert answer.status_code in (200, 204), answer.text
