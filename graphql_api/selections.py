"""A selection of GraphQL as a description for the catalog (`catalog.shapes`), for either road.

Pure but for the resolvers that it asks for their descriptions. On the compiled road a selection is taken whole; on the
ordinary one its first level alone, under the names by which graphql-core will look for the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import orjson
from graphql import (
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter

from catalog.errors import CatalogError
from catalog.ids import now, opened
from catalog.services import answers
from catalog.shapes import (
    Connected,
    ConnectionPart,
    Constant,
    Counted,
    Cursor,
    Edges,
    Many,
    Member,
    Node,
    Nodes,
    One,
    PageFacts,
    Part,
    Shape,
    Shown,
    Total,
)
from graphql_api.describing import (
    COLUMN,
    COMPUTED,
    DESCRIBED,
    NEEDS,
    PAGE,
    PART,
    Description,
    Row,
    is_paged,
    with_page,
)
from graphql_api.scalars import shown_instant

CONCRETE = {"Integration": "ScimIntegration", "PropertyOwner": "Team"}
"""What a row of an interface or a union is: of the types that others than Muster have, none is ever returned."""

PAGE_FACTS = {
    "hasNextPage": "has_next",
    "hasPreviousPage": "has_previous",
    "startCursor": "start",
    "endCursor": "end",
}


class Uncovered(Exception):
    """Something selected can't be compiled: the answer takes the ordinary road."""


