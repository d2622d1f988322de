"""Commands and servers in processes of their own, forked from one that has imported the product.

To import it takes three seconds of a processor, which is most of what a command or a start of a server costs, and the
suite has hundreds of them. What a fresh interpreter meets is the business of tests/web/test_app.py, which starts it as
an operator does.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

_forking = get_context("forkserver")
_forking.set_forkserver_preload(
    ["web.cli", "web.serving", "web.app", "graphql_api.app", "web.exporting.addresses", "web.sso.routes", "web.guides"]
)


First = Callable[[], object]

ADDING = os.O_WRONLY | os.O_CREAT | os.O_APPEND


class Ended(NamedTuple):
    """The exit code of a command, and what it printed."""

    code: int | None
    out: str
    errors: str


class Running:
    """A process that runs."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, or the signal that ended it as a negative number; None as long as it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Raises ProcessLookupError where it has ended."""
        if self._process.exitcode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    async def wait(self, within_s: float = 60) -> int:
        """Its exit code, once it has ended. Raises TimeoutError."""
        await asyncio.to_thread(self._process.join, within_s)
        if self._process.exitcode is None:
            raise TimeoutError
        return self._process.exitcode


async def start(
    *arguments: str, environment: Mapping[str, str], out: Path, errors: Path, first: First | None = None
) -> Running:
    """`muster` with these arguments and no other environment, which adds to the files what it prints.

    `first`, a function that a module has under its name, is called in the process before all else.
    """
    return await begin(_muster, arguments, dict(environment), str(out), str(errors), first)


async def begin(work: Callable[..., None], *arguments: Any) -> Running:
    """`work(*arguments)`, a function that a module has under its name, in a process of its own."""
    process = _forking.Process(target=work, args=arguments)
    # The first one waits until the product is imported.
    await asyncio.to_thread(process.start)
    return Running(process)


async def run(
    *arguments: str, environment: Mapping[str, str], within_s: float = 600, first: First | None = None
) -> Ended:
    """What became of `muster` with these arguments; `first` as in `start`. Raises TimeoutError."""
    with TemporaryDirectory() as folder:
        out, errors = Path(folder, "out"), Path(folder, "errors")
        running = await start(*arguments, environment=environment, out=out, errors=errors, first=first)
        code = await running.wait(within_s)
        printed = await asyncio.to_thread(out.read_text, "utf-8")
        return Ended(code, printed, await asyncio.to_thread(errors.read_text, "utf-8"))


async def muster(*arguments: str, environment: Mapping[str, str], first: First | None = None) -> str:
    """What the command prints on standard output; `first` as in `start`. Raises AssertionError where it fails."""
    ended = await run(*arguments, environment=environment, first=first)
    assert ended.code == 0, ended.errors
    return ended.out


def _muster(
    arguments: tuple[str, ...], environment: dict[str, str], out: str, errors: str, first: First | None
) -> None:
    """In the process: everything as `python -m web.cli` would find it."""
    from web.cli import main

    if first is not None:
        first()
    for path, standard, how in ((os.devnull, 0, os.O_RDONLY), (out, 1, ADDING), (errors, 2, ADDING)):
        file = os.open(path, how, 0o600)
        os.dup2(file, standard)
        if file != standard:
            os.close(file)
    # multiprocessing had opened another one, which uvicorn's workers would not find.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays open
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["muster", *arguments]
    main()
