"""A filter's text to its tree (RFC 7644 §3.4.2.2).

Pure. A scanner and a parser by precedence, neither with a regular expression: both take time in proportion to the
text, and what is too long, too deep or of too many terms is refused before or while it is read, so that nothing can
recurse further than `MAX_DEPTH`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple, cast

import orjson

from scim_facade import dialects
from scim_facade.attributes import Attribute, ResourceSchema
from scim_facade.errors import InvalidFilter
from scim_facade.filter_tree import And, Compare, Filter, Not, Op, Or, Present, Value, ValuePath
from scim_facade.matching import fold, matches
from scim_facade.names import AttributePath, locate

__all__ = ["And", "Compare", "Filter", "Not", "Or", "Present", "ValuePath", "fold", "matches", "parse"]

MAX_CHARACTERS = 2048
MAX_DEPTH = 10
MAX_TERMS = 50

OPERATORS = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}
_ORDERED = {"gt", "ge", "lt", "le"}
_PARTIAL = {"co", "sw", "ew"}


def parse(text: str, schema: ResourceSchema) -> Filter:
    """The tree of a filter. Raises InvalidFilter, which names the column where the trouble is."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidFilter(f"The filter has {len(text)} characters; at most {MAX_CHARACTERS} are read.")
    return _parse(text, schema)


@lru_cache(maxsize=4096)
def _parse(text: str, schema: ResourceSchema) -> Filter:
    return _Parser(_tokens(text), schema).whole()


