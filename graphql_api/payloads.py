"""What a mutation answers: what it has written, read back on the compiled road, or what was wrong with its input.

Each mutation is one change. A refusal that is about the input stands in the payload's `errors`, and nothing was
written then; one of the moment (the database is away, somebody goes too fast) belongs to the whole answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change, change, uninterrupted
from catalog.errors import CatalogError
from graphql_api import context, errors
from graphql_api.describing import among, found

T = TypeVar("T")


@strawberry.type
class Error:
    """What was wrong with a mutation's input."""

    message: str
    path: list[str] = strawberry.field(description='The input\'s field, `["base"]` for the whole of it.')
    code: str = strawberry.field(description="The stable name of what was wrong: NOT_FOUND, ALREADY_TAKEN, MANAGED, …")


async def carried_out(
    info: Info, work: Callable[[Change], Awaitable[T]], names: Mapping[str, str] | None = None
) -> tuple[T | None, list[Error]]:
    """What `work` makes of a change by the caller, or None and why; nothing is written then.

    `names` tells what the input calls the catalog's fields and nouns. `work` may run again after a conflict.
    """
    return await attempted(partial(changed, info, work), names)


async def attempted(
    work: Callable[[], Awaitable[T]], names: Mapping[str, str] | None = None
) -> tuple[T | None, list[Error]]:
    """The same for what does more than one change, or looks something up before it."""
    try:
        return await work(), []
    except CatalogError as refused:
        return None, [refusal(refused, names)]


async def changed(info: Info, work: Callable[[Change], Awaitable[T]]) -> T:
    """What `work` makes of a change by the caller. Raises what it raises."""

    async def whole() -> T:
        async with change(context.actor(info)) as this:
            return await work(this)

    return await uninterrupted(whole)


def refusal(refused: CatalogError, names: Mapping[str, str] | None = None) -> Error:
    """The refusal as an error of a payload. Raises it again where it says nothing of the input."""
    problem = errors.problem(refused, names)
    return Error(message=problem.message, path=problem.path, code=problem.code)


def read_back(noun: str, id: UUID | None) -> Any:
    """The row of this id, for a payload's field; null for none."""
    return None if id is None else found(noun, id)


def all_read_back(noun: str, ids: Sequence[UUID] | None) -> Any:
    """The rows of these ids, for a payload's field that is a plain list; null for none."""
    return None if ids is None else among(noun, ids)


def mutation(function: Callable[..., Any], description: str) -> Any:
    """The function as a field of `Mutation`. It is null where the whole answer fails, as the reference's are: beside
    it stands what other mutations of the same document did."""
    return strawberry.mutation(
        resolver=function, graphql_type=get_type_hints(function)["return"] | None, description=description
    )
