"""HTTP as uvicorn speaks it, but for one thing: a stop closes no connection on which a request may be on its way."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEARD_OUT_FOR_S = 1
"""What a proxy sent before it could see the stop arrives within this."""


class Protocol(HttpToolsProtocol):
    """uvicorn's own closes at a stop each connection on which nothing is under way. A proxy that had just made one, or
    had kept one, and was sending a POST into it, would have to tell its client that nobody knows what became of it."""

    _is_ending = False

    def shutdown(self) -> None:
        self._is_ending = True
        if self._is_idle():
            self.loop.call_later(HEARD_OUT_FOR_S, super().shutdown)
        else:
            super().shutdown()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._is_ending and not self._is_idle():
            # The answer says `Connection: close`, and the connection is closed after it.
            self.cycle.keep_alive = False

    def _is_idle(self) -> bool:
        # uvicorn's annotation leaves out how it begins.
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]
