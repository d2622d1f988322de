"""Over GraphQL a person is exported and erased, also one who was deleted; and what others wrote of them is told."""

from typing import Any

from catalog.actors import Actor
from catalog.changes import change
from catalog.ids import public_id
from catalog.sealing import Sealer
from catalog.services import teams, users
from tests import builders
from tests.graphql_api.conftest import Ask

ADA = "ada@lovelace.dev"
KEY = "a secret key of thirty-two characters"
EXPORT = "mutation($u: UserIdentifierInput!) { userExport(user: $u) { document errors { code message } } }"
ERASE = """mutation($u: UserIdentifierInput!, $v: Int) {
  userErase(user: $u, expectedVersion: $v) { events stillNamedIn { table rows } errors { code message } }
}"""
NAMED = "{ account { users(first: 10) { nodes { email } } } }"


async def test_a_person_is_exported_and_erased(ask: Ask, actor: Actor) -> None:
    async with change(actor) as this:
        ada = await users.create_by_hand(this, email=ADA, name="Ada Lovelace")
        await teams.create(this, name="Engines", responsibilities=f"Ask {ADA}.")
    await Sealer(KEY).seal()
    whom = {"id": public_id("User", ada.id)}
    document = (await ask(EXPORT, u=whom))["userExport"]["document"]
    assert document["tables"]["users"][0]["email"] == ADA

    stale: dict[str, Any] = (await ask(ERASE, u=whom, v=ada.version + 1))["userErase"]
    assert [error["code"] for error in stale["errors"]] == ["VERSION_MISMATCH"]
    erased = (await ask(ERASE, u={"email": ADA}, v=ada.version))["userErase"]
    assert erased["errors"] == []
    assert erased["events"] > 0
    assert erased["stillNamedIn"] == [{"table": "teams", "rows": 1}]
    assert ADA not in str(await ask(NAMED))
    assert (await Sealer(KEY).verify(actor.account_id)).fault is None, "with the key of the endpoint"
    gone = (await ask(EXPORT, u={"email": ADA}))["userExport"]
    assert [error["code"] for error in gone["errors"]] == ["NOT_FOUND"]
    left = (await ask(EXPORT, u=whom))["userExport"]["document"]
    assert "lovelace" not in str({**left, "account": ""}).lower()


async def test_somebody_who_is_not_said_is_asked_for(ask: Ask) -> None:
    for mutation, name in ((EXPORT, "userExport"), (ERASE, "userErase")):
        assert [error["code"] for error in (await ask(mutation, u={}))[name]["errors"]] == ["INVALID"]


async def test_an_id_and_an_email_mean_one_person(ask: Ask, actor: Actor) -> None:
    ada, grace = await builders.a_user(actor, ADA), await builders.a_user(actor, "grace@lovelace.dev")
    both = {"id": public_id("User", grace.id), "email": ADA}
    assert [error["code"] for error in (await ask(ERASE, u=both))["userErase"]["errors"]] == ["NOT_FOUND"]
    assert ada.id != grace.id
