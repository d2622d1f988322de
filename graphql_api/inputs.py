"""How something is named in an argument: by id, or by what people call it."""

from __future__ import annotations

import strawberry


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
