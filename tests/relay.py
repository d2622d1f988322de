"""A relay before a server, on the way to which something is the matter: it is late, slow, silent, deaf or broken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

Matter = Literal["nothing", "late", "slow", "silent", "half open", "broken"]

LATE_S = 0.05
"""For each piece, where it is `late`."""
PIECE, PIECE_S = 256, 0.0125
"""Bytes at a time, where it is `slow`: 20 KB a second."""


class Relay:
    """Passes on what comes to it, as well as its `matter` lets it.

    `silent` takes connections and reads nothing; `half open` passes on what the client says and nothing that comes
    back; `broken` resets the connection at the first word.
    """

    matter: Matter = "nothing"

    def __init__(self, there: int) -> None:
        self._there = there
        self.port = 0
        self.open = 0
        """Connections that the client has not closed."""

    @classmethod
    @asynccontextmanager
    async def before(cls, port: int) -> AsyncIterator[Relay]:
        """The relay before the server on this port of this machine; it has a `port` of its own."""
        relay = cls(port)
        server = await asyncio.start_server(relay._accept, "127.0.0.1", 0)
        relay.port = server.sockets[0].getsockname()[1]
        yield relay
        server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._there)
        comes_back = self.matter not in ("silent", "half open")
        returning = asyncio.create_task(self._pass_on(there, writer if comes_back else None))
        await self._pass_on(reader, None if self.matter == "silent" else back)
        self.open -= 1
        returning.cancel()
        for one in (writer, back):
            one.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE if self.matter == "slow" else 65536):
                if self.matter == "broken" and writer is not None:
                    writer.transport.abort()
                    return
                await asyncio.sleep({"late": LATE_S, "slow": PIECE_S}.get(self.matter, 0))
                if writer is not None:
                    writer.write(piece)
                    await writer.drain()
