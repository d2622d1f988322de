"""What is made after the server has started, or when it is first asked."""

import asyncio
import subprocess
import sys
import threading

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from web import deferred
from web.deferred import Deferred, NotMade, make_soon

LATER = ("strawberry", "graphql", "graphql_api", "authlib", "joserfc", "signxml", "httpx", "markdown_it", "pyarrow")


async def asked(application: ASGIApp) -> str:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://muster.test") as client:
        return (await client.get("/")).text


def test_what_a_start_need_not_wait_for_is_not_imported_by_it() -> None:
    program = f"import sys, web.cli, web.serving, web.app; print([one for one in {LATER} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_an_application_is_made_once_and_answers_everybody_who_waited() -> None:
    may_go_on, made = threading.Event(), []

    def make() -> ASGIApp:
        may_go_on.wait(30)
        made.append(1)
        return PlainTextResponse("here")

    application = Deferred(make)
    waiting = [asyncio.create_task(asked(application)) for _ in range(3)]
    await asyncio.sleep(0.01)
    waiting[0].cancel()
    await asyncio.sleep(0)
    may_go_on.set()
    assert await asyncio.gather(*waiting[1:]) == ["here", "here"]
    assert await asked(application) == "here"
    assert made == [1], "whoever went away took nothing along"


async def test_an_application_that_cannot_be_made_fails_whoever_asks_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = []

    def broken() -> ASGIApp:
        tries.append(1)
        raise ImportError("no such module")

    monkeypatch.setattr(deferred, "MADE_AFTER_S", 0)
    first, second = Deferred(broken), Deferred(lambda: PlainTextResponse("here"))
    with capture_logs() as logged:
        await make_soon([first, second])
    assert [(line["log_level"], line["event"]) for line in logged] == [("error", "an application can't be made")]
    assert await asked(second) == "here"
    for _ in range(3):
        with pytest.raises(NotMade) as raised:
            await asked(first)
        assert len(tries) == 1
    assert len(raised.traceback) < 60, "it does not grow with those who ask"


async def test_an_application_that_could_not_be_made_is_tried_again_a_little_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[ASGIApp] = []

    def make() -> ASGIApp:
        if not answers:
            raise OSError("Too many open files")
        return answers[0]

    monkeypatch.setattr(deferred, "AGAIN_S", 0)
    application = Deferred(make)
    with capture_logs(), pytest.raises(NotMade):
        await asked(application)
    answers.append(PlainTextResponse("here"))
    assert await asked(application) == "here"
