"""How something is named in an argument: by id, or by what people call it."""

from __future__ import annotations

from typing import TypeVar

import strawberry

T = TypeVar("T")


@strawberry.input
class UserIdentifierInput:
    """A person, by id or by email; both where they mean the same person."""

    id: strawberry.ID | None = strawberry.UNSET
    email: str | None = strawberry.UNSET


@strawberry.input
class IdentifierInput:
    """Something, by id or by alias; both where they mean the same."""

    id: strawberry.ID | None = strawberry.UNSET
    alias: str | None = strawberry.UNSET


def given(value: T | None) -> T | None:
    """An argument's value; None where it is null or absent, for what has no use for the difference."""
    return None if value is strawberry.UNSET else value