def parse_element(text: str, attribute: Attribute, column: int = 0) -> Filter:
    """The filter inside the brackets of a PATCH path, over the attribute's elements. Raises InvalidFilter."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidFilter(f"The filter has {len(text)} characters; at most {MAX_CHARACTERS} are read.")
    return _Parser(_tokens(text), None, attribute).whole()


class _Token(NamedTuple):
    kind: Literal["word", "text", "(", ")", "[", "]", "end"]
    text: str
    column: int


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character in "()[]":
            tokens.append(_Token(cast(Any, character), character, at + 1))
            at += 1
        elif character == '"':
            end = _end_of_text(text, at + 1)
            if end >= len(text):
                raise InvalidFilter(f"The text that begins at column {at + 1} has no end.")
            tokens.append(_Token("text", text[at : end + 1], at + 1))
            at = end + 1
        else:
            end = at
            while end < len(text) and not text[end].isspace() and text[end] not in '()[]"':
                end += 1
            tokens.append(_Token("word", text[at:end], at + 1))
            at = end
    tokens.append(_Token("end", "", len(text) + 1))
    return tokens


def _end_of_text(text: str, at: int) -> int:
    """Where the quotation mark stands that ends the text which begins at `at`; beyond the end, if there is none."""
    end = text.find('"', at)
    if end >= 0 and text.find("\\", at, end) < 0:
        return end
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at


class _Parser:
    """One reading of a filter; `element` is set while the paths are relative to an attribute's elements."""

    def __init__(self, tokens: list[_Token], schema: ResourceSchema | None, element: Attribute | None = None) -> None:
        self._tokens, self._at = tokens, 0
        self._schema, self._element = schema, element
        self._depth = self._terms = 0

    def whole(self) -> Filter:
        tree = self._or()
        if self._next.kind != "end":
            raise self._trouble("this is not expected here")
        return tree

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _trouble(self, what: str, token: _Token | None = None) -> InvalidFilter:
        token = token or self._next
        shown = f" ({token.text[:60]!r})" if token.text else ""
        return InvalidFilter(f"Column {token.column}: {what}{shown}.")

    def _is_word(self, *words: str) -> bool:
        return self._next.kind == "word" and self._next.text.lower() in words

    def _or(self) -> Filter:
        terms = [self._and()]
        while self._is_word("or"):
            self._take()
            terms.append(self._and())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _and(self) -> Filter:
        terms = [self._term()]
        while self._is_word("and"):
            self._take()
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _term(self) -> Filter:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._trouble(f"filters nest at most {MAX_DEPTH} deep")
        tree: Filter
        if self._is_word("not") and self._tokens[self._at + 1].kind == "(":
            self._take()
            tree = Not(self._group())
        elif self._next.kind == "(":
            tree = self._group()
        else:
            tree = self._attribute()
        self._depth -= 1
        return tree

    def _group(self) -> Filter:
        self._take()
        tree = self._or()
        if self._next.kind != ")":
            raise self._trouble("a closing parenthesis is missing")
        self._take()
        return tree

    def _attribute(self) -> Filter:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._trouble(f"a filter has at most {MAX_TERMS} terms")
        named = self._take()
        if named.kind != "word":
            raise self._trouble("an attribute is expected here", named)
        path = self._path(named)
        if self._next.kind == "[":
            return self._elements(path, named)
        return self._comparison(path, named)

    def _path(self, named: _Token) -> AttributePath:
        if self._element is not None:
            sub = self._element.sub(named.text)
            if sub is None:
                raise self._trouble(f"{self._element.name} has no part of this name", named)
            return AttributePath(None, sub)
        path = locate(named.text, self._schema) if self._schema else None
        if path is None:
            raise self._trouble("there is no attribute of this name", named)
        if path.leaf.returned == "never":
            raise self._trouble("this attribute cannot be asked for", named)
        return path

    def _elements(self, path: AttributePath, named: _Token) -> Filter:
        if self._element is not None or path.sub is not None or path.attribute.type != "complex":
            raise self._trouble("only a complex attribute can be followed by a bracket", named)
        self._take()
        self._element = path.attribute
        inner = self._or()
        if self._next.kind != "]":
            raise self._trouble("a closing bracket is missing")
        closing = self._take()
        self._element = None
        # `emails[type eq "work"].value eq "x"`: as Entra asks, one element meets both.
        following = self._next
        if following.kind == "word" and following.text.startswith(".") and following.column == closing.column + 1:
            self._take()
            self._element = path.attribute
            part = self._path(_Token("word", following.text[1:], following.column + 1))
            last = self._comparison(part, following)
            self._element = None
            inner = And((*inner.terms, last)) if isinstance(inner, And) else And((inner, last))
        return ValuePath(path, inner)

    def _comparison(self, path: AttributePath, named: _Token) -> Filter:
        operator = self._take()
        op = operator.text.lower()
        if operator.kind != "word" or (op != "pr" and op not in OPERATORS):
            raise self._trouble("an operator is expected here: eq, ne, co, sw, ew, gt, ge, lt, le or pr", operator)
        if op == "pr":
            return Present(path)
        literal = self._take()
        if literal.kind not in ("word", "text"):
            raise self._trouble("a value is expected here", literal)
        if literal.kind == "word" and literal.text == "null":
            if op not in ("eq", "ne"):
                raise self._trouble("null can be compared by eq and ne only", literal)
            return Not(Present(path)) if op == "eq" else Present(path)
        if path.leaf.type == "complex":
            # `emails co "x"`, `manager eq X` and `members eq X` speak of the values (§3.4.2.2).
            value = path.attribute.sub("value")
            if path.sub is not None or value is None:
                raise self._trouble("a complex attribute has no value of its own to compare", named)
            path = AttributePath(path.urn, path.attribute, value)
        return Compare(path, cast(Op, op), self._value(path.leaf, op, literal, operator))

    def _value(self, attribute: Attribute, op: str, literal: _Token, operator: _Token) -> Value:
        value = self._literal(literal, attribute)
        match attribute.type:
            case "boolean":
                value = dialects.boolean(value)
                if op not in ("eq", "ne"):
                    raise self._trouble(f"{attribute.name} is a boolean: it has no order and no parts", operator)
                if not isinstance(value, bool):
                    raise self._trouble(f"{attribute.name} is compared with true or false", literal)
            case "integer" | "decimal":
                if isinstance(value, bool) or not isinstance(value, int | float) or op in _PARTIAL:
                    raise self._trouble(f"{attribute.name} is compared with a number, by order", literal)
            case "dateTime":
                if op in _PARTIAL:
                    raise self._trouble(f"{attribute.name} is an instant: it has no parts", operator)
                value = self._instant(str(value), literal)
            case _:
                if attribute.type == "binary" and op in _ORDERED:
                    raise self._trouble(f"{attribute.name} is binary: it has no order", operator)
                value = literal.text if isinstance(value, bool | int | float) else value
        return cast(Value, value)

    def _literal(self, literal: _Token, attribute: Attribute) -> Any:
        if literal.kind == "text" or literal.text in ("true", "false") or literal.text[0] in "-0123456789":
            try:
                value = orjson.loads(literal.text)
            except orjson.JSONDecodeError:
                value = None
            if value is not None:
                if isinstance(value, str) and "\0" in value:
                    raise self._trouble("a text cannot hold the character NUL", literal)
                return value
        if literal.kind == "word" and dialects.unquoted(literal.text):
            return literal.text
        raise self._trouble("this is no value of JSON", literal)

    def _instant(self, text: str, literal: _Token) -> datetime:
        # Microsoft's collection has seven fractional digits; Python reads any number and keeps six.
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise self._trouble("this is no date and time of ISO 8601", literal) from None
        try:
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            raise self._trouble("this instant is beyond the calendar", literal) from None
