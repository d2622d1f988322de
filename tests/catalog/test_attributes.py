"""What the catalog makes of a person's attributes: as tables, and with Hypothesis."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.attributes import ENTERPRISE, by_hand, derive, folded, split_name
from catalog.ids import fold
from catalog.models import User

Document = dict[str, Any]


def derived(document: Document, user_name: str = "ada@lovelace.example", **sources: Any) -> User:
    user = User(user_name=user_name, user_name_key=fold(user_name))
    derive(user, document, **sources)
    return user


HOME = {"value": "home@x.example", "type": "home"}
WORK = {"value": "work@x.example", "type": "work"}
FIRST = {"value": "first@x.example"}


def primary(element: Document) -> Document:
    return {**element, "primary": True}


@pytest.mark.parametrize(
    ("emails", "user_name", "email"),
    [
        pytest.param([FIRST, WORK, primary(HOME)], "ada", "home@x.example", id="the primary one"),
        pytest.param([FIRST, HOME, WORK], "ada", "work@x.example", id="else the work one"),
        pytest.param([FIRST, HOME], "ada", "first@x.example", id="else the first"),
        pytest.param([{"type": "work", "primary": True}, FIRST], "ada", "first@x.example", id="one without a value"),
        pytest.param([{"value": ""}, FIRST], "ada", "first@x.example", id="one with an empty value"),
        pytest.param([], "ada@x.example", "ada@x.example", id="else the userName that is an address"),
        pytest.param(None, "ada@x.example", "ada@x.example", id="without emails at all"),
        pytest.param([], "ada", None, id="else none"),
        pytest.param([], "ada@localhost", None, id="a userName that is no address"),
        pytest.param([], "@x.example", None, id="a userName without a local part"),
        pytest.param([{**FIRST, "primary": False}, WORK], "ada", "work@x.example", id="not primary"),
    ],
)
def test_the_email_is_the_first_of_what_there_is(
    emails: list[Document] | None, user_name: str, email: str | None
) -> None:
    user = derived({} if emails is None else {"emails": emails}, user_name)
    assert (user.email, user.email_key) == (email, email)


@pytest.mark.parametrize(
    ("source", "emails", "email"),
    [
        ("work", [primary(HOME), WORK], "work@x.example"),
        ("work", [FIRST, primary(HOME)], "home@x.example"),
        ("userName", [primary(HOME), WORK], "ada@lovelace.example"),
        ("primary", [WORK, primary(HOME)], "home@x.example"),
    ],
)
def test_an_integration_may_prefer_another_email(source: str, emails: list[Document], email: str) -> None:
    assert derived({"emails": emails}, email_from=source).email == email


NAME = {"formatted": "Lady Ada", "givenName": "Ada", "familyName": "King"}


@pytest.mark.parametrize(
    ("document", "names"),
    [
        pytest.param({"displayName": "Ada L.", "name": NAME}, ("Ada L.", "Ada", "King"), id="the displayName"),
        pytest.param({"name": NAME}, ("Lady Ada", "Ada", "King"), id="else name.formatted"),
        pytest.param(
            {"name": {"givenName": "Ada", "familyName": "King"}}, ("Ada King", "Ada", "King"), id="else its parts"
        ),
        pytest.param({"name": {"familyName": "King"}}, ("King", "King", "King"), id="or one of them"),
        pytest.param({}, ("ada@x.example", "ada@x.example", "ada@x.example"), id="else the userName"),
        pytest.param({"displayName": "Ada Byron King"}, ("Ada Byron King", "Ada Byron", "King"), id="parts of it"),
        pytest.param({"displayName": "Plato"}, ("Plato", "Plato", "Plato"), id="a single word for both"),
        pytest.param({"displayName": "", "name": None}, ("ada@x.example",) * 3, id="nothing but empty ones"),
    ],
)
def test_a_person_always_has_a_name_and_both_parts_of_it(document: Document, names: tuple[str, str, str]) -> None:
    user = derived(document, "ada@x.example")
    assert (user.name, user.given_name, user.family_name) == names
    assert user.name_key == fold(user.name)


@pytest.mark.parametrize(
    ("source", "name"), [("displayName", "Ada L."), ("formatted", "Lady Ada"), ("given_family", "Ada King")]
)
def test_an_integration_may_prefer_another_name(source: str, name: str) -> None:
    assert derived({"displayName": "Ada L.", "name": NAME}, name_from=source).name == name
    assert derived({"displayName": "Only this"}, name_from=source).name == "Only this"


@pytest.mark.parametrize(
    ("document", "column", "value"),
    [
        ({"title": "Countess"}, "title", "Countess"),
        ({"userType": "Contractor"}, "user_type", "Contractor"),
        ({ENTERPRISE: {"department": "R&D"}}, "department", "R&D"),
        ({ENTERPRISE: {"employeeNumber": "007"}}, "employee_number", "007"),
        ({ENTERPRISE: {"manager": {"value": "Grace"}}}, "manager_value", "Grace"),
        ({ENTERPRISE: {"manager": {"value": "Grace"}}}, "manager_key", "grace"),
        ({ENTERPRISE: {"manager": {"value": ""}}}, "manager_value", None),
        ({ENTERPRISE: {"manager": {}}}, "manager_key", None),
        ({ENTERPRISE: None}, "department", None),
    ],
)
def test_columns_follow_from_the_document(document: Document, column: str, value: str | None) -> None:
    user = derived({**by_hand(name="Ada", email=None), **document})
    assert getattr(user, column) == value
    cleared = derived({})
    assert getattr(cleared, column) is None, "what the document no longer has is cleared"


@given(st.text())
def test_no_name_is_left_without_its_parts(name: str) -> None:
    given_name, family = split_name(name)
    if name.split():
        assert given_name
        assert family
        assert {*given_name.split(), *family.split()} == set(name.split())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_folding_a_document_folds_its_texts_and_keeps_its_form(value: Any) -> None:
    def same(one: Any, other: Any) -> bool:
        if isinstance(one, str):
            return bool(other == fold(one))
        if isinstance(one, dict):
            return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
        if isinstance(one, list):
            return len(one) == len(other) and all(map(same, one, other))
        return bool(one == other)

    assert same(value, folded(value))
    assert folded(folded(value)) == folded(value)
