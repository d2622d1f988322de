"""Documents: parsed, weighed, validated, and remembered by their text: a client's second question costs little."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType

from graphql_api.limits import Gate, mistakes, parse

KEPT_TOKENS = 20_000
"""Of the documents that are remembered: about 12 MiB, as a token with its node takes some 600 bytes."""


class Document:
    """What a text says."""

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        """Raises limits.Refused; GraphQLError for a text that is no document."""
        self.node: DocumentNode = parse(text)
        self.gate = Gate(self.node)
        self._schema = schema
        self._mistakes: list[GraphQLError] | None = None
        self.selected: dict[tuple[str, int], Any] = {}
        """What `selections` has found to be selected where, whatever the variables are."""

    @property
    def tokens(self) -> int:
        """How long it is."""
        return self.node.token_count

    def mistakes(self) -> list[GraphQLError]:
        """What is wrong with it by the schema. To be asked once the gate has let it through."""
        if self._mistakes is None:
            self._mistakes = mistakes(self._schema, self.node)
        return self._mistakes

    def operation(self, name: str | None) -> OperationType | None:
        """What kind of operation that is; None where there is none of that name, or a name is needed."""
        found = [one for one in self.node.definitions if isinstance(one, OperationDefinitionNode)]
        named = [one for one in found if name is None or (one.name is not None and one.name.value == name)]
        return named[0].operation if len(named) == 1 else None


class Documents:
    """The documents of one schema, the latest used first."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._tokens = 0

    def read(self, text: str) -> Document:
        """The document of this text. Raises limits.Refused; GraphQLError for a text that is no document."""
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        document = self._kept[text] = Document(self._schema, text)
        self._tokens += document.tokens
        while self._tokens > KEPT_TOKENS:
            _, oldest = self._kept.popitem(last=False)
            self._tokens -= oldest.tokens
        return document
