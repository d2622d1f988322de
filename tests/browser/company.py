"""A company on a server: an account with an administrator, and an Okta-shaped client beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from catalog import actors
from catalog.actors import Actor
from catalog.models import Account, User
from catalog.services import accounts
from tests import builders
from tests.browser.okta import Okta
from tests.browser.served import Served

PASSWORD = "a formation of nine dots"

INTEGRATIONS = "{ account { scimIntegrations(first: 100) { nodes { id name } } } }"
CREATE_INTEGRATION = """mutation ($name: String!) {
  integrationCreate(input: {type: scim, name: $name}) { integration { id } errors { message } }
}"""
CREATE_TOKEN = """mutation ($integration: ID!) {
  apiTokenCreate(input: {integrationId: $integration, name: "Okta"}) { secret errors { message } }
}"""
PERSON = "query ($email: String!) { account { user(input: {email: $email}) { id } } }"


@dataclass
class Company:
    """One account of a server. Its tests meet nobody of another's."""

    served: Served
    slug: str
    actor: Actor
    admin: str
    """Ada Lovelace's email, the first administrator's."""
    _people: dict[str, User] = field(default_factory=dict, repr=False)
    _sessions: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> str:
        return self.served.url

    async def person(self, email: str, name: str, role: str = "user") -> None:
        """Somebody made by hand, who can sign in with the password of all tests."""
        async with self.served.catalog():
            await self._person(email, name, role)

    async def _person(self, email: str, name: str, role: str) -> None:
        self._people[email] = await builders.a_user(self.actor, email, name=name, role=role)
        await builders.a_password(self.actor, self._people[email], PASSWORD)

    async def cookies(self, email: str | None = None) -> dict[str, str]:
        """What a browser has in which this person is signed in; without an email, Ada."""
        email = email or self.admin
        if email not in self._sessions:
            async with self.served.catalog():
                secret = await builders.a_session(self.actor, self._people[email])
            self._sessions[email] = {"muster_session": secret}
        return self._sessions[email]

    async def ask(self, query: str, by: str | None = None, **variables: Any) -> Any:
        """GraphQL's `data`, asked by this person, or by Ada. Raises AssertionError where it could not be answered."""
        headers = {"X-Muster-Csrf": "1"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, cookies=await self.cookies(by)) as client:
            answer = await client.post("/graphql", json={"query": query, "variables": variables})
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]

    async def integration(self, name: str = "Okta") -> str:
        """The id of the integration of this name, made where there is none."""
        asked = await self.ask(INTEGRATIONS)
        for node in asked["account"]["scimIntegrations"]["nodes"]:
            if node["name"] == name:
                return str(node["id"])
        made = await self.ask(CREATE_INTEGRATION, name=name)
        return str(made["integrationCreate"]["integration"]["id"])

    async def okta(self, name: str = "Okta") -> Okta:
        """Okta's side of the integration of this name, made where there is none."""
        made = await self.ask(CREATE_TOKEN, integration=await self.integration(name))
        return Okta(f"{self.url}/scim/v2", made["apiTokenCreate"]["secret"])

    async def person_id(self, email: str) -> str:
        """The GraphQL id of whoever has this email."""
        asked = await self.ask(PERSON, email=email)
        return str(asked["account"]["user"]["id"])

    async def muster(self, *arguments: str) -> str:
        """What the command prints, for this account."""
        return await self.served.muster(*arguments, "--account", self.slug)


async def founded(served: Served, number: int = 0) -> Company:
    """A company with Ada Lovelace and nobody else: the server's first account, or with a number another one."""
    async with served.catalog():
        account = await builders.an_account(f"Acme {number}") if number else await accounts.default()
        return await of_account(served, account, f"ada@acme{number or ''}.dev")


async def of_account(served: Served, account: Account, admin: str) -> Company:
    """The company whose account this is, with Ada Lovelace as an administrator; the server's catalog is open."""
    company = Company(served, account.slug, actors.command(account.id), admin)
    await company._person(admin, "Ada Lovelace", "admin")
    return company
