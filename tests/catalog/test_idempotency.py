"""A request that is sent again under its key is answered again and not carried out again, whatever happened between."""

import asyncio
import pickle
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import change, uninterrupted
from catalog.database import address
from catalog.engines import Database
from catalog.errors import AnswerLost, InProgress, Invalid, KeyReused, Unavailable
from catalog.ids import new_id, now
from catalog.models import Account
from catalog.services import idempotency, integrations
from catalog.services.idempotency import Answer, Keys

SECRET = "a secret key of thirty-two characters"
KEY = "9f0c8a52-2c0e-4f57-9a86-0d7c1a0f2f11"
BODY = "the digest of the body"
MADE = b'{"data":{"integrationCreate":{"integration":{"name":"Okta"},"errors":[]}}}'


@pytest.fixture
def asker(account: Account) -> Actor:
    """An administrator's token."""
    return _a_token(account)


def _a_token(account: Account) -> Actor:
    return Actor(
        account.id,
        ActorKind.PERSON,
        "Ada Lovelace",
        frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN}),
        id=new_id(),
        role=Role.ADMIN,
        token_id=new_id(),
    )


@pytest.fixture
def keys() -> Keys:
    return Keys(SECRET)


async def make(actor: Actor, name: str = "Okta") -> Answer:
    """What the requests of these tests do: an integration, the same one every time."""

    async def make_it() -> None:
        async with change(actor) as this:
            await integrations.create(this, name=name)

    await uninterrupted(make_it)
    return Answer(MADE)


async def never(actor: Actor) -> Answer:
    pytest.fail("The request was carried out again.")


async def number_made(db: Database) -> int:
    row = await db.one("SELECT count(*) AS n FROM integrations")
    assert row is not None
    return int(row["n"])


async def let_the_lease_run_out(db: Database) -> None:
    await _write(db, "UPDATE idempotency_claims SET leased_until = $1", now() - timedelta(seconds=1))


async def _write(db: Database, statement: str, *params: Any) -> None:
    async with db.unit() as unit:
        await unit.rows(f"{statement} RETURNING id", *params)


# --- the promise (G5) -----------------------------------------------------------------------------------------------


async def test_the_same_request_is_answered_in_the_same_bytes_and_changes_nothing(
    db: Database, asker: Actor, keys: Keys
) -> None:
    assert await keys.once(asker, KEY, BODY, make) == MADE
    assert await keys.once(asker, KEY, BODY, never) == MADE
    assert await number_made(db) == 1


async def test_another_body_under_the_key_is_refused(db: Database, asker: Actor, keys: Keys) -> None:
    await keys.once(asker, KEY, BODY, make)
    with pytest.raises(KeyReused):
        await keys.once(asker, KEY, "another digest", never)


async def test_a_request_that_comes_while_the_first_is_carried_out_is_told_so(
    db: Database, asker: Actor, keys: Keys
) -> None:
    async def meanwhile(actor: Actor) -> Answer:
        with pytest.raises(InProgress):
            await keys.once(asker, KEY, BODY, never)
        with pytest.raises(KeyReused):
            await keys.once(asker, KEY, "another digest", never)
        return await make(actor)

    assert await keys.once(asker, KEY, BODY, meanwhile) == MADE
    assert await number_made(db) == 1


async def test_of_sixteen_at_once_one_is_carried_out(db: Database, asker: Actor, keys: Keys) -> None:
    answers = await asyncio.gather(*(keys.once(asker, KEY, BODY, make) for _ in range(16)), return_exceptions=True)
    assert MADE in answers
    assert all(answer == MADE or isinstance(answer, InProgress) for answer in answers), answers
    assert await number_made(db) == 1


async def test_a_key_is_one_askers(
    db: Database, account: Account, elsewhere: Account, asker: Actor, keys: Keys
) -> None:
    await keys.once(asker, KEY, BODY, make)

    async def another(actor: Actor) -> Answer:
        return await make(actor, "Entra")

    assert await keys.once(_a_token(account), KEY, "another digest", another) == MADE
    assert await keys.once(replace(asker, account_id=elsewhere.id), KEY, "another digest", make) == MADE
    assert await number_made(db) == 3


