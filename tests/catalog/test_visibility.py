"""Which attributes of a person somebody sees: what the account shows everybody; administrators see all."""

import json
from dataclasses import replace
from typing import Any

import pytest

from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import change
from catalog.errors import Invalid, NotPermitted
from catalog.ids import new_id
from catalog.models import Account, Integration
from catalog.services import audit, extensions, visibility
from catalog.visibility import COLUMNS, KEPT, KNOWN, Visibility, attribute_of

HR = "urn:acme:params:scim:schemas:hr:1.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"

DOCUMENT: dict[str, Any] = {
    "displayName": "Ada Lovelace",
    "title": "Countess",
    "phoneNumbers": [{"value": "+44 20 7946 0958"}],
    "addresses": [{"country": "GB"}],
    ENTERPRISE: {"department": "Engines", "costCenter": "42"},
    HR: {"grade": "7", "salary": "1"},
}


def a_person(actor: Actor, role: Role) -> Actor:
    return Actor(actor.account_id, ActorKind.PERSON, "Grace", frozenset({Scope.READ}), id=new_id(), role=role)


def seen_by_everybody(*names: str) -> Visibility:
    return Visibility(everything=False, chosen=frozenset(names))


@pytest.mark.parametrize(
    ("path", "attribute"),
    [
        ("title", "title"),
        ("name.familyName", "name"),
        ("addresses.country", "addresses"),
        ('addresses[type eq "work"].country', "addresses"),
        (f"{CORE}:addresses.country", "addresses"),
        (f"{ENTERPRISE}:department", "department"),
        (f"{ENTERPRISE}:manager.value", "manager"),
        (f"{HR}:grade", f"{HR}:grade"),
        (f"{HR}:grade.level", f"{HR}:grade"),
        (HR, HR),
        (ENTERPRISE, ENTERPRISE),
    ],
)
def test_a_path_belongs_to_an_attribute(path: str, attribute: str) -> None:
    assert attribute_of(path) == attribute


@pytest.mark.parametrize(
    "path", [*sorted(KEPT), "addresses.country", f"{CORE}:phoneNumbers.value", HR, f"{HR}:grade", "shoeSize"]
)
def test_what_an_account_has_not_shown_is_refused_to_everybody_else(path: str) -> None:
    usual = Visibility(everything=False)
    assert not usual.sees(path)
    with pytest.raises(NotPermitted):
        usual.need(path)
    assert Visibility(everything=True).sees(path)


@pytest.mark.parametrize("path", ["userName", "name.givenName", "emails.value", "displayName", "id", "meta.created"])
def test_what_people_know_one_another_by_is_seen_always(path: str) -> None:
    assert seen_by_everybody().sees(path)


def test_an_answer_holds_what_may_be_seen_of_a_document() -> None:
    assert Visibility(everything=False).of(DOCUMENT) == {
        "displayName": "Ada Lovelace",
        "title": "Countess",
        ENTERPRISE: {"department": "Engines", "costCenter": "42"},
    }
    assert seen_by_everybody("addresses", f"{HR}:grade").of(DOCUMENT) == {
        "displayName": "Ada Lovelace",
        "addresses": [{"country": "GB"}],
        HR: {"grade": "7"},
    }
    assert seen_by_everybody(HR).of(DOCUMENT)[HR] == DOCUMENT[HR]
    assert Visibility(everything=True).of(DOCUMENT) == DOCUMENT


def test_a_column_is_seen_where_its_attribute_is() -> None:
    assert [column for column in COLUMNS if not Visibility(everything=False).sees_column(column)] == []
    hidden = [column for column in COLUMNS if not seen_by_everybody("title").sees_column(column)]
    assert hidden == ["user_type", "department", "employee_number", "manager_id", "manager_value"]
    assert seen_by_everybody().sees_column("role")


def test_what_is_shown_and_what_is_hidden_are_everything() -> None:
    visible = seen_by_everybody("title", HR)
    assert visible.names() == ["displayName", "emails", "name", "title", HR, "userName"]
    assert set(visible.hidden()) == KNOWN - set(visible.names())
    assert Visibility(everything=False).hidden([HR]) == sorted([*KEPT, HR])


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.ADMIN, True), (Role.STANDARDS_ADMIN, False), (Role.USER, False), (Role.TEAM_MEMBER, False)]
)
async def test_administrators_see_everything(actor: Actor, role: Role, sees: bool) -> None:
    assert (await visibility.of(a_person(actor, role))).sees("addresses.country") is sees


async def test_a_provider_sees_what_it_sends_and_a_service_what_everybody_sees(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    service = replace(a_person(actor, Role.ADMIN), kind=ActorKind.SERVICE, role=None)
    assert (await visibility.of(scim_actor)).everything
    assert not (await visibility.of(service)).everything


async def test_an_account_chooses_what_everybody_sees(actor: Actor, elsewhere: Account) -> None:
    person = a_person(actor, Role.USER)
    assert (await visibility.of(person)).sees("title")
    async with change(actor) as this:
        await extensions.define(this, HR, {"type": "object", "properties": {"grade": {"type": "string"}}})
    async with change(actor) as this:
        await visibility.choose(this, ["addresses", "emails", f"{HR}:grade"])
    chosen = await visibility.of(person)
    assert [path for path in ("addresses", "title", f"{HR}:grade") if chosen.sees(path)] == ["addresses", f"{HR}:grade"]
    assert (await visibility.everybodys(actor)).names() == [
        *("addresses", "displayName", "emails", "name", f"{HR}:grade", "userName")
    ]
    event = (await audit.list_(actor))[0]
    assert event["action"] == "account.updated"
    assert json.loads(event["after"]) == {"visible_attributes": ["addresses", f"{HR}:grade"]}
    stranger = replace(person, account_id=elsewhere.id)
    assert (await visibility.of(stranger)).sees("title")


async def test_a_choice_that_names_no_attribute_is_refused(actor: Actor) -> None:
    for name in ("shoeSize", "addresses.country", HR, f"{HR}:grade"):
        with pytest.raises(Invalid, match="there is no attribute"):
            async with change(actor) as this:
                await visibility.choose(this, [name])
    assert (await visibility.everybodys(actor)).sees("title")


async def test_only_an_administrator_chooses(actor: Actor) -> None:
    writer = replace(a_person(actor, Role.STANDARDS_ADMIN), scopes=frozenset({Scope.READ, Scope.WRITE}))
    with pytest.raises(NotPermitted):
        async with change(writer) as this:
            await visibility.choose(this, ["addresses"])


async def test_the_same_choice_again_is_no_change(actor: Actor) -> None:
    for _ in range(2):
        async with change(actor) as this:
            await visibility.choose(this, ["title", "title"])
    assert [event["action"] for event in await audit.list_(actor)] == ["account.updated"]
