"""The gate before validation: what a document may be, before anything else looks at it.

Pure: text and syntax trees in, figures out; no Strawberry, no catalog. Strawberry's own limiters walk a fragment again
at every spread, so that a short document of nested spreads keeps them busy for minutes; here each is weighed once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    StringValueNode,
    validate,
)
from graphql import parse as parse_text

from graphql_api.weighing import NOTHING, Cost, Pages, Refused, Scales, number, page_variables, within

__all__ = ["LIMITS", "Cost", "Gate", "Limits", "Refused", "check", "mistakes", "parse"]

MOST_KNOWN = 100
"""Weights that are remembered of one document."""
MOST_MISTAKES = 20
SUGGESTIONS_UP_TO = 3
"""A mistyped name is compared with every name of the schema, some 20 ms each: a few mistakes are a person's."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may be; docs/graphql-limits.md says why."""

    document_bytes: int = 64 * 1024
    tokens: int = 2_000
    nesting: int = 32
    """Brackets within brackets, of any kind; values within values, in variables."""
    operations: int = 20
    depth: int = 10
    """Fields within fields; introspection is exempt, as it must go deeper to tell a type."""
    fields: int = 300
    introspection_fields: int = 600
    aliases: int = 30
    repeats: int = 50
    """Fields of one name in the answer that have arguments or fields of their own: validation compares each with each.
    """
    fragments: int = 30
    directives: int = 50
    first: int = 500
    page: int = 100
    """What a connection answers where neither `first` nor `last` is given."""
    page_within: int = 20
    """As how many such a one counts within a list: few of a team's tags, or of its members, are a hundred. Deeper
    within lists it counts as what is answered: each mistake would be taken times each of those around it."""
    cost: int = 200_000
    """About half a second for the largest answer that the document could have (docs/decisions/0035)."""


LIMITS = Limits()


def parse(text: str, limits: Limits = LIMITS) -> DocumentNode:
    """The document.

    Its size, tokens and brackets are counted before, in one pass, so that the parser meets nothing that could keep it
    busy or exhaust the stack. Raises Refused; GraphQLError for what is no GraphQL.
    """
    if len(text) > limits.document_bytes or len(text.encode("utf-8", "surrogatepass")) > limits.document_bytes:
        raise Refused("DOCUMENT_TOO_LARGE", f"The document is larger than {limits.document_bytes:,} bytes.")
    nesting = 0
    for count, found in enumerate(_TOKENS.finditer(text), 1):
        if count > limits.tokens:
            raise Refused("TOO_MANY_TOKENS", f"The document has more than {limits.tokens:,} tokens.")
        if found.lastgroup == "open":
            nesting += 1
            if nesting > limits.nesting:
                raise Refused("TOO_DEEP", f"The document has more than {limits.nesting} brackets within one another.")
        elif found.lastgroup == "close":
            nesting -= 1
    document = parse_text(text, max_tokens=limits.tokens)
    if _NUL.search(text) and any("\0" in node.value for node in _texts(document)):
        raise _holds_nul()
    return document


# Each alternative takes what it meets in one go. A text that never ends hides what follows; the parser stops there.
_TOKENS = re.compile(
    r'"""(?:\\"""|(?!""").)*+(?:""")?'
    r'|"(?:\\.|[^"\\\n\r])*+"?'
    r"|#[^\n\r]*+"
    r"|(?P<open>[\[({])|(?P<close>[\])}])"
    r"|[_A-Za-z][_0-9A-Za-z]*+|-?[0-9][0-9.eE+-]*+|\.\.\.|[!$&:=@|]",
    re.DOTALL,
)

_NUL = re.compile(r"\\u(?:0000|\{0+\})")


def _texts(document: DocumentNode) -> Iterator[StringValueNode]:
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, StringValueNode):
            yield node
        for key in node.keys:
            part = getattr(node, key, None)
            waiting += [inner for inner in (part if isinstance(part, tuple) else [part]) if isinstance(inner, Node)]


def _holds_nul() -> Refused:
    return Refused("INVALID", "A text holds the character NUL, which no database keeps.")


