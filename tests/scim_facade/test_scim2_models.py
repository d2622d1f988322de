"""The engine beside scim2-models, another reading of the same RFCs: PATCH, filters and projection must agree.

Where the two part, and who is right, is said in `DIFFERENCES`, and the cases are drawn beside them.
"""

from typing import Any, Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scim2_models import Context, EnterpriseUser, PatchOp, ResponseParameters, ScimFilter, ScimPolicy, User
from scim2_models.exceptions import SCIMException

from scim_facade import filters, patch
from scim_facade.errors import ScimError
from scim_facade.filters import Compare, Filter, ValuePath
from scim_facade.projection import Projection
from scim_facade.schemas import CORE_USER_URN, ENTERPRISE_URN, USER
from tests.doses import dose
from tests.scim_facade.strategies import trees

Json = dict[str, Any]

CASES: Final = dose(200, 2_000)

DIFFERENCES: Final = {
    "active cannot be removed": "Here a person is active or not: the attribute is implied, and has no third state.",
    "a chosen element is replaced whole": "§3.5.2.3 replaces the values that a filter meets; theirs merges them.",
    "of several made primary the first stays so": "Theirs refuses, or prefers one that was not; §2.4 asks for one.",
    "one value of one type is one element": "What else is said of it is kept (§2.4); theirs adds a second element.",
    "a part may contradict the filter": "What emails[type eq x].type becomes is up to the client; theirs refuses it.",
    "ne of several values": "Here true where any differs, as every operator is; theirs where none is the same.",
    "schemas": "Those of the resource; theirs are those of what is answered of it.",
    "casefold": "Here ß is SS and ﬁ is fi (NFKC and full folding); theirs lowers after NFC.",
    "name[…]": "Here a complex attribute of one value can be followed by a bracket as well; theirs refuses that.",
}
"""Where the two read the RFCs otherwise, and why ours stays as it is."""

Peer = User[EnterpriseUser]
PeerPatch, PeerFilter, PeerParameters = PatchOp[Peer], ScimFilter[Peer], ResponseParameters[Peer]
POLICY: Final = ScimPolicy(
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create, unknown=ScimPolicy.Unknown.ignore
)

TEXTS = st.sampled_from(["ada", "grace", "alan", "100%", "a b", "x_y", 'q"q', "é"])
ADDRESSES = st.sampled_from(["ada@work.example.org", "ada@home.example.org", "grace@work.example.org"])
TYPES = st.sampled_from(["work", "home", "other"])


Strategy = st.SearchStrategy[Any]
Plural = dict[str, dict[str, Strategy]]
Target = tuple[str | None, Any]


def _several(parts: dict[str, Strategy]) -> st.SearchStrategy[list[Json]]:
    element = st.fixed_dictionaries({}, optional=parts).filter(bool)
    # One value comes once, and one element is primary; see DIFFERENCES.
    made = st.lists(element, min_size=1, max_size=3, unique_by=lambda one: one.get("value", repr(sorted(one.items()))))
    return made.filter(lambda elements: sum(element.get("primary") is True for element in elements) <= 1)


def _resources(plural: Plural) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {"userName": TEXTS, "active": st.booleans()},
        optional={
            "title": TEXTS,
            "nickName": TEXTS,
            "name": st.fixed_dictionaries({}, optional=NAME).filter(bool),
            **{name: _several(parts) for name, parts in plural.items()},
            ENTERPRISE_URN: st.fixed_dictionaries({}, optional=ENTERPRISE).filter(bool),
        },
    )


def _targets(plural: Plural) -> st.SearchStrategy[Target]:
    """Where an operation may lead, and with which value."""
    named = {**SINGLE, **{f"{ENTERPRISE_URN}:{name}": value for name, value in ENTERPRISE.items()}}
    named |= {f"name.{part}": value for part, value in NAME.items()}
    named["name"] = st.fixed_dictionaries({}, optional=NAME).filter(bool)
    lists = {name: _several(parts) for name, parts in plural.items()}
    chosen: dict[str, Strategy] = {}
    for name, parts in PLURAL.items():
        # What is made from a filter need not meet it afterwards, and may meet several; see DIFFERENCES.
        others = {part: value for part, value in parts.items() if part not in ("type", "primary")}
        for condition in ('type eq "work"', 'type eq "home" and primary pr', 'not (type eq "work")'):
            chosen[f"{name}[{condition}]"] = _several(others).map(lambda elements: elements[0])
            chosen |= {f"{name}[{condition}].{part}": value for part, value in others.items()}
    without_a_path = st.tuples(st.none(), _resources(plural))
    groups = [
        st.one_of([st.tuples(st.just(path), value) for path, value in some.items()]) for some in (named, lists, chosen)
    ]
    return st.one_of(*groups, without_a_path)