class Selections:
    """The selection below one field, which stands at `path`."""

    def __init__(self, executor: Any, path: Path) -> None:
        self._executor = executor
        self._path = path
        self.errors: list[tuple[Exception, list[str | int]]] = []
        """What resolvers refused, and at which fields: those are null."""
        self._at: datetime | None = None
        """The instant that the question is about, where it is not about now."""
        self.nullable: set[tuple[str, ...]] = set()
        """Where, below this field, are fields that may be null."""
        self.lookups: list[tuple[list[str | int], CatalogError]] = []
        """Rows that were asked for by name, each with where it stands below this field and the error if it is null."""

    # --- the compiled road ------------------------------------------------------------------------------------

    def compiled(self, return_type: Any, details: Any, description: Description) -> Member:
        """Everything selected. Raises Uncovered, and what a resolver raises for a field that can't be null."""
        return self._member("answer", return_type, details, description, self._path, ())

    def _member(
        self, key: str, return_type: Any, details: Any, description: Description, path: Path, below: tuple[str, ...]
    ) -> Member:
        outer, self._at = self._at, description.given.get("at", self._at)
        try:
            return self._whole(key, return_type, details, description, path, below)
        finally:
            self._at = outer

    def _whole(
        self, key: str, return_type: Any, details: Any, description: Description, path: Path, below: tuple[str, ...]
    ) -> Member:
        named = self._concrete(return_type)
        if "pageInfo" in named.fields:
            parts = tuple(self._parts(named, details, description, path))
            if description.counted is not None:
                return Counted(key, description.rows, description.counted, parts)
            return Connected(key, description.rows, parts)
        shape = self._shape(named, details, path, below)
        unwrapped = return_type.of_type if is_non_null_type(return_type) else return_type
        if is_list_type(unwrapped):
            return Many(key, description.rows, shape)
        return One(key, description.rows, shape)

    def _shape(self, named: GraphQLObjectType, details: Any, path: Path, below: tuple[str, ...] | None) -> Shape:
        """`below` is where the object stands under this selection's field; None where it is one of many."""
        return tuple(
            self._field(named, key, group, Path(path, key, named.name), None if below is None else (*below, key))
            for key, group in self._selected(named, details)
        )

    def _field(
        self, named: GraphQLObjectType, key: str, group: Any, path: Path, below: tuple[str, ...] | None
    ) -> Member:
        name = group[0].node.name.value
        if name == "__typename":
            return Constant(key, f'"{named.name}"')
        definition = named.fields[name]
        ours = _ours(definition)
        marks = ours.metadata
        if DESCRIBED in marks:
            return self._described(named, definition, key, group, path, below)
        if PART in marks:
            return Part(key, self._shape(self._concrete(definition.type), group, path, below))
        if COMPUTED in marks or ours.base_resolver is not None:
            raise Uncovered(f"{named.name}.{name}")
        return Shown(key, marks.get(COLUMN, ours.python_name))

    def _described(
        self, named: GraphQLObjectType, definition: Any, key: str, group: Any, path: Path, below: tuple[str, ...] | None
    ) -> Member:
        try:
            description = self._resolved(_ours(definition), definition, group)
        except CatalogError as refused:
            if is_non_null_type(definition.type):
                raise
            self.errors.append((refused, path.as_list()))
            return Constant(key, "null")
        if description is None:
            return Constant(key, "null")
        if not is_non_null_type(definition.type):
            self.nullable.add(tuple(str(one) for one in path.as_list()[len(self._path.as_list()) :]))
        if description.missing is not None and below is not None:
            self.lookups.append((list(below), description.missing))
        below = () if below is None else below
        return self._member(key, definition.type, group, description, path, below)

    def _resolved(self, ours: Any, definition: Any, group: Any) -> Description | None:
        """What the field's function describes. It is called as Strawberry would call it, without what Strawberry does
        around every call, which for a short answer is a third of the time."""
        executor, details = self._executor, group[0]
        describe = ours.metadata[DESCRIBED]
        if not details.node.arguments:
            return cast("Description | None", describe(None, executor.quiet_info))
        arguments = get_argument_values(
            definition,
            details.node,
            executor.variable_values,
            details.fragment_variable_values,
            executor.hide_suggestions,
        )
        asked = {name: arguments.pop(name) for name in PAGE if name in arguments} if is_paged(ours) else {}
        converted = executor.converted(arguments, ours) if arguments else {}
        described = describe(None, executor.quiet_info, **converted)
        return with_page(described, **asked) if asked else cast("Description | None", described)

    def _parts(
        self, named: GraphQLObjectType, details: Any, description: Description, path: Path
    ) -> Iterable[ConnectionPart]:
        for key, group in self._selected(named, details):
            name = group[0].node.name.value
            at = Path(path, key, named.name)
            match name:
                case "__typename":
                    yield Constant(key, f'"{named.name}"')
                case "nodes":
                    node = self._concrete(named.fields["nodes"].type)
                    yield Nodes(key, self._shape(node, group, at, None))
                case "edges":
                    yield Edges(key, tuple(self._of_edge(self._concrete(named.fields["edges"].type), group, at)))
                case "pageInfo":
                    yield PageFacts(key, tuple(self._of_page(group)))
                case "totalCount":
                    yield Total(key)
                case _:
                    yield Constant(key, _fact(description, _ours(named.fields[name]).python_name, self._at))

    def _of_edge(self, edge: GraphQLObjectType, details: Any, path: Path) -> Iterable[Cursor | Node | Constant]:
        for key, group in self._selected(edge, details):
            match group[0].node.name.value:
                case "__typename":
                    yield Constant(key, f'"{edge.name}"')
                case "cursor":
                    yield Cursor(key)
                case _:
                    node = self._concrete(edge.fields["node"].type)
                    yield Node(key, self._shape(node, group, Path(path, key, edge.name), None))

    def _of_page(self, details: Any) -> Iterable[tuple[str, str] | Constant]:
        page = cast(GraphQLObjectType, self._executor.schema.get_type("PageInfo"))
        for key, group in self._selected(page, details):
            name = group[0].node.name.value
            yield Constant(key, '"PageInfo"') if name == "__typename" else (key, PAGE_FACTS[name])

    # --- the ordinary road ------------------------------------------------------------------------------------

    def of_one_level(self, return_type: Any, details: Any, description: Description) -> Member:
        """The columns that the first level needs, by the names of the fields."""
        named = self._concrete(return_type)
        if "pageInfo" not in named.fields:
            shape = self._columns(named, [details])
            unwrapped = return_type.of_type if is_non_null_type(return_type) else return_type
            return (Many if is_list_type(unwrapped) else One)("answer", description.rows, shape)
        selected = {group[0].node.name.value: True for _, group in self._selected(named, details)}
        parts: list[ConnectionPart] = []
        if "nodes" in selected or "edges" in selected:
            shape = self._columns(*self._nodes(named, details), is_row=description.counted is None)
            parts.append(Edges("edges", (Cursor("cursor"), Node("node", shape))))
        if "pageInfo" in selected:
            parts.append(PageFacts("page_info", tuple(self._facts(named, details))))
        if "totalCount" in selected:
            parts.append(Total("total_count"))
        if description.counted is not None:
            return Counted("answer", description.rows, description.counted, tuple(parts))
        return Connected("answer", description.rows, tuple(parts))

    def _facts(self, connection: GraphQLObjectType, details: Any) -> Iterable[tuple[str, str]]:
        """What is selected of a connection's page, whatever it is called there."""
        page = cast(GraphQLObjectType, self._executor.schema.get_type("PageInfo"))
        groups = [group for _, group in self._selected(connection, details) if group[0].node.name.value == "pageInfo"]
        names = {facts[0].node.name.value for group in groups for _, facts in self._selected(page, group)}
        return ((_ours(page.fields[name]).python_name, fact) for name, fact in PAGE_FACTS.items() if name in names)

    def rows(self, return_type: Any, details: Any, value: Any, description: Description) -> Any:
        """What the answer to `of_one_level` holds, as graphql-core is to complete it."""
        named = self._concrete(return_type)
        parent = description.parent
        noun = description.noun or (answers.noun_of(parent.noun, description.rows.link) if parent else "")
        if "pageInfo" not in named.fields:
            of_row = _Reading(self, named, [details], noun, description.given)
            return [of_row(one) for one in value] if isinstance(value, list) else of_row(value)
        of_row = _Reading(self, *self._nodes(named, details), noun, description.given)
        edges = [{"cursor": edge["cursor"], "node": of_row(edge["node"])} for edge in value.get("edges", ())]
        known = {**value, "edges": edges, "nodes": [edge["node"] for edge in edges]}
        for field in named.fields.values():
            name = _ours(field).python_name
            if name not in {"edges", "nodes", "page_info", "total_count"}:
                known[name] = orjson.loads(_fact(description, name, description.given.get("at")))
        return known

    def _nodes(self, connection: GraphQLObjectType, details: Any) -> tuple[GraphQLObjectType, list[Any]]:
        """The type of the rows, and everything that is selected of them, as nodes and in edges."""
        found = []
        for _, group in self._selected(connection, details):
            name = group[0].node.name.value
            if name == "nodes":
                found.append(group)
            elif name == "edges":
                edge = self._concrete(connection.fields["edges"].type)
                found += [inner for _, inner in self._selected(edge, group) if inner[0].node.name.value == "node"]
        return self._concrete(connection.fields["nodes"].type), found

    def _columns(self, named: GraphQLObjectType, groups: Sequence[Any], *, is_row: bool = True) -> Shape:
        members: dict[str, Member] = {"_id": Shown("_id", "id")} if is_row else {}
        needs: set[str] = set()
        for _, _, _, ours in self.fields(named, groups):
            marks = ours.metadata
            needs.update(marks.get(NEEDS, ()))
            if not {PART, COMPUTED} & marks.keys() and ours.base_resolver is None:
                members[ours.python_name] = Shown(ours.python_name, marks.get(COLUMN, ours.python_name))
        for name, inner, within in self.parts(named, groups):
            members[name] = Part(name, self._columns(inner, within))
        if needs:
            members["_needs"] = Part("_needs", tuple(Shown(name, name) for name in sorted(needs)))
        return tuple(members.values())

    def parts(
        self, named: GraphQLObjectType, groups: Sequence[Any]
    ) -> Iterable[tuple[str, GraphQLObjectType, list[Any]]]:
        """The parts of a row that are selected, each with everything that is selected of it, under whichever keys."""
        found: dict[str, tuple[str, GraphQLObjectType, list[Any]]] = {}
        for _, name, group, ours in self.fields(named, groups):
            if PART in ours.metadata:
                inner = self._concrete(named.fields[name].type)
                found.setdefault(name, (ours.python_name, inner, []))[2].append(group)
        return found.values()

    def fields(self, named: GraphQLObjectType, groups: Sequence[Any]) -> Iterable[tuple[str, str, Any, Any]]:
        """The selected fields: key, name, group, and the definition of ours."""
        for details in groups:
            for key, group in self._selected(named, details):
                name = group[0].node.name.value
                if name != "__typename":
                    yield key, name, group, _ours(named.fields[name])

    # --- what both lean on ------------------------------------------------------------------------------------

    def _selected(self, named: GraphQLObjectType, details: Any) -> Iterable[tuple[str, Any]]:
        """The selected fields by key. What no variable can change is found out once for a document."""
        kept = self._executor.context_value.selected
        selected = details[0].node.selection_set if len(details) == 1 else None
        place = (named.name, id(selected))
        if place in kept:
            return cast("Iterable[tuple[str, Any]]", kept[place])
        found = tuple(self._executor.collect_subfields(named, details).grouped_field_set.items())
        if selected is not None and self._is_constant(selected):
            kept[place] = found
        return found

    def _is_constant(self, selected: SelectionSetNode) -> bool:
        """Whether the set has no directives; fragments are looked into."""
        for one in selected.selections:
            if one.directives:
                return False
            if isinstance(one, InlineFragmentNode) and not self._is_constant(one.selection_set):
                return False
            if isinstance(one, FragmentSpreadNode):
                fragment = self._executor.fragment_definitions[one.name.value]
                if fragment.directives or not self._is_constant(fragment.selection_set):
                    return False
        return True

    def _concrete(self, type: Any) -> GraphQLObjectType:
        named = get_named_type(type)
        if is_abstract_type(named):
            named = self._executor.schema.get_type(CONCRETE[named.name])
        return cast(GraphQLObjectType, named)