def check(
    document: DocumentNode,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    limits: Limits = LIMITS,
) -> Cost:
    """What the operation weighs that is to be carried out; the heaviest, where the name tells none.

    `document` comes from `parse`. All its operations must be within the limits, and all fragments that nothing
    spreads, as validation reads them all. What a variable holds that is no page size, validation tells. Raises
    Refused.
    """
    _sound(variables or {}, limits)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    inline = sum(
        isinstance(node, InlineFragmentNode)
        for definition in (*operations, *fragments)
        for node in within(definition.selection_set)
    )
    _at_most(limits.operations, len(operations), "TOO_MANY_OPERATIONS", "operations")
    _at_most(limits.fragments, len(fragments) + inline, "TOO_MANY_FRAGMENTS", "fragments")
    costs: dict[str | None, Cost] = {}
    for operation in operations:
        usual = (limits.page, limits.page_within, limits.page)
        scales = Scales(fragments, Pages(limits.first, usual, operation, variables or {}))
        cost = scales.weigh(operation)
        _at_most(limits.repeats, scales.repeated(), "TOO_MANY_FIELDS", "fields of one name")
        for weighed in (cost, *scales.unspread()):
            _within(limits, weighed)
        costs[operation.name.value if operation.name else None] = cost
    heaviest = max(costs.values(), key=lambda cost: cost.total, default=NOTHING)
    return costs.get(operation_name, heaviest)


class Gate:
    """`check` for a document that is asked again and again: weighed anew only for page sizes that are new to it."""

    def __init__(self, document: DocumentNode, limits: Limits = LIMITS) -> None:
        self._document, self._limits = document, limits
        self._sizes = tuple(sorted(page_variables(document)))
        self._known: dict[tuple[object, ...], Cost] = {}

    def check(self, variables: Mapping[str, Any] | None = None, operation_name: str | None = None) -> Cost:
        """As `check` says. Raises Refused."""
        given = variables or {}
        sizes = tuple(number(given[name]) if name in given else "absent" for name in self._sizes)
        known = self._known.get((operation_name, *sizes))
        if known is not None:
            _sound(given, self._limits)
            return known
        cost = check(self._document, given, operation_name, self._limits)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[(operation_name, *sizes)] = cost
        return cost


def mistakes(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """What is wrong with the document by the schema, nothing if it is valid; the first `MOST_MISTAKES` of it.

    What was perhaps meant is suggested where the mistakes are few: finding it takes longer than all the rest of
    validation. (Strangers learn nothing of the schema by it, as they get as far as 401.)
    """
    found = validate(schema, document, max_errors=MOST_MISTAKES, hide_suggestions=True)
    return validate(schema, document) if 0 < len(found) <= SUGGESTIONS_UP_TO else found


def _within(limits: Limits, cost: Cost) -> None:
    _at_most(limits.depth, cost.depth, "TOO_DEEP", "fields within one another")
    _at_most(limits.fields, cost.fields, "TOO_MANY_FIELDS", "fields, with every fragment spelled out")
    _at_most(limits.introspection_fields, cost.introspection_fields, "TOO_MANY_FIELDS", "fields about the schema")
    _at_most(limits.aliases, cost.aliases, "TOO_MANY_ALIASES", "aliases")
    _at_most(limits.directives, cost.directives, "TOO_MANY_DIRECTIVES", "directives")
    if cost.total > limits.cost:
        raise Refused(
            "TOO_COSTLY",
            f"The document costs {_written(cost.total)}, and one may cost {limits.cost:,} at most: ask for smaller "
            "pages (`first`, of the lists within lists as well) or for fewer fields. "
            "/docs/graphql-limits says what is dear.",
        )


def _at_most(limit: int, found: int, code: str, what: str) -> None:
    if found > limit:
        raise Refused(code, f"The document has {_written(found)} {what}, and at most {limit:,} are taken.")


def _written(number: int) -> str:
    """A number as people read it: spreads within spreads may give one of any length."""
    return f"{number:,}" if number < 10**12 else "more than a trillion"


def _sound(variables: Mapping[str, Any], limits: Limits) -> None:
    """Nothing, unless values lie so deep within values that coercing them would exhaust the stack, or a text holds what
    not every database does. Raises Refused."""
    level: list[Any] = [variables]
    for _ in range(limits.nesting):
        parts = [
            part for value in level for part in ((*value, *value.values()) if isinstance(value, Mapping) else value)
        ]
        if any("\0" in part for part in parts if isinstance(part, str)):
            raise _holds_nul()
        level = [part for part in parts if isinstance(part, Mapping | list)]
        if not level:
            return
    raise Refused("TOO_DEEP", f"The variables have more than {limits.nesting} values within one another.")