NAME = {"givenName": TEXTS, "familyName": TEXTS, "formatted": TEXTS}
SINGLE: dict[str, Strategy] = dict.fromkeys(["userName", "title", "nickName", "displayName", "userType"], TEXTS)
SINGLE |= {"active": st.booleans()}
ENTERPRISE = dict.fromkeys(["department", "costCenter", "employeeNumber"], TEXTS)
PLURAL: Plural = {
    "emails": {"value": ADDRESSES, "type": TYPES, "display": TEXTS, "primary": st.booleans()},
    "phoneNumbers": {"value": TEXTS, "type": TYPES, "display": TEXTS, "primary": st.booleans()},
    "roles": {"value": TEXTS, "type": TYPES, "display": TEXTS, "primary": st.booleans()},
    "addresses": {"locality": TEXTS, "region": TEXTS, "type": TYPES, "primary": st.booleans()},
}
NEW = st.integers(1, 10**6).map(lambda number: f"new{number}@example.org")
FRESH: Plural = {name: {**parts, **({"value": NEW} if "value" in parts else {})} for name, parts in PLURAL.items()}
RESOURCES = _resources(PLURAL)
# What is added is new: what counts as there already is among the DIFFERENCES.
TARGETS = {"add": _targets(FRESH), "replace": _targets(PLURAL), "remove": _targets(PLURAL)}


@st.composite
def operations(draw: st.DrawFn) -> Json:
    """One operation that both should understand alike."""
    op = draw(st.sampled_from(["add", "remove", "replace"]))
    path, value = draw(TARGETS[op])
    if op == "remove":
        assume(path is not None and path != "active")
        return {"op": op, "path": path}
    assume(op == "add" or path is None or not path.endswith("]"))
    return {"op": op, "value": value} if path is None else {"op": op, "path": path, "value": value}


def _is_alike(leaf: Filter) -> bool:
    """Whether a part of a filter is not among the DIFFERENCES."""
    match leaf:
        case ValuePath(path):
            return path.attribute.multi_valued
        case Compare(path, "ne"):
            return not path.attribute.multi_valued
    return True