async def test_a_key_is_forgotten_after_a_day(db: Database, asker: Actor, keys: Keys) -> None:
    await keys.once(asker, KEY, BODY, make)
    await _write(db, "UPDATE idempotency_claims SET created_at = $1", now() - idempotency.KEPT)

    async def another(actor: Actor) -> Answer:
        await make(actor, "Entra")
        return Answer(b"another answer")

    assert await keys.once(asker, KEY, "another digest", another) == b"another answer"
    assert await keys.once(asker, KEY, "another digest", never) == b"another answer"


async def test_what_is_older_than_a_day_is_pruned_and_nothing_else(db: Database, asker: Actor, keys: Keys) -> None:
    await keys.once(asker, "old", BODY, make)
    await _write(db, "UPDATE idempotency_claims SET created_at = $1", now() - idempotency.KEPT)

    async def another(actor: Actor) -> Answer:
        return await make(actor, "Entra")

    await keys.once(asker, "new", BODY, another)
    await idempotency.prune()
    row = await db.one("SELECT count(*) AS n FROM idempotency_claims")
    assert row is not None
    assert row["n"] == 1
    assert await keys.once(asker, "new", BODY, never) == MADE


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "new\nline", "nul\0", "clé"])
async def test_a_key_that_is_none_is_refused(db: Database, asker: Actor, keys: Keys, key: str) -> None:
    with pytest.raises(Invalid):
        await keys.once(asker, key, BODY, never)


async def test_who_is_neither_a_token_nor_a_person_has_no_keys(db: Database, actor: Actor, keys: Keys) -> None:
    with pytest.raises(Invalid):
        await keys.once(actor, KEY, BODY, never)


# --- what fails -----------------------------------------------------------------------------------------------------


async def test_what_failed_and_changed_nothing_may_be_tried_again(db: Database, asker: Actor, keys: Keys) -> None:
    async def fail(actor: Actor) -> Answer:
        raise Unavailable("The database is away.")

    with pytest.raises(Unavailable):
        await keys.once(asker, KEY, BODY, fail)
    assert await keys.once(asker, KEY, BODY, make) == MADE


async def test_what_failed_after_it_changed_something_is_not_carried_out_again(
    db: Database, asker: Actor, keys: Keys
) -> None:
    async def make_and_fail(actor: Actor) -> Answer:
        await make(actor)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await keys.once(asker, KEY, BODY, make_and_fail)
    with pytest.raises(AnswerLost):
        await keys.once(asker, KEY, BODY, never)
    assert await number_made(db) == 1


async def test_an_answer_that_is_not_final_is_not_kept_where_nothing_was_changed(
    db: Database, asker: Actor, keys: Keys
) -> None:
    async def later(actor: Actor) -> Answer:
        return Answer(b"try again", is_final=False)

    assert await keys.once(asker, KEY, BODY, later) == b"try again"
    assert await keys.once(asker, KEY, BODY, make) == MADE


async def test_an_answer_that_is_not_final_is_kept_where_something_was_changed(
    db: Database, asker: Actor, keys: Keys
) -> None:
    async def half(actor: Actor) -> Answer:
        await make(actor)
        return Answer(b"half of it", is_final=False)

    assert await keys.once(asker, KEY, BODY, half) == b"half of it"
    assert await keys.once(asker, KEY, BODY, never) == b"half of it"


async def test_a_change_that_is_undone_counts_as_none(db: Database, asker: Actor, keys: Keys) -> None:
    async def undo(actor: Actor) -> Answer:
        async with change(actor) as this:
            await integrations.create(this, name="Okta")
            await this.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await keys.once(asker, KEY, BODY, undo)
    assert await keys.once(asker, KEY, BODY, make) == MADE


