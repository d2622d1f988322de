"""What a log line holds, and what never gets into one."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
import structlog

from web import observability
from web.settings import Settings

TOKEN = "muster_scim_mtxD" + "a" * 45

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Standard error, and logging left afterwards as it was before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    yield stream
    root.handlers, root.level = before
    for name in observability.QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, printed: io.StringIO) -> Lines:
    """The lines logged so far, as a collector reads them."""
    monkeypatch.setenv("MUSTER_LOG_FORMAT", "json")
    observability.configure(Settings())
    return lambda: [json.loads(line) for line in printed.getvalue().splitlines()]


def test_a_line_says_when_how_grave_and_for_which_request(lines: Lines) -> None:
    structlog.contextvars.bind_contextvars(request_id="r1")
    structlog.get_logger("web").warning("slow answer", duration_ms=12)
    (line,) = lines()
    assert line.pop("timestamp")
    assert line == {
        "event": "slow answer",
        "level": "warning",
        "logger": "web",
        "request_id": "r1",
        "duration_ms": 12,
    }


def test_a_librarys_line_looks_like_ours(lines: Lines) -> None:
    structlog.contextvars.bind_contextvars(request_id="r2")
    logging.getLogger("uvicorn.error").info("Started %s", "here", extra={"color_message": "Started \x1b[1m%s"})
    (line,) = lines()
    assert "color_message" not in line
    assert (line["event"], line["logger"], line["request_id"]) == ("Started here", "uvicorn.error", "r2")


def test_less_than_the_level_is_left_out(lines: Lines) -> None:
    structlog.get_logger("web").debug("detail")
    logging.getLogger("anything").debug("detail")
    assert lines() == []


def test_statements_with_their_values_are_not_logged_even_at_debug(
    monkeypatch: pytest.MonkeyPatch, lines: Lines, printed: io.StringIO
) -> None:
    monkeypatch.setenv("MUSTER_LOG_LEVEL", "debug")
    monkeypatch.setattr(sys, "stderr", printed)
    observability.configure(Settings())
    logging.getLogger("tortoise.db_client").debug("INSERT … ada@example.com")
    logging.getLogger("aiosqlite").debug("executing … ada@example.com")
    structlog.get_logger("web").debug("but this is")
    assert [line["event"] for line in lines()] == ["but this is"]


@pytest.mark.parametrize(
    "log",
    [
        lambda: structlog.get_logger("web").info(f"token {TOKEN}"),
        lambda: structlog.get_logger("web").info("token", token=TOKEN),
        lambda: structlog.get_logger("web").info("token", headers={"authorization": [f"Bearer {TOKEN}"]}),
        lambda: structlog.get_logger("web").info("token", problem=ValueError(TOKEN)),
        lambda: structlog.get_logger("web").info("token", raw=TOKEN.encode()),
        lambda: logging.getLogger("library").info("sent %s", TOKEN),
        lambda: logging.getLogger("library").info("sent", extra={"token": TOKEN}),
    ],
)
def test_a_token_is_cut_to_its_prefix(lines: Lines, log: Callable[[], None]) -> None:
    log()
    (line,) = lines()
    assert "muster_scim_mtxD…" in json.dumps(line, ensure_ascii=False)
    assert "aaaa" not in json.dumps(line)


@pytest.mark.parametrize("library", [True, False])
def test_g23_a_token_in_a_traceback_is_cut_too(lines: Lines, library: bool) -> None:
    logger = logging.getLogger("library") if library else structlog.get_logger("web")
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logger.exception("failed")
    (line,) = lines()
    assert "ValueError: muster_scim_mtxD…" in str(line["exception"])
    assert "aaaa" not in json.dumps(line)


def test_a_password_in_an_address_is_masked(lines: Lines) -> None:
    structlog.get_logger("web").error("no database", url="postgres://muster:hunter2@db/muster")
    assert lines()[0]["url"] == "postgres://muster:***@db/muster"


def test_people_read_lines_without_braces(monkeypatch: pytest.MonkeyPatch, printed: io.StringIO) -> None:
    monkeypatch.setenv("MUSTER_LOG_FORMAT", "console")
    monkeypatch.setattr(sys, "stderr", printed)
    observability.configure(Settings())
    structlog.get_logger("web").info("started", token=TOKEN)
    line = printed.getvalue()
    assert "started" in line
    assert "muster_scim_mtxD…" in line
    assert "{" not in line
    assert "aaaa" not in line
