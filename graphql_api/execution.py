"""The two roads of an answer. What a resolver describes is compiled with everything selected below it into one
statement whose text is the answer; where something selected needs Python, rows are read level by level instead, and
graphql-core completes them.

Only `complete_value` of graphql-core's executor is replaced. Arguments, fragments, aliases and directives are
graphql-core's own on both roads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from functools import cached_property
from inspect import isawaitable, iscoroutine
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLObjectType,
    GraphQLSchema,
    execute,
    get_named_type,
    is_non_null_type,
    located_error,
)
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import Info
from strawberry.types.arguments import convert_arguments

from catalog.errors import CatalogError, NotFound
from catalog.services import answers
from catalog.shapes import Member, without
from graphql_api.context import Context
from graphql_api.describing import Description, Row
from graphql_api.selections import CONCRETE, Selections, Uncovered


async def carry_out(
    schema: GraphQLSchema,
    document: DocumentNode,
    context: Context,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
) -> ExecutionResult:
    """The data and the errors of one operation of the document."""
    result: Any = execute(
        schema,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=operation_name,
        executor_class=Executor,
        # To find what a variable's value was to be takes longer than the answer, and fails where a small letter is
        # longer than its capital.
        hide_suggestions=True,
    )
    try:
        answered: ExecutionResult = await result if isawaitable(result) else result
        # What nobody waits for any more may still fail, and adds to the list that the answer was given.
        return ExecutionResult(answered.data, list(answered.errors or ()))
    finally:
        await context.settle()


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Graphql-core's executor, which knows what a `Description` is."""

    _waiting: dict[tuple[str, ...], _Batch] | None = None

    @cached_property
    def quiet_info(self) -> Info:
        """What a resolver that describes is given: it may ask for the context alone."""
        return Info(_raw_info=cast(Any, SimpleNamespace(context=self.context_value)), _field=cast(Any, None))

    def converted(self, arguments: dict[str, Any], field: Any) -> dict[str, Any]:
        """Graphql-core's arguments as the field's function takes them."""
        strawberry = self.schema._strawberry_schema  # type: ignore[attr-defined]
        registry = strawberry.schema_converter.scalar_registry
        return convert_arguments(arguments, field.arguments, scalar_registry=registry, config=strawberry.config)

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Path, result: Any, position_context: Any
    ) -> Any:
        completed = self._completed(return_type, field_details_list, info, path, result, position_context)
        if path.prev is None or not iscoroutine(completed):
            return completed
        # An error that makes the parent null cancels what stands beside it, mostly before its first step, and Python
        # warns of a coroutine that never ran: this one runs, whoever waits for it.
        context: Context = self.context_value
        return asyncio.shield(context.begin(completed))

    def _completed(
        self, return_type: Any, field_details_list: Any, info: Any, path: Path, result: Any, position_context: Any
    ) -> Any:
        if not isinstance(result, Description):
            return super().complete_value(return_type, field_details_list, info, path, result, position_context)
        selections = Selections(self, path)
        try:
            member = selections.compiled(return_type, field_details_list, result)
        except Uncovered:
            selections = Selections(self, path)
            member = selections.of_one_level(return_type, field_details_list, result)
            return self._level(return_type, field_details_list, info, path, result, position_context, member)
        return self._whole(return_type, field_details_list, info, path, result, position_context, member, selections)

    def complete_abstract_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Path, result: Any, position_context: Any
    ) -> Any:
        if isinstance(result, Row):
            concrete = cast(GraphQLObjectType, self.schema.get_type(CONCRETE[return_type.name]))
            return self.complete_object_value(concrete, field_details_list, info, path, result, position_context)
        return super().complete_abstract_value(return_type, field_details_list, info, path, result, position_context)

    def complete_object_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Path, result: Any, position_context: Any
    ) -> Any:
        if isinstance(result, Row):
            # Strawberry's test of the type asks for its Python class, of which a row is none.
            return self.collect_and_execute_subfields(return_type, field_details_list, path, result, position_context)
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)

    def settle_in_background(self, awaitables: list[Awaitable[Any]]) -> None:
        context: Context = self.context_value
        for awaitable in awaitables:
            context.begin(awaitable)

    # --- the compiled road ------------------------------------------------------------------------------------

    async def _whole(
        self,
        return_type: Any,
        details: Any,
        info: Any,
        path: Path,
        description: Description,
        position: Any,
        member: Member,
        found: Selections,
    ) -> Any:
        try:
            text = await self._asked(description, member, path)
        except answers.TooDeep:
            level = Selections(self, path).of_one_level(return_type, details, description)
            return await self._level(return_type, details, info, path, description, position, level)
        except CatalogError as refused:
            below = refused.place[1:]
            where: list[str | int] = [*path.as_list(), *below]
            if below not in found.nullable:
                raise located_error(refused, [detail.node for detail in details], where) from None
            # That field is null, and the rest is answered.
            found.errors.append((refused, where))
            rest = without(member, below)
            return await self._whole(return_type, details, info, path, description, position, rest, found)
        for error, at in found.errors:
            self._note(error, details, at)
        if text == "null":
            return _nothing(description, return_type)
        lookups = [(description_path, error) for description_path, error in found.lookups]
        if lookups:
            value = orjson.loads(text)
            for keys, error in lookups:
                if _at(value, keys) is None:
                    self._note(error, details, [*path.as_list(), *keys])
        return orjson.Fragment(text)

    def _note(self, error: Exception, details: Any, keys: list[str | int]) -> None:
        nodes = [detail.node for detail in details]
        path: Path | None = None
        for key in keys:
            path = Path(path, key, None)
        self.collected_errors.add(located_error(error, nodes, keys), path)

    # --- the ordinary road ------------------------------------------------------------------------------------

    async def _level(
        self,
        return_type: Any,
        details: Any,
        info: Any,
        path: Path,
        description: Description,
        position: Any,
        member: Member,
    ) -> Any:
        text = await self._asked(description, member, path)
        if text == "null":
            return _nothing(description, return_type)
        named = get_named_type(return_type)
        value = Selections(self, path).rows(named, details, orjson.loads(text), description)
        completed = super().complete_value(return_type, details, info, path, value, position)
        return await completed if self.is_awaitable(completed) else completed

    # --- asking -----------------------------------------------------------------------------------------------

    def _asked(self, description: Description, member: Member, path: Path) -> Awaitable[str]:
        """The member's text: for a row of the ordinary road, asked together with that of all rows beside it."""
        context: Context = self.context_value
        parent = description.parent
        if parent is None:
            noun = description.noun
            if noun is None:
                raise TypeError(f"{description.rows.link!r} leads from nowhere.")
            return context.asking(answers.answer(context.actor, noun, member, given=_given(context)))
        place = tuple(key for key in path.as_list() if isinstance(key, str))
        if self._waiting is None:
            self._waiting = {}
        if place not in self._waiting:
            self._waiting[place] = _Batch(context, parent, member)
            asyncio.get_running_loop().call_soon(self._send, place)
        return self._waiting[place].of(parent.id)

    def _send(self, place: tuple[str, ...]) -> None:
        if self._waiting is not None:
            self._waiting.pop(place).send()


