"""Weighing: how a document is made, and how dear the largest answer to it could be. One walk.

Pure. A fragment is weighed once, however often it is spread, so the time follows the length of the document. A
connection is known by what only connections have; its `nodes` and `edges` come once for each item of its page. Other
lists are known by their names. The unit is one value, 2 to 3 µs of a processor; what takes longer weighs more
(docs/decisions/0035).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

PER_ITEM = frozenset({"nodes", "edges"})
TOTAL = "totalCount"
OF_CONNECTIONS = PER_ITEM | {"pageInfo", TOTAL}
PAGE_SIZES = frozenset({"first", "last"})
MANY = 2
"""As deep as lists within lists are told apart."""
INTROSPECTION = frozenset({"__schema", "__type"})

LISTS: Mapping[str, int] = {
    "contacts": 10,
    "projects": 1,
    "validationErrors": 5,
    "stillNamedIn": 5,
    "headcount": 400,
    "buckets": 200,
    # What a mutation tells of follows what it was given, which fits into a request.
    "errors": 2,
    **dict.fromkeys(("users", "members", "memberships", "tags", "failed"), 100),
    **dict.fromkeys(("deletedMembers", "linkedTeams", "linkedUsers"), 100),
    # The schema's own; whatever is asked of types within types, there is little.
    "types": 250,
    "fields": 10,
    "inputFields": 5,
    "enumValues": 6,
    "args": 3,
    "possibleTypes": 1,
    "interfaces": 1,
    "ofType": 0,
    "directives": 6,
}
"""Lists of objects that are no connections, with a length that they seldom exceed."""

WEIGHTS: Mapping[str, int] = {
    # Made of an event, and of the names of everything that it tells of.
    "sentence": 130,
    # Texts of many kilobytes.
    **dict.fromkeys(("requestBody", "responseBody"), 100),
    # Documents.
    **dict.fromkeys(("before", "after"), 20),
    **dict.fromkeys(("attributes", "raw", "rawScim"), 5),
}
"""Fields that take longer than a value does; each weighs so much more."""

LONG: Mapping[str, int] = {"memberships": 1, "members": 1, "managers": 1, "membershipChanges": 12}
"""Connections from a team to its people, of whom there may be thousands; and as how many passes one over it counts."""
CROSSINGS = LONG.keys() | {"teams"}
"""Connections between people and teams: who goes to and fro for each of many meets the same team again and again."""
TO_TEAMS = frozenset({"team", "parentTeam", "via", "ancestors", "descendants"})
"""Links to teams that many others lead to as well: where each of a list has one, it may be the same for all of them."""
FOUND = 15
"""What a pass over a long one weighs where it is met once, beside the items of its page."""
FOUND_ANEW = 1_500
"""What it weighs where it may be met again: whatever is shown of it, all of it is counted or sorted each time."""
INHERITED = 6
"""As many passes one takes that goes through the teams below as well."""
BELOW = 15_000
"""What such a one weighs besides, however few teams it is asked of: nearly everybody is below the topmost."""


class Refused(Exception):
    """The document is more than one may be. `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a selection weighs, with every fragment spelled out."""

    once: int = 0
    """Values that come once."""
    per_item: int = 0
    """Values that come with each item of the page around them."""
    fields: int = 0
    introspection_fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    crossings: tuple[int, int, int] = (0, 0, 0)
    """Passes over long ones: those that no crossing is around; those that one is around; those that are met again, as
    one of many is around, or a link that each of many has."""
    inheriting: int = 0
    """Long ones that go through the teams below as well, as often as the document has them."""
    parts: frozenset[str] = frozenset()
    """What it has of what only connections have."""

    @property
    def total(self) -> int:
        """Values in the largest answer, as far as a document shows it, and what takes as long as so many."""
        alone, within, anew = self.crossings
        passes = FOUND * (alone + within) + FOUND_ANEW * anew
        return self.once + self.per_item + passes + BELOW * self.inheriting

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.once + other.once,
            self.per_item + other.per_item,
            self.fields + other.fields,
            self.introspection_fields + other.introspection_fields,
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            _sums(self.crossings, other.crossings),
            self.inheriting + other.inheriting,
            self.parts | other.parts,
        )


NOTHING = Cost()


class Pages:
    """How long the page is that a field asks for, by what an operation is given."""

    def __init__(
        self, most: int, usual: tuple[int, int, int], operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        """`usual`: what counts where no size is given, for a list by itself, for one within a list, and for one within
        more than one."""
        self._most, self._usual = most, usual
        self._variables: dict[str, Any] = {
            definition.variable.name.value: definition.default_value
            for definition in operation.variable_definitions or ()
        }
        self._variables |= variables

    def size(self, field: FieldNode, *, lists: int) -> int:
        """The items of a page; the usual number, where none is given or none that validation will take.

        Raises Refused for a negative number and for one above the limit.
        """
        asked = [
            size
            for argument in field.arguments or ()
            if argument.name.value in PAGE_SIZES
            and (size := self._size(field.name.value, argument.name.value, argument.value)) is not None
        ]
        return max(asked, default=self._usual[lists])

    def _size(self, field: str, argument: str, value: ValueNode) -> int | None:
        size = number(self._variables.get(value.name.value) if isinstance(value, VariableNode) else value)
        if size is None:
            return None
        if size < 0:
            raise Refused("INVALID", f"`{argument}` of `{field}` is negative.")
        if size > self._most:
            raise Refused(
                "INVALID",
                f"`{argument}` of `{field}` is more than {self._most}: ask for the rest page by page, with `after`.",
            )
        return size


def number(given: object) -> int | None:
    """The whole number that a literal or the value of a variable is, as GraphQL's Int takes it; None for others."""
    if isinstance(given, IntValueNode):
        # The digits of a document are text: as many as fit into it.
        digits = given.value
        return int(digits) if len(digits) < 12 else -1 if digits.startswith("-") else 10**12
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


class Scales:
    """Weighs an operation and the fragments that it may spread."""

    def __init__(self, fragments: Sequence[FragmentDefinitionNode], pages: Pages) -> None:
        """Raises Refused for fragments that spread one another in a circle or share a name, and for a page size."""
        self._pages = pages
        self._asked: Counter[str] = Counter()
        self._known: dict[tuple[str, int], Cost] = {}
        """What each fragment weighs where it is spread outside of any list, within one, and within more."""
        self._spread: set[str] = set()
        for fragment in _innermost_first(fragments):
            self._note(fragment.selection_set)
            for lists in range(MANY + 1):
                self._known[fragment.name.value, lists] = self._definition(fragment, lists)

    def weigh(self, operation: OperationDefinitionNode) -> Cost:
        """What the operation weighs. Raises Refused for a page size."""
        own = sum(len(definition.directives or ()) for definition in operation.variable_definitions or ())
        self._note(operation.selection_set)
        return self._definition(operation, 0) + Cost(directives=own)

    def unspread(self) -> list[Cost]:
        """What those fragments weigh that nothing spreads; `weigh` first."""
        return [cost for (name, lists), cost in self._known.items() if not lists and name not in self._spread]

    def repeated(self) -> int:
        """How many fields with arguments or with fields of their own have one name in the answer: validation compares
        each with each, and what is within them. `weigh` first."""
        return max(self._asked.values(), default=0)

    def _note(self, selections: SelectionSetNode) -> None:
        for node in within(selections):
            if isinstance(node, FragmentSpreadNode):
                self._spread.add(node.name.value)
            if isinstance(node, FieldNode) and (node.arguments or node.selection_set):
                self._asked[(node.alias or node.name).value] += 1

    def _definition(self, node: OperationDefinitionNode | FragmentDefinitionNode, lists: int) -> Cost:
        return self._selections(node.selection_set, lists) + Cost(directives=len(node.directives or ()))

    def _selections(self, node: SelectionSetNode, lists: int) -> Cost:
        return reduce(add, (self._selection(selection, lists) for selection in node.selections), NOTHING)

    def _selection(self, node: SelectionNode, lists: int) -> Cost:
        directives = len(node.directives or ())
        match node:
            case FieldNode():
                return self._field(node, directives, lists)
            case InlineFragmentNode(selection_set=selections):
                return self._selections(selections, lists) + Cost(directives=directives)
            case FragmentSpreadNode(name=name):
                # One that is nowhere defined is validation's to refuse. It counts as a field, lest fragments without
                # any be spread without end.
                known = self._known.get((name.value, lists), NOTHING)
                return known + Cost(fields=1, directives=directives)
        return NOTHING

    def _field(self, node: FieldNode, directives: int, lists: int) -> Cost:
        name = node.name.value
        below = min(lists + (name in PER_ITEM), MANY)
        inside = self._selections(node.selection_set, below) if node.selection_set else NOTHING
        size = self._pages.size(node, lists=lists)
        length = 1 if inside.parts else LISTS.get(name, 1)
        values = 1 + WEIGHTS.get(name, 0) + length * inside.once + size * inside.per_item
        crossings = _around(inside, size, node) if inside.parts else inside.crossings
        if lists and name in TO_TEAMS:
            crossings = (0, 0, sum(crossings))
        about_the_schema = name in INTROSPECTION
        fields = 1 + inside.fields
        return Cost(
            once=0 if name in PER_ITEM else values,
            per_item=values if name in PER_ITEM else 0,
            fields=0 if about_the_schema else fields,
            introspection_fields=inside.introspection_fields + (fields if about_the_schema else 0),
            depth=1 if about_the_schema else 1 + inside.depth,
            aliases=inside.aliases + (node.alias is not None),
            directives=inside.directives + directives,
            crossings=crossings,
            inheriting=inside.inheriting + _inherits(node),
            parts=OF_CONNECTIONS & {name},
        )


def _around(inside: Cost, size: int, connection: FieldNode) -> tuple[int, int, int]:
    """The crossings of a connection, with a page of so many in each of which there are those inside."""
    alone, within, anew = (passes * size for passes in inside.crossings)
    if connection.name.value in CROSSINGS:
        return _passes(inside.parts, connection), alone, within + anew
    return alone, 0, within + anew


def _passes(parts: frozenset[str], connection: FieldNode) -> int:
    """How often all of a long one is gone through: to count it, and to sort it for the page."""
    once = LONG.get(connection.name.value, 0) * ((TOTAL in parts) + bool(parts - {TOTAL}))
    return once * INHERITED if _inherits(connection) else once


def _inherits(field: FieldNode) -> bool:
    """Whether a list is of what belongs to the teams below as well, as far as the document shows it."""
    scopes = [argument.value for argument in field.arguments or () if argument.name.value == "scope"]
    return any(not isinstance(scope, EnumValueNode) or scope.value != "direct" for scope in scopes)


def _sums(some: tuple[int, int, int], others: tuple[int, int, int]) -> tuple[int, int, int]:
    return some[0] + others[0], some[1] + others[1], some[2] + others[2]


def _innermost_first(fragments: Sequence[FragmentDefinitionNode]) -> list[FragmentDefinitionNode]:
    """The fragments in an order in which each comes after those that it spreads, however deep they hang together."""
    named = {fragment.name.value: fragment for fragment in fragments}
    if len(named) < len(fragments):
        raise Refused("INVALID_DOCUMENT", "Two fragments have the same name.")
    ordered: dict[str, FragmentDefinitionNode] = {}
    for root in named:
        path: dict[str, Iterator[str]] = {} if root in ordered else {root: spreads(named[root].selection_set)}
        while path:
            name = next(reversed(path))
            spread = next((other for other in path[name] if other in named and other not in ordered), None)
            if spread is None:
                ordered[name] = named[name]
                del path[name]
            elif spread in path:
                raise Refused("INVALID_DOCUMENT", f"The fragment {spread!r} spreads itself, directly or by others.")
            else:
                path[spread] = spreads(named[spread].selection_set)
    return list(ordered.values())


def spreads(selections: SelectionSetNode) -> Iterator[str]:
    """The names of the fragments that are spread within the selections, at any depth."""
    return (node.name.value for node in within(selections) if isinstance(node, FragmentSpreadNode))


def page_variables(document: DocumentNode) -> set[str]:
    """The names of the variables that a page size is taken from, anywhere in the document."""
    return {
        argument.value.name.value
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
        for node in within(definition.selection_set)
        if isinstance(node, FieldNode)
        for argument in node.arguments or ()
        if argument.name.value in PAGE_SIZES and isinstance(argument.value, VariableNode)
    }


def within(selections: SelectionSetNode) -> Iterator[SelectionNode]:
    """Every field and fragment within the selections, at any depth; of spreads, nothing but themselves."""
    waiting = [selections]
    while waiting:
        for node in waiting.pop().selections:
            yield node
            if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
                waiting.append(node.selection_set)