async def test_a_client_that_goes_away_finds_the_answer_when_it_comes_back(
    db: Database, asker: Actor, keys: Keys
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(actor: Actor) -> Answer:
        begun.set()
        await go_on.wait()
        return await make(actor)

    first = asyncio.create_task(keys.once(asker, KEY, BODY, slowly))
    await begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go_on.set()
    answer = await _once_it_is_there(lambda: keys.once(asker, KEY, BODY, never))
    assert answer == MADE
    assert await number_made(db) == 1


async def _once_it_is_there(ask: Callable[[], Awaitable[bytes]]) -> bytes:
    for _ in range(500):
        try:
            return await ask()
        except InProgress:
            await asyncio.sleep(0.02)
    pytest.fail("The first request never ended.")


# --- two that believe to be the one ---------------------------------------------------------------------------------


async def test_who_was_given_up_for_dead_and_lives_changes_nothing_any_more(
    db: Database, asker: Actor, keys: Keys
) -> None:
    async def sleep_through_the_lease(actor: Actor) -> Answer:
        await let_the_lease_run_out(db)
        assert await keys.once(asker, KEY, BODY, make) == MADE
        await make(actor, "Entra")
        pytest.fail("The change was kept.")

    with pytest.raises(Unavailable):
        await keys.once(asker, KEY, BODY, sleep_through_the_lease)
    assert await number_made(db) == 1
    assert await keys.once(asker, KEY, BODY, never) == MADE


async def test_who_changed_something_is_not_taken_over_however_long_it_takes(
    db: Database, asker: Actor, keys: Keys
) -> None:
    async def take_long(actor: Actor) -> Answer:
        answer = await make(actor)
        await let_the_lease_run_out(db)
        with pytest.raises(AnswerLost):
            await keys.once(asker, KEY, BODY, never)
        return answer

    assert await keys.once(asker, KEY, BODY, take_long) == MADE
    assert await keys.once(asker, KEY, BODY, never) == MADE


# --- kill -9 --------------------------------------------------------------------------------------------------------

DIES = """
import asyncio, os, pickle, signal, sys
from catalog import database
from catalog.changes import change
from catalog.services import integrations
from catalog.services.idempotency import Answer, Keys

async def main(url, secret, asker, key, body, when):
    await database.connect(url)

    async def die(actor):
        async with change(actor) as this:
            await integrations.create(this, name="Okta")
            await this.flush()
            if when == "before the commit":
                os.kill(os.getpid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    await Keys(secret).once(asker, key, body, die)

asyncio.run(main(*pickle.loads(bytes.fromhex(sys.argv[1]))))
"""


async def _die(asker: Actor, when: str) -> None:
    told = pickle.dumps((address(), SECRET, asker, KEY, BODY, when)).hex()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, told)
    assert await process.wait() == -signal.SIGKILL


async def test_what_was_committed_by_a_process_that_was_killed_is_not_carried_out_again(
    db: Database, asker: Actor, keys: Keys
) -> None:
    await _die(asker, "after the commit")
    assert await number_made(db) == 1
    with pytest.raises(InProgress):
        await keys.once(asker, KEY, BODY, never)
    await let_the_lease_run_out(db)
    with pytest.raises(AnswerLost):
        await keys.once(asker, KEY, BODY, never)
    assert await number_made(db) == 1


async def test_what_was_not_committed_by_a_process_that_was_killed_is_carried_out_once(
    db: Database, asker: Actor, keys: Keys
) -> None:
    await _die(asker, "before the commit")
    assert await number_made(db) == 0
    await let_the_lease_run_out(db)
    assert await keys.once(asker, KEY, BODY, make) == MADE
    assert await keys.once(asker, KEY, BODY, never) == MADE
    assert await number_made(db) == 1


# --- what the database gives away -----------------------------------------------------------------------------------


async def test_neither_the_key_nor_the_answer_can_be_read_in_the_database(
    db: Database, asker: Actor, keys: Keys
) -> None:
    async def tell(actor: Actor) -> Answer:
        return Answer(b'{"data":{"apiTokenCreate":{"secret":"muster_api_secret"}}}')

    await keys.once(asker, KEY, BODY, tell)
    (row,) = await db.rows("SELECT * FROM idempotency_claims")
    kept = " ".join(str(value) for value in dict(row).values())
    assert KEY not in kept
    assert "secret" not in kept
    assert await keys.once(asker, KEY, BODY, never) == b'{"data":{"apiTokenCreate":{"secret":"muster_api_secret"}}}'


async def test_an_answer_that_the_installations_key_no_longer_opens_is_lost(
    db: Database, asker: Actor, keys: Keys
) -> None:
    await keys.once(asker, KEY, BODY, make)
    await _write(db, "UPDATE idempotency_claims SET answer = $1", "sealed with the key before")
    with pytest.raises(AnswerLost):
        await keys.once(asker, KEY, BODY, never)
    assert await number_made(db) == 1


async def test_no_row_is_written_for_a_change_without_a_key(db: Database, asker: Actor) -> None:
    await make(asker)
    assert await db.rows("SELECT id FROM idempotency_claims") == []