class _Batch:
    """The same question about many rows, asked once."""

    def __init__(self, context: Context, row: Row, member: Member) -> None:
        self._context, self._noun, self._member = context, row.noun, member
        self._given = {**_given(context), **row.given}
        self._ids: dict[UUID, asyncio.Future[str]] = {}
        self._task: asyncio.Task[None] | None = None

    def of(self, id: UUID) -> asyncio.Future[str]:
        """The answer about one of the rows, once it is there."""
        return self._ids.setdefault(id, asyncio.get_running_loop().create_future())

    def send(self) -> None:
        """Asked now."""
        self._task = asyncio.get_running_loop().create_task(self._answer())

    async def _answer(self) -> None:
        try:
            texts = await self._context.asking(
                answers.answers(self._context.actor, self._noun, self._member, list(self._ids), given=self._given)
            )
        except Exception as problem:  # noqa: BLE001 - each row's field fails with it
            for future in self._ids.values():
                if not future.done():
                    future.set_exception(problem)
            return
        for id, future in self._ids.items():
            if not future.done():
                future.set_result(texts.get(id, "null"))


def _given(context: Context) -> dict[str, Any]:
    return {"base_url": context.base_url}


def _nothing(description: Description, return_type: Any) -> None:
    """Null. Raises what the description says of it; NotFound where the schema promises that there is something."""
    if description.missing is not None:
        raise description.missing
    if is_non_null_type(return_type):
        raise NotFound("row", description.rows.link)


def _at(value: Any, keys: Iterable[str | int]) -> Any:
    for key in keys:
        if value is None:
            return value
        value = value[key]
    return value
