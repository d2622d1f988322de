"""What the process tells of itself: log lines, for people or for a collector, with the request's id and no secret.

Everything goes to standard error, the lines of libraries too. Metrics and health are not here: `web.app` answers them.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from web.settings import Settings

SECRET = re.compile(r"(muster_[a-z]+_[0-9A-Za-z]{4})[0-9A-Za-z]{8,}")
"""A token of ours: its kind and four characters tell which one, the rest opens the door."""

URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^@\s/]+(?=@)")

QUIET = {
    # Their debug lines hold statements with their values: people's names and addresses.
    "aiosqlite": logging.INFO,
    "tortoise": logging.INFO,
    # Its debug lines hold the assertion that it verifies.
    "signxml": logging.INFO,
    # A line for each request that `muster rehearse` sends.
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
}


def configure(settings: Settings) -> None:
    """Logging as the settings want it; may be called again."""
    level = getattr(logging, settings.log_level.upper())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:-1], structlog.stdlib.ExtraAdder(), _without_uvicorns_colours, redact],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(settings)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(level, least))


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The event with our tokens cut to their recognisable beginning, and passwords in addresses masked."""
    return {key: value if key.startswith("_") else _masked(value) for key, value in event.items()}


def _without_uvicorns_colours(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The event without the second copy of its message that uvicorn adds for terminals."""
    event.pop("color_message", None)
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return URL_PASSWORD.sub(r"\1***", SECRET.sub(r"\1…", value))
    if isinstance(value, Mapping):
        return {key: _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    if isinstance(value, bool | int | float | None):
        return value
    return _masked(str(value))


def _renderer(settings: Settings) -> Processor:
    if settings.log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
