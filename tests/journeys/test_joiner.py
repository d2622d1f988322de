"""A joiner: from the provider's first look for them to the letter in their mailbox."""

from uuid import UUID

import httpx
import pytest

from catalog.actors import Actor
from catalog.ids import FOREVER
from catalog.models import Integration, User
from catalog.services import users
from tests.journeys.provider import (
    ADA,
    ENTERPRISE,
    delivered,
    letters_of,
    patched,
    periods,
    person,
    push,
    push_group,
    set_active,
    trail,
)


async def test_a_joiner_arrives(scim: httpx.AsyncClient, actor: Actor, integration: Integration) -> None:
    ada = await push(scim, ADA)

    # The provider reads back what it sent.
    told = (await scim.get(f"/Users/{ada}")).json()
    assert {name: told[name] for name in ADA if name != "schemas"} == {
        name: value for name, value in ADA.items() if name != "schemas"
    }
    assert set(told["schemas"]) == set(ADA["schemas"])

    # The catalog knows them from this moment.
    row = await person(actor, ada)
    assert (row["user_name"], bool(row["active"])) == ("ada@lovelace.dev", True)
    kept = await User.get(id=UUID(ada))
    assert (kept.name, kept.email, kept.title, kept.department) == (
        "Ada Lovelace",
        "ada@lovelace.dev",
        "Engineer",
        "Analytics",
    )
    assert (kept.role, kept.provisioned_by, kept.integration_id) == ("user", "integration_scim", integration.id)
    assert await users.id_of_email(actor, "ADA@lovelace.dev") == UUID(ada)
    assert await trail(actor, ada) == [("user.created", integration.name)]

    # One letter goes out, once.
    assert kept.invitation == "sent"
    [letter] = await delivered()
    assert (letter.recipient, "Ada" in letter.text) == ("ada@lovelace.dev", True)
    assert await delivered() == []
    assert await letters_of(ada) == [("Welcome", "sent")]


async def test_a_joiner_finds_their_manager_who_arrives_later(scim: httpx.AsyncClient) -> None:
    ada = await push(scim, ADA)
    assert (await User.get(id=UUID(ada))).manager_id is None

    charles = await push(
        scim, {**ADA, "userName": "charles@babbage.dev", "emails": [], ENTERPRISE: {"employeeNumber": "1791"}}
    )

    assert (await User.get(id=UUID(ada))).manager_id == UUID(charles)
    assert (await scim.get(f"/Users/{ada}")).json()[ENTERPRISE]["manager"] == {"value": "1791"}, "kept as it was sent"


async def test_a_joiner_is_put_on_their_teams(scim: httpx.AsyncClient, actor: Actor, integration: Integration) -> None:
    ada = await push(scim, ADA)
    payments = await push_group(scim, "Payments", ada)
    growth = await push_group(scim, "Growth")
    await patched(scim, f"/Groups/{growth}", {"op": "add", "path": "members", "value": [{"value": ada}]})

    groups = (await scim.get(f"/Users/{ada}")).json()["groups"]
    assert {group["value"]: group["display"] for group in groups} == {payments: "Payments", growth: "Growth"}
    first, second = await periods(ada)
    assert (str(first.team_id), str(second.team_id)) == (payments, growth)
    assert {first.valid_to, second.valid_to} == {FOREVER}
    assert {first.integration_id, second.integration_id} == {integration.id}
    assert await trail(actor, growth) == [
        ("team.created", integration.name),
        ("memberships.changed", integration.name),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"active": False}, id="who is not active yet"),
        pytest.param({"userName": "ada", "emails": []}, id="without an address"),
        pytest.param({"emails": [{"value": "ada@rehearsal.example"}]}, id="at a reserved address"),
    ],
)
async def test_no_letter_goes_to_a_joiner(scim: httpx.AsyncClient, changed: dict[str, object]) -> None:
    ada = await push(scim, {**ADA, **changed})
    assert (await delivered(), await letters_of(ada)) == ([], [])
    assert (await User.get(id=UUID(ada))).invitation == "none"


async def test_a_joiner_who_is_pushed_twice_is_one_person(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = await push(scim, ADA)
    again = await scim.post("/Users", json={**ADA, "userName": "ADA@LOVELACE.DEV"})
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    assert await users.count(actor) == 1
    assert await letters_of(ada) == [("Welcome", "waiting")]


async def test_a_joiner_who_resigned_before_the_letter_went_out_gets_none(scim: httpx.AsyncClient) -> None:
    ada = await push(scim, ADA)
    await set_active(scim, ada, False)
    assert await delivered() == []
    assert await letters_of(ada) == [("Welcome", "discarded")]
