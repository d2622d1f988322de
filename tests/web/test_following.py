"""`muster audit follow`: every event told to a collector, in its order, once it was told never again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.engines import Statement
from catalog.sealing import Sealer
from catalog.services import teams
from web.commanding import Failure
from web.following import Following, follow

SEALER = Sealer("a secret key of at least 32 characters")


class Collector:
    """A syslog collector over TCP, as RFC 6587 has it: each message after its length."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self._came = asyncio.Condition()
        self._heard: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._hear, "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in self._heard:
                writer.close()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._heard.append(writer)
        try:
            while True:
                length = int(await reader.readuntil(b" "))
                message = await reader.readexactly(length)
                async with self._came:
                    self.messages.append(message)
                    self._came.notify_all()
        except asyncio.IncompleteReadError:
            writer.close()

    def events(self) -> list[tuple[int, str]]:
        told = [orjson.loads(message[message.index(b"{") :]) for message in self.messages]
        return [(event["seq"], event["subject_name"]) for event in told]

    async def until(self, count: int) -> list[tuple[int, str]]:
        async with asyncio.timeout(20), self._came:
            await self._came.wait_for(lambda: len(self.messages) >= count)
        return self.events()


async def sealed(actor: Actor, *names: str) -> None:
    """Teams of these names, whose making was sealed."""
    for name in names:
        async with change(actor) as this:
            await teams.create(this, name=name)
    await SEALER.seal()


async def test_every_event_is_told_once_in_its_order(actor: Actor, tmp_path: Path) -> None:
    state, collector = tmp_path / "kept" / "told.json", Collector()
    async with collector.listening() as port:
        to = f"tcp://127.0.0.1:{port}"
        await sealed(actor, "Ärzte", "Pilots")
        first = await follow(Following(state), to, once=True)
        assert await follow(Following(state), to, once=True) == 0
        await sealed(actor, "Smiths")
        second = await follow(Following(state), to, once=True)
        told = await collector.until(first + second)
    assert [seq for seq, _ in told] == list(range(1, first + second + 1))
    assert [name for _, name in told if name in ("Ärzte", "Pilots", "Smiths")] == ["Ärzte", "Pilots", "Smiths"]
    assert collector.messages[-1].startswith(b"<109>1 ")
    assert b" muster " in collector.messages[-1]


async def test_a_collector_that_was_away_misses_nothing(actor: Actor, tmp_path: Path) -> None:
    collector, following = Collector(), Following(tmp_path / "told.json")
    async with collector.listening() as port:
        at_work = asyncio.create_task(follow(following, f"tcp://127.0.0.1:{port}", once=False))
        await sealed(actor, "Before")
        before = len(await collector.until(1))
    await sealed(actor, "Meanwhile")
    async with collector.listening(port):
        told = await collector.until(before + 1)
        assert not at_work.done()
    at_work.cancel()
    await asyncio.gather(at_work, return_exceptions=True)
    assert [seq for seq, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][1] == "Meanwhile"


async def test_a_trail_that_does_not_go_on_from_what_was_told_stops_it(actor: Actor, tmp_path: Path) -> None:
    state, collector = tmp_path / "told.json", Collector()
    async with collector.listening() as port:
        to = f"tcp://127.0.0.1:{port}"
        await sealed(actor, "Pilots")
        await follow(Following(state), to, once=True)
        async with everywhere().unit() as unit:
            await unit.batch([Statement("UPDATE audit_events SET seal = $1", ["another"])])
        with pytest.raises(Failure, match="does not go on from event"):
            await follow(Following(state), to, once=True)


@pytest.mark.parametrize("to", ["siem.example", "udp://siem.example:514", "tcp://siem.example"])
async def test_an_address_of_no_collector_is_refused(actor: Actor, tmp_path: Path, to: str) -> None:
    with pytest.raises(Failure, match="is no collector"):
        await follow(Following(tmp_path / "told.json"), to, once=True)


def test_a_file_that_says_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "told.json").write_text("[]")
    with pytest.raises(Failure, match="does not say how far"):
        Following(tmp_path / "told.json")
