"""Backup and restore: the same rows on either engine, all or nothing, and a fence around what came back."""

import gzip
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalog import archive, database, schema
from catalog.actors import Actor, Scope, command
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.database import everywhere as connected
from catalog.engines import Database, streams
from catalog.errors import Invalid, Restored
from catalog.letters import Letter
from catalog.models import ApiToken, OutboxMessage, Session, User
from catalog.outbox import Delivered, deliver
from catalog.sealing import Sealer
from catalog.services import memberships, post, resync, sign_in, teams, tokens
from tests import builders, postgres

KEY = b"a secret key of thirty-two characters"
OTHER_KEY = b"another key of thirty-two characters"
ALTERED = {"accounts": ["settings"], "api_tokens": ["revoked_at"], "one_time_links": ["revoked_at"]}
"""What the fence alters."""


@pytest.fixture
async def lived(db: Database, actor: Actor, scim_actor: Actor) -> Actor:
    """An account in which something of every kind has happened."""
    root = await builders.a_user(actor, "root@lovelace.example", role="admin", is_break_glass=True)
    ada = await builders.a_user(
        scim_actor, "ada@lovelace.dev", external_id="00u1", attributes={ENTERPRISE: {"department": 'É\u2028"'}}
    )
    await builders.a_user(actor, "bob@lovelace.example", manager_id=ada.id)
    async with change(actor) as this:
        # A manager whose id is the later one, as when somebody's boss arrives after them.
        first = await User.get(id=root.id)
        first.manager_id = ada.id
        this.touch(first)
    for person in (root, ada):
        await builders.a_password(actor, person)
    below, above = await builders.a_team(actor, "Payments"), await builders.a_team(actor, "Finance")
    async with change(actor) as this:
        await teams.set_parent(this, await teams.lock(this, below.id), above.id)
        await memberships.add(this, await teams.lock(this, below.id), [ada.id])
        await tokens.create_for_user(this, ada, name="hers", scope=Scope.READ)
        await tokens.create_for_service(this, name="the account's", scope=Scope.READ)
        await post.tell(this, "welcome", ada)
    await builders.a_session(actor, ada)
    await Sealer(KEY.decode()).seal()
    return actor


async def backed_up() -> bytes:
    file = BytesIO()
    await archive.write(file, KEY)
    return file.getvalue()


async def empty(url: str) -> None:
    await database.connect(url)
    await schema.migrate()


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as a backup tells it, but for what the fence alters."""
    told: dict[str, list[dict[str, Any]]] = {}
    table, columns = "", []
    for line in map(orjson.loads, gzip.decompress(await backed_up()).splitlines()):
        match line:
            case {"table": table, "columns": columns}:
                told[table] = []
            case list():
                row = dict(zip(columns, line, strict=True))
                told[table].append({name: row[name] for name in columns if name not in ALTERED.get(table, [])})
    told["audit_events"] = [row for row in told["audit_events"] if row["action"] != "account.restored"]
    return {name: sorted(rows, key=lambda row: str(row.get("id"))) for name, rows in told.items()}


async def test_g30_a_backup_of_one_engine_is_the_same_on_the_other_and_back(lived: Actor, tmp_path: Path) -> None:
    before, dialect = await everything(), connected().dialect
    assert all(before[table] for table in ("users", "teams", "memberships", "user_periods", "audit_heads", "passwords"))
    ways = {"sqlite": f"sqlite://{tmp_path}/restored.db", "postgres": await postgres.fresh("restored")}
    for other in sorted(ways, key=lambda name: name == dialect):
        packed = await backed_up()
        await empty(ways[other])
        backup = await archive.read(BytesIO(packed), KEY)
        assert backup.is_of_this_key
        after = await everything()
        # Letters are as they were, and stay where they are; the trail has one event more each time.
        assert after == before, other
        verified = await Sealer(KEY.decode()).verify(lived.account_id)
        assert (verified.fault, verified.events) == (None, len([e for e in before["audit_events"] if e["seal"]]))


async def test_a_snapshot_shows_one_instant_though_others_write(lived: Actor) -> None:
    async def teams_of(snapshot: streams.Snapshot) -> int:
        return sum([len(rows) async for rows in snapshot.rows("SELECT id FROM teams")])

    async with streams.snapshot(database.address()) as then:
        assert await teams_of(then) == 2
        async with change(lived) as this:
            await teams.create(this, name="Later")
        assert await teams_of(then) == 2
    async with streams.snapshot(database.address()) as now:
        assert await teams_of(now) == 3


async def test_after_a_restore_only_break_glass_people_sign_in_and_no_letter_leaves(
    lived: Actor, tmp_path: Path
) -> None:
    packed = await backed_up()
    await empty(f"sqlite://{tmp_path}/restored.db")
    await archive.read(BytesIO(packed), KEY)
    actor = command(lived.account_id)
    assert not await Session.all().count()
    live = {token.name: token.revoked_at is None for token in await ApiToken.all()}
    assert live == {"hers": False, "the account's": True}
    assert (await deliver(Nobody(), KEY)) == Delivered()

    ada, root = "ada@lovelace.dev", "root@lovelace.example"
    with pytest.raises(Restored, match="muster resync"):
        await signed_in(ada)
    await signed_in(root)
    told = await resync.checklist(actor)
    assert told is not None
    assert (told.letters, [row["name"] for row in told.integrations]) == (1, ["Okta"])
    assert [token["name"] for token in told.tokens] == ["the account's"]

    async with change(actor) as this:
        await resync.finish(this, send_letters=False)
    assert await resync.checklist(actor) is None
    assert [letter.state for letter in await OutboxMessage.all()] == ["discarded"]
    await signed_in(ada)
    with pytest.raises(Invalid, match="was not restored"):
        await finished(actor)


class Nobody:
    """A postman whom no letter reaches."""

    public_url = "https://muster.test"

    async def send(self, letter: Letter) -> None:
        raise AssertionError(letter)


async def signed_in(email: str) -> None:
    proven = await sign_in.prove(email, builders.PASSWORD)
    async with change(proven.actor) as this:
        await sign_in.begin(this, proven)


async def finished(actor: Actor) -> None:
    async with change(actor) as this:
        await resync.finish(this, send_letters=True)


def damaged(packed: bytes) -> Iterator[tuple[bytes, str]]:
    lines = gzip.decompress(packed).splitlines(keepends=True)
    yield b"nonsense", "no backup of Muster"
    yield gzip.compress(b"{}\n"), "no backup of Muster"
    yield packed[: len(packed) // 2], "cut off"
    yield gzip.compress(b"".join(lines[:-1])), "cut off"
    yield gzip.compress(b"".join(lines).replace(b"Payments", b"Paymentz")), "checksum"
    yield gzip.compress(b"".join(lines[:5] + lines[6:])), "checksum|not where it should be"
    yield gzip.compress(lines[0].replace(b"0001_initial", b"0000_initial") + b"".join(lines[1:])), "another version"


async def test_a_file_that_was_damaged_restores_nothing(lived: Actor, tmp_path: Path) -> None:
    packed = await backed_up()
    await empty(f"sqlite://{tmp_path}/restored.db")
    for file, reason in damaged(packed):
        with pytest.raises(archive.Unreadable, match=reason):
            await archive.read(BytesIO(file), KEY)
        assert not await User.all().count(), reason
    assert not (await archive.read(BytesIO(packed), OTHER_KEY)).is_of_this_key
    with pytest.raises(Invalid, match="not empty"):
        await archive.read(BytesIO(packed), KEY)
