"""What every resolver is given: who asks, and where the product stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from strawberry.types import Info

from catalog.actors import Actor


@dataclass(slots=True)
class Context:
    """One request."""

    actor: Actor
    base_url: str
    """The product's public address, without a slash at its end."""
    zone: tzinfo = UTC
    """The account's time zone, by which bare dates are read; known where the question has any."""
    statements: int = 0
    """How many statements of answers it has asked so far."""
    selected: dict[tuple[str, int], Any] = field(default_factory=dict)
    """What is selected where in the document: kept with it, from one request to the next."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What was found out once for the whole request."""


def of(info: Info) -> Context:
    """The context of the request in which the resolver runs."""
    context: Context = info.context
    return context


def actor(info: Info) -> Actor:
    """Who asks."""
    return of(info).actor
