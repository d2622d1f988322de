"""What Hypothesis draws for the SCIM engine: resources that are awkward on purpose, and filters over their attributes.

The values come from small pools, so that what is asked often meets what is there.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from scim_facade.attributes import Attribute, ResourceSchema, Schema
from scim_facade.filters import And, Compare, Filter, Not, Or, Present, ValuePath
from scim_facade.names import AttributePath
from scim_facade.schemas import USER

Json = dict[str, Any]

OWN_URN = "urn:lovelace:schemas:2.0:User"
OWN = Schema(
    OWN_URN,
    "Lovelace",
    "What one account has beside the standard.",
    (
        Attribute("floor", "integer"),
        Attribute("share", "decimal"),
        Attribute("since", "dateTime"),
        Attribute("remote", "boolean"),
        Attribute("tags", multi_valued=True),
        Attribute("badge", case_exact=True),
        Attribute("key", "binary", case_exact=True),
    ),
)
OWN_USER = USER.with_extension(OWN)
"""Users with an attribute of every type that the standard's own lack."""

TEXTS = (
    "ada",
    "Ada",
    "ADA@lovelace.example",
    "grace",
    "work",
    "Work",
    "home",
    "straße",
    "STRASSE",
    "ﬁancé",
    "İstanbul",
    "100%",
    "a_b",
    "a\\b",
    'say "hi" (or [not])',
    "’ or 1 eq 1",
    "true",
    "7",
    " ",
    "😀",
)
NUMBERS = (0, 3, -5, 7, 10**12)
DECIMALS = (0.5, -2.25, 3, 1e6)
INSTANTS = (
    datetime(2020, 1, 1, tzinfo=UTC),
    datetime(2020, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC),
    datetime(2026, 11, 24, 22, 33, 44, 123_456, tzinfo=UTC),
    datetime(1815, 12, 10, tzinfo=UTC),
)
INSTANTS_AS_SENT = (
    "2020-01-01T00:00:00Z",
    "2020-01-01T01:00:00.5+01:00",
    "2026-11-24T22:33:44.1234560Z",
    "1815-12-10T00:00:00",
)
BINARIES = ("YWRh", "Z3JhY2U=", "")

SENT: dict[str, Sequence[Any]] = {
    "string": TEXTS,
    "reference": TEXTS,
    "binary": BINARIES[:2],
    "boolean": (True, False),
    "integer": NUMBERS,
    "decimal": DECIMALS,
    "dateTime": INSTANTS_AS_SENT,
}
"""What a client may send for an attribute of a type."""

Asked = dict[str, st.SearchStrategy[Any]]
_SENT: Asked = {name: st.sampled_from(pool) for name, pool in SENT.items()}
_ASKED = _SENT | {"binary": st.sampled_from(BINARIES), "dateTime": st.sampled_from(INSTANTS)}
_EQUAL = ["eq", "ne"]
_ORDERED = [*_EQUAL, "gt", "ge", "lt", "le"]
_OPERATORS = {
    "boolean": _EQUAL,
    "integer": _ORDERED,
    "decimal": _ORDERED,
    "dateTime": _ORDERED,
    "binary": [*_EQUAL, "co", "sw", "ew"],
}


def trees(
    schema: ResourceSchema,
    *,
    without: Collection[str] = (),
    texts: Sequence[str] = TEXTS,
    only: Callable[[Filter], bool] = lambda leaf: True,
) -> st.SearchStrategy[Filter]:
    """Filters over a resource type, as `filters.parse` makes them: over every attribute but those left out, asking
    for these texts, and made of the leaves that are wanted."""
    asked = _ASKED | dict.fromkeys(("string", "reference"), st.sampled_from(texts))
    known = [path for path in _paths(schema) if path.attribute.name not in without]
    leaves = [_leaf(path, asked) for path in known]
    leaves += [
        st.builds(ValuePath, st.just(path), element_trees(path.attribute, asked))
        for path in known
        if path.sub is None and path.attribute.type == "complex"
    ]
    return _combined(st.sampled_from(leaves).flatmap(lambda leaf: leaf).filter(only))


def element_trees(attribute: Attribute, asked: Asked = _ASKED) -> st.SearchStrategy[Filter]:
    """Filters over the elements of a complex attribute, as they stand in brackets."""
    leaves = [_leaf(AttributePath(None, sub), asked) for sub in attribute.sub_attributes]
    return _combined(st.one_of(leaves), most=3)


def elements(attribute: Attribute) -> st.SearchStrategy[Json]:
    """Values of a complex attribute that a client may write."""
    parts = {sub.name: _SENT[sub.type] for sub in attribute.sub_attributes if sub.mutability != "readOnly"}
    return st.fixed_dictionaries({}, optional=parts).filter(bool)


def values(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Values of an attribute in canonical form."""
    one = elements(attribute) if attribute.type == "complex" else _SENT[attribute.type]
    if not attribute.multi_valued:
        return one
    return st.lists(one, min_size=1, max_size=3).map(_with_one_primary)


def resources(schema: ResourceSchema, *, without: Collection[str] = ()) -> st.SearchStrategy[Json]:
    """Resources as `read_resource` leaves them: canonical, nothing blank, and what is required is there."""
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for attribute in schema.attributes.values():
        if attribute.name not in ("id", "schemas", "meta", "password", *without) and attribute.mutability != "readOnly":
            (required if attribute.required else optional)[attribute.name] = values(attribute)
    for extension in schema.extensions:
        parts = {one.name: values(one) for one in extension.attributes}
        optional[extension.urn] = st.fixed_dictionaries({}, optional=parts).filter(bool)
    return st.fixed_dictionaries(required, optional=optional)


def _paths(schema: ResourceSchema) -> Iterator[AttributePath]:
    """Every attribute and sub-attribute that can be asked for."""
    named: list[tuple[str | None, Attribute]] = [(None, one) for one in schema.attributes.values()]
    named += [(extension.urn, one) for extension in schema.extensions for one in extension.attributes]
    for urn, attribute in named:
        if attribute.returned == "never":
            continue
        yield AttributePath(urn, attribute)
        for sub in attribute.sub_attributes:
            yield AttributePath(urn, attribute, sub)


def _leaf(path: AttributePath, asked: Asked) -> st.SearchStrategy[Filter]:
    present: st.SearchStrategy[Filter] = st.just(Present(path))
    if path.leaf.type == "complex":
        value = path.attribute.sub("value")
        if value is None:
            return present
        path = AttributePath(path.urn, path.attribute, value)
    operators = st.sampled_from(_OPERATORS.get(path.leaf.type, [*_ORDERED, "co", "sw", "ew"]))
    return st.one_of(st.builds(Compare, st.just(path), operators, asked[path.leaf.type]), present)


def _combined(leaf: st.SearchStrategy[Filter], *, most: int = 6) -> st.SearchStrategy[Filter]:
    def extended(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, inner))

    return st.recursive(leaf, extended, max_leaves=most)


def _with_one_primary(elements: list[Any]) -> list[Any]:
    """At most one element is primary (RFC 7643 §2.4), and none is there twice."""
    kept: list[Any] = []
    for element in elements:
        if isinstance(element, dict) and element.get("primary") is True:
            is_second = any(isinstance(one, dict) and one.get("primary") is True for one in kept)
            element = {**element, "primary": not is_second}
        if element not in kept:
            kept.append(element)
    return kept
