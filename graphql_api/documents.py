"""Documents: parsed, validated, and remembered by their text, so that a client's second question costs neither."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType, parse, validate

MOST_TOKENS = 2000
KEPT = 500
"""Documents that are remembered."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a text says, or why it can't be executed."""

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operation(self, name: str | None) -> OperationType | None:
        """What kind of operation that is; None where there is none of that name, or a name is needed."""
        if self.node is None:
            return None
        found = [one for one in self.node.definitions if isinstance(one, OperationDefinitionNode)]
        named = [one for one in found if name is None or (one.name is not None and one.name.value == name)]
        return named[0].operation if len(named) == 1 else None


class Documents:
    """The documents of one schema, the latest used first."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        """The document of this text."""
        known = self._kept.get(text)
        if known is None:
            known = self._kept[text] = self._read(text)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(text)
        return known

    def _read(self, text: str) -> Document:
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
        except GraphQLError as problem:
            return Document(None, (problem,))
        return Document(node, tuple(validate(self._schema, node, max_errors=20)))
