"""HTTP as uvicorn speaks it, but for one thing: a connection that was just made is not closed unheard by a stop."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEARD_OUT_FOR_S = 1
"""What a proxy has sent along with its connection arrives within this."""


class Protocol(HttpToolsProtocol):
    """uvicorn's own closes at a stop each connection on which nothing has been asked. A proxy that had just made one,
    and was sending a POST into it, would have to tell its client that nobody knows what became of it."""

    def shutdown(self) -> None:
        if self.cycle is None:
            # uvicorn's annotation leaves out how it begins.
            self.loop.call_later(HEARD_OUT_FOR_S, super().shutdown)  # type: ignore[unreachable]
        else:
            super().shutdown()