# Of an address theirs asks for nothing but addresses; phone numbers are of the same form.
ASKED = {"userName", "title", "nickName", "name", "active", *PLURAL, *ENTERPRISE} - {"emails"}
KNOWN = {one.name for one in (*USER.attributes.values(), *USER.extensions[0].attributes)}
TREES = trees(
    USER,
    without=KNOWN - ASKED,
    texts=("ada", "grace", "alan", "work", "home", "x_y", "%", "a b", "é", "example.org", 'q"q'),
    only=_is_alike,
)
NAMES = st.lists(
    st.sampled_from(
        [
            *("userName", "USERNAME", "title", "name", "name.givenName", "active", "emails", "emails.value"),
            *("roles", "roles.display", "addresses.locality", "id", "schemas", ENTERPRISE_URN),
            *(f"{ENTERPRISE_URN}:department", f"{CORE_USER_URN}:title", f"{CORE_USER_URN}:name.familyName"),
        ]
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=CASES, deadline=None)
@given(RESOURCES, st.lists(operations(), min_size=1, max_size=3))
def test_a_patch_comes_out_the_same(before: Json, edits: list[Json]) -> None:
    message = {"schemas": [patch.PATCH_OP], "Operations": edits}
    theirs = _their_patch(before, message)
    ours = _our_patch(before, message)
    if isinstance(theirs, str) and "rimary" in theirs:
        return  # of several made primary the first stays so
    if isinstance(theirs, str) or isinstance(ours, str):
        assert isinstance(theirs, str), (ours, theirs)
        assert isinstance(ours, str), (ours, theirs)
        return
    assert ours == theirs


def _our_patch(before: Json, message: Json) -> Json | str:
    try:
        return patch.apply(patch.read(message, USER), before, USER)
    except ScimError as refused:
        return refused.detail


def _their_patch(before: Json, message: Json) -> Json | str:
    user = _peer(before)
    try:
        PeerPatch.model_validate(message, scim_policy=POLICY).patch(user, scim_policy=POLICY)
    except (SCIMException, ValueError) as refused:
        return str(refused)
    return _plain(user)


def _peer(resource: Json) -> Any:
    schemas = [CORE_USER_URN, *([ENTERPRISE_URN] if ENTERPRISE_URN in resource else [])]
    return Peer.model_validate({"schemas": schemas, **resource})


def _plain(user: Any) -> Json:
    dumped: Json = user.model_dump(scim_ctx=Context.DEFAULT)
    dumped.pop("schemas")
    return {name: kept for name, part in dumped.items() if (kept := _without_blanks(part)) not in (None, {}, [])}


def _without_blanks(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: kept for name, part in value.items() if (kept := _without_blanks(part)) not in (None, {}, [])}
    if isinstance(value, list):
        return [kept for part in value if (kept := _without_blanks(part)) not in (None, {}, [])]
    return value


@settings(max_examples=CASES, deadline=None)
@given(RESOURCES, TREES)
def test_a_filter_is_met_by_the_same(resource: Json, tree: Filter) -> None:
    assert filters.matches(tree, resource) is PeerFilter(str(tree)).match(_peer(resource))


@settings(max_examples=CASES, deadline=None)
@given(RESOURCES, NAMES, st.sampled_from(["attributes", "excludedAttributes"]))
def test_the_same_is_answered_of_a_resource(resource: Json, names: list[str], choice: str) -> None:
    attributes, excluded = (names, None) if choice == "attributes" else (None, names)
    user = _peer({"id": "1", **resource})
    parameters = PeerParameters.model_validate({choice: names})
    theirs = user.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters)
    ours = Projection.read(attributes, excluded, USER).shape({"id": "1", **resource, "schemas": [CORE_USER_URN]})
    assert ours.pop("schemas") == [CORE_USER_URN]
    assert theirs.pop("schemas")[0] == CORE_USER_URN
    assert ours == _without_blanks(theirs)


PATCHED: dict[str, tuple[Json, Json]] = {
    "active cannot be removed": ({}, {"op": "remove", "path": "active"}),
    "a chosen element is replaced whole": (
        {"roles": [{"value": "a", "type": "work"}]},
        {"op": "replace", "path": 'roles[type eq "work"]', "value": {"value": "b"}},
    ),
    "of several made primary the first stays so": (
        {"roles": [{"value": "a"}, {"value": "b"}]},
        {"op": "replace", "path": "roles[value pr].primary", "value": True},
    ),
    "one value of one type is one element": (
        {"roles": [{"value": "a", "type": "work"}]},
        {"op": "add", "path": "roles", "value": [{"value": "a", "type": "work", "display": "A"}]},
    ),
    "a part may contradict the filter": (
        {},
        {"op": "add", "path": 'roles[type eq "work"].type', "value": "home"},
    ),
}
ASKED_OF: dict[str, tuple[Json, str]] = {
    "ne of several values": ({"roles": [{"value": "a"}, {"value": "b"}]}, 'roles.value ne "a"'),
    "casefold": ({"title": "Straße"}, 'title eq "STRASSE"'),
    "name[…]": ({"name": {"givenName": "Ada"}}, 'name[givenName eq "Ada"]'),
}


def test_every_difference_is_one() -> None:
    assert {*PATCHED, *ASKED_OF, "schemas"} == DIFFERENCES.keys()
    person = {"userName": "ada", "active": True}
    for difference, (resource, operation) in PATCHED.items():
        before, message = {**person, **resource}, {"schemas": [patch.PATCH_OP], "Operations": [operation]}
        assert _our_patch(before, message) != _their_patch(before, message), difference
    for difference, (resource, text) in ASKED_OF.items():
        assert filters.matches(filters.parse(text, USER), {**person, **resource}), difference
        assert not _their_match(text, {**person, **resource}), difference


def _their_match(text: str, resource: Json) -> bool:
    try:
        return PeerFilter(text).match(_peer(resource))
    except SCIMException:
        return False
