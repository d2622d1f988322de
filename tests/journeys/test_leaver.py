"""A leaver: no access from the same moment, and nothing forgotten; back again, or another person on the same name."""

from uuid import UUID

import httpx
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.errors import NotPermitted, Unauthenticated
from catalog.ids import FOREVER
from catalog.models import Integration, User
from catalog.services import decisions, integrations, tokens, users
from tests.journeys.provider import ADA, letters_of, periods, person, push, push_group, set_active, trail


async def a_token(actor: Actor, id: str) -> str:
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, await users.lock(this, UUID(id)), name="script")
    return secret


async def make_administrator(actor: Actor, id: str) -> None:
    async with change(actor) as this:
        user = await users.lock(this, UUID(id))
        user.role = "admin"
        this.touch(user)


async def test_g20_a_leavers_access_ends_at_once_and_they_stay_in_the_catalog(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration
) -> None:
    ada = await push(scim, ADA)
    payments = await push_group(scim, "Payments", ada)
    secret = await a_token(actor, ada)
    assert (await tokens.recognise(secret)).id == UUID(ada)

    told = await set_active(scim, ada, False)

    with pytest.raises(Unauthenticated):
        await tokens.recognise(secret)
    assert [group["value"] for group in told["groups"]] == [payments], "they stay on their teams"
    assert [period.valid_to for period in await periods(ada)] == [FOREVER]
    assert not (await person(actor, ada))["active"]
    assert (await scim.get("/Users", params={"filter": "active eq false"})).json()["totalResults"] == 1
    assert await trail(actor, ada) == [("user.created", integration.name), ("user.deactivated", integration.name)]
    with pytest.raises(NotPermitted, match="deactivated"):
        await a_token(actor, ada)
    assert (await User.get(id=UUID(ada))).invitation == "revoked"


async def test_a_leaver_who_comes_back_is_the_same_person(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = await push(scim, ADA)
    await make_administrator(actor, ada)
    secret = await a_token(actor, ada)
    await set_active(scim, ada, False)

    told = await set_active(scim, ada, True)

    assert (told["id"], told["userName"]) == (ada, ADA["userName"])
    assert (await User.get(id=UUID(ada))).role == "admin", "under the same externalId there is nothing to ask"
    assert await integrations.pending(actor) == []
    with pytest.raises(Unauthenticated):
        await tokens.recognise(secret)
    assert (await tokens.recognise(await a_token(actor, ada))).id == UUID(ada)
    assert await letters_of(ada) == [("Welcome", "discarded")], "and nobody is welcomed twice"


@pytest.mark.parametrize("verb", ["PATCH", "PUT"])
async def test_coming_back_under_another_external_id_is_asked_about(
    scim: httpx.AsyncClient, actor: Actor, verb: str
) -> None:
    ada = await back_under_another_external_id(scim, actor, verb)

    assert (await User.get(id=UUID(ada))).role == "user", "until somebody has looked, they are nobody special"
    [question] = await integrations.pending(actor)
    assert (question["kind"], str(question["subject_id"]), question["external_id"]) == ("rehire", ada, "00u2")
    assert question["name"] == ADA["userName"]


async def test_a_rehire_goes_on_with_their_history(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = await back_under_another_external_id(scim, actor)
    await decide(actor, same_person=True)
    assert (await scim.get(f"/Users/{ada}")).json()["externalId"] == "00u2"
    assert [period.valid_to for period in await periods(ada)] == [FOREVER]
    assert await integrations.pending(actor) == []


async def test_somebody_else_on_the_same_name_begins_anew(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = await back_under_another_external_id(scim, actor)
    await decide(actor, same_person=False)
    assert (await scim.get(f"/Users/{ada}")).status_code == 404
    other = await push(scim, {**ADA, "externalId": "00u2"})
    assert other != ada
    assert (await scim.get(f"/Users/{other}")).json().get("groups", []) == []
    assert len(await periods(ada)) == 1


async def test_a_leaver_who_is_deleted_is_gone_and_their_history_is_kept(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration
) -> None:
    ada = await push(scim, ADA)
    payments = await push_group(scim, "Payments", ada)
    secret = await a_token(actor, ada)

    assert (await scim.delete(f"/Users/{ada}")).status_code == 204

    for answer in (
        await scim.get(f"/Users/{ada}"),
        await scim.delete(f"/Users/{ada}"),
        await scim.put(f"/Users/{ada}", json=ADA),
    ):
        assert answer.status_code == 404
    with pytest.raises(Unauthenticated):
        await tokens.recognise(secret)
    assert (await scim.get("/Users")).json()["totalResults"] == 0
    assert (await scim.get(f"/Groups/{payments}")).json().get("members", []) == []
    assert await users.one(actor, UUID(ada)) is None

    [period] = await periods(ada)
    assert (str(period.team_id), period.valid_from <= period.valid_to < FOREVER) == (payments, True)
    assert await trail(actor, ada) == [
        (action, integration.name) for action in ("user.created", "user.deactivated", "user.deleted")
    ]

    # The same name again is another person, who is welcomed.
    other = await push(scim, ADA)
    assert other != ada
    assert (await periods(other), await letters_of(other)) == ([], [("Welcome", "waiting")])


async def back_under_another_external_id(scim: httpx.AsyncClient, actor: Actor, verb: str = "PATCH") -> str:
    """An administrator on a team, who was deactivated and is pushed again as somebody with another externalId."""
    ada = await push(scim, ADA)
    await push_group(scim, "Payments", ada)
    await make_administrator(actor, ada)
    await set_active(scim, ada, False)
    if verb == "PATCH":
        await set_active(scim, ada, True, externalId="00u2")
    else:
        answer = await scim.put(f"/Users/{ada}", json={**ADA, "externalId": "00u2"})
        assert answer.status_code == 200, answer.text
    return ada


async def decide(actor: Actor, *, same_person: bool) -> None:
    [question] = await integrations.pending(actor)
    async with change(actor) as this:
        await decisions.decide_rehire(this, UUID(str(question["id"])), same_person=same_person)