class _Reading:
    """Reads rows of one type, and makes what Python makes of them."""

    def __init__(
        self,
        selections: Selections,
        named: GraphQLObjectType,
        groups: Sequence[Any],
        noun: str,
        given: Mapping[str, Any],
    ) -> None:
        self._noun, self._given = noun, given
        self._computed: dict[str, Any] = {}
        self._parts: dict[str, _Reading] = {}
        for _, _, _, ours in selections.fields(named, groups):
            if COMPUTED in ours.metadata:
                self._computed[ours.python_name] = ours.metadata[COMPUTED]
        for name, inner, within in selections.parts(named, groups):
            self._parts[name] = _Reading(selections, inner, within, noun, given)

    def __call__(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is None or "_id" not in value:
            return value
        heard = opened(value["_id"])
        if heard is None:
            return None
        row = Row(self._noun, heard[1], value, self._given)
        for name, make in self._computed.items():
            row[name] = make(value["_needs"])
        for name, read in self._parts.items():
            row[name] = read(value[name])
        return row


def _ours(definition: Any) -> Any:
    """The Strawberry field behind one of graphql-core's."""
    return definition.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]


def _fact(description: Description, name: str, at: datetime | None) -> str:
    """What the connection itself shows: what its description says, or the instant that it is about."""
    return description.facts.get(name) or f'"{shown_instant(at or now())}"'
