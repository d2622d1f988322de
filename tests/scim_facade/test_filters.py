"""Filters: what a text means, what is refused and where, and what a resource meets (RFC 7644 §3.4.2.2)."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_facade import filters
from scim_facade.errors import InvalidFilter
from scim_facade.filters import Filter, matches, parse
from scim_facade.names import locate
from scim_facade.schemas import ENTERPRISE_URN, GROUP, USER
from tests.doses import dose
from tests.scim_facade.strategies import OWN_URN, OWN_USER, trees

ADA: dict[str, Any] = {
    "id": "1",
    "userName": "Ada@Lovelace.example",
    "externalId": "00uAda",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "nickName": "Straße",
    "active": True,
    "emails": [
        {"value": "ada@work.example", "type": "work", "primary": True},
        {"value": "ada@home.example", "type": "home"},
    ],
    "meta": {"created": "2026-11-24T22:00:00Z", "version": 'W/"7"'},
    ENTERPRISE_URN: {"department": "Engines", "manager": {"value": "Babbage"}},
    OWN_URN: {"floor": 3, "share": 0.5, "since": "2020-01-01T01:00:00.5+01:00", "tags": ["Maths", "poetry"]},
}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('userName eq "ada"', 'userName eq "ada"'),
        ('USERNAME EQ "ada"', 'userName eq "ada"'),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada"', 'userName eq "ada"'),
        ('URN:IETF:params:scim:schemas:core:2.0:user:name.familyname sw "L"', 'name.familyName sw "L"'),
        (f'{ENTERPRISE_URN}:department eq "x"', f'{ENTERPRISE_URN}:department eq "x"'),
        (f'{ENTERPRISE_URN}:manager.value eq "x"', f'{ENTERPRISE_URN}:manager.value eq "x"'),
        # Older Entra: no URN, and none of its parts.
        ('manager eq "x"', f'{ENTERPRISE_URN}:manager.value eq "x"'),
        ("title pr", "title pr"),
        ("title PR", "title pr"),
        ("not (title pr)", "not (title pr)"),
        ("NOT(title pr)", "not (title pr)"),
        # Precedence: not, and, or; parentheses before all of them.
        ("title pr or (userName pr and active pr)", "title pr or userName pr and active pr"),
        ("(title pr or userName pr) and active pr", "(title pr or userName pr) and active pr"),
        ("not (title pr) and userName pr", "not (title pr) and userName pr"),
        ("((title pr))", "title pr"),
        ('emails co "x"', 'emails.value co "x"'),
        ('emails.value co "x"', 'emails.value co "x"'),
        ('emails[type eq "work" and value co "@x"]', 'emails[type eq "work" and value co "@x"]'),
        ('emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]'),
        (
            'emails[type eq "a" or type eq "b"].value eq "x"',
            'emails[(type eq "a" or type eq "b") and value eq "x"]',
        ),
        ('emails[not (type pr)] or userName eq "x"', 'emails[not (type pr)] or userName eq "x"'),
        ("active eq true", "active eq true"),
        # Entra asks with the text, in any case.
        ('active eq "True"', "active eq true"),
        ("active ne False", "active ne false"),
        # Microsoft's collection and authentik leave the quotes out.
        ("externalId eq jyoung", 'externalId eq "jyoung"'),
        ("userName eq ada@lovelace.example", 'userName eq "ada@lovelace.example"'),
        ("externalId eq 007", 'externalId eq "007"'),
        ("externalId eq 1.50", 'externalId eq "1.50"'),
        ("externalId eq true", 'externalId eq "true"'),
        ("title eq null", "not (title pr)"),
        ("title ne null", "title pr"),
        (r'title eq "a \"b\" \\ \u00e9"', 'title eq "a \\"b\\" \\\\ é"'),
        ('title eq ") or (title pr"', 'title eq ") or (title pr"'),
        (f"{OWN_URN}:floor gt 3", f"{OWN_URN}:floor gt 3"),
        (f"{OWN_URN}:share le -2.5e1", f"{OWN_URN}:share le -25.0"),
        # Microsoft's collection has seven digits of a second, and leaves the quotes out.
        ('meta.created gt "2026-01-02T03:04:05.1234567Z"', 'meta.created gt "2026-01-02T03:04:05.123456Z"'),
        ("meta.created gt 2026-01-02T03:04:05Z", 'meta.created gt "2026-01-02T03:04:05Z"'),
        ('meta.created gt "2026-01-02T03:04:05+02:00"', 'meta.created gt "2026-01-02T01:04:05Z"'),
    ],
)
def test_a_filter_means(text: str, tree: str) -> None:
    assert str(parse(text, OWN_USER)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('members eq "1"', 'members.value eq "1"'),
        ('members[value eq "1"]', 'members[value eq "1"]'),
        ('members.$ref ew "/Users/1"', 'members.$ref ew "/Users/1"'),
        ('displayName eq "Payments"', 'displayName eq "Payments"'),
    ],
)
def test_a_filter_of_groups_means(text: str, tree: str) -> None:
    assert str(parse(text, GROUP)) == tree


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("   ", 4),
        ("userName", 9),
        ("userName eq", 12),
        ('userName eq "ada', 13),
        ('userName eq "ada\\', 13),
        ('userName eq "\\x"', 13),
        ('userName eq "\\ud800"', 13),
        ('userName eq "\\u0000"', 13),
        ('userName equals "ada"', 10),
        ('userName eq "ada" extra', 19),
        ('userName eq "ada" and', 22),
        ('and userName eq "ada"', 1),
        ('userName eq "a" or or userName eq "b"', 20),
        ('nosuch eq "x"', 1),
        ('title pr and name.nosuch eq "x"', 14),
        ('urn:nobody:User:userName eq "x"', 1),
        ('__proto__ eq "x"', 1),
        ('password eq "x"', 1),
        ('name eq "x"', 1),
        ('emails[nosuch eq "x"]', 8),
        ('emails[type eq "work"', 22),
        ('emails[type eq "work"].nosuch eq "x"', 24),
        ("emails[emails[type pr]]", 8),
        ('emails[type eq "work"] .value eq "x"', 24),
        ('userName[value eq "x"]', 1),
        ('emails.value[type eq "x"]', 1),
        ("(title pr", 10),
        ("title pr)", 9),
        ("not title pr", 1),
        ("title eq {}", 10),
        ("title eq (x)", 10),
        ("title co null", 10),
        ("active eq 1", 11),
        ("active eq maybe", 11),
        ("active gt true", 8),
        ("active co true", 8),
        ("emails.primary sw true", 16),
        ('x509Certificates.value gt "x"', 24),
        ("meta.created eq yesterday", 17),
        ('meta.created eq "2026-13-01T00:00:00Z"', 17),
        ('meta.created lt "0001-01-01T00:00:00+14:00"', 17),
        ('meta.created co "2026"', 14),
    ],
)
def test_a_filter_is_refused_at_the_column(text: str, column: int) -> None:
    with pytest.raises(InvalidFilter) as refused:
        parse(text, USER)
    assert re.search(rf"\bcolumn {column}\b", refused.value.detail, re.IGNORECASE), refused.value.detail


@pytest.mark.parametrize(
    "text",
    [
        f'userName eq "{"x" * filters.MAX_CHARACTERS}"',
        "(" * (filters.MAX_DEPTH + 1) + "title pr" + ")" * (filters.MAX_DEPTH + 1),
        "not (" * filters.MAX_DEPTH + "title pr" + ")" * filters.MAX_DEPTH,
        "emails[" + "not (" * filters.MAX_DEPTH + "type pr" + ")" * filters.MAX_DEPTH + "]",
        " or ".join(["title pr"] * (filters.MAX_TERMS + 1)),
        "emails[" + " or ".join(["type pr"] * filters.MAX_TERMS) + "]",
        "(" * filters.MAX_CHARACTERS,
    ],
    ids=["long", "deep", "negated", "deep inside", "many", "many inside", "open"],
)
def test_a_filter_beyond_the_caps_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilter):
        parse(text, USER)


def test_a_filter_at_the_caps_is_read() -> None:
    deep = "(" * (filters.MAX_DEPTH - 1) + "title pr" + ")" * (filters.MAX_DEPTH - 1)
    assert str(parse(deep, USER)) == "title pr"
    wide = " or ".join(["title pr"] * filters.MAX_TERMS)
    assert str(parse(wide, USER)) == wide


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ('userName eq "ada@lovelace.EXAMPLE"', True),
        ('externalId eq "00uada"', False),
        ('externalId eq "00uAda"', True),
        ('nickName eq "STRASSE"', True),
        ('nickName co "ras"', True),
        ('userName sw "ADA@"', True),
        ('userName ew "example"', True),
        ('userName gt "ada"', True),
        ('userName lt "ada"', False),
        ("title pr", False),
        ("name pr", True),
        ("emails pr", True),
        ("emails.display pr", False),
        ('title eq "x"', False),
        ('title ne "x"', True),
        ('not (title eq "x")', True),
        ('title lt "x"', False),
        ("active eq true", True),
        ("active ne true", False),
        # One element meets the whole of a bracket; without one, each part may be met by another.
        ('emails[type eq "work" and value ew "@home.example"]', False),
        ('emails.type eq "work" and emails.value ew "@home.example"', True),
        ('emails[type eq "home" and not (primary pr)]', True),
        ('emails.type ne "work"', True),
        ('phoneNumbers.type ne "work"', True),
        ('ims[type ne "work"]', False),
        ('name[familyName eq "lovelace"]', True),
        (f'{ENTERPRISE_URN}:department eq "engines"', True),
        ('manager eq "babbage"', True),
        (f"{OWN_URN}:floor ge 3", True),
        (f"{OWN_URN}:floor gt 3", False),
        (f"{OWN_URN}:floor eq 3.0", True),
        (f"{OWN_URN}:share lt 1", True),
        (f'{OWN_URN}:tags eq "maths"', True),
        (f'{OWN_URN}:tags ne "maths"', True),
        # Instants are compared as such, in whatever zone they were written.
        (f'{OWN_URN}:since eq "2020-01-01T00:00:00.500Z"', True),
        (f'{OWN_URN}:since gt "2020-01-01T00:00:00Z"', True),
        ('meta.created le "2026-11-24T23:00:00+01:00"', True),
        ("meta.version pr", True),
    ],
)
def test_ada_meets_a_filter(text: str, is_met: bool) -> None:
    assert matches(parse(text, OWN_USER), ADA) is is_met


@pytest.mark.parametrize(
    ("one", "other"),
    [("Straße", "STRASSE"), ("ﬁ", "FI"), ("Ａ", "a"), ("É", "e\u0301"), ("İ", "i\u0307"), ("ſ", "S")],
)
def test_texts_that_differ_in_case_or_form_only_are_the_same_once_folded(one: str, other: str) -> None:
    assert filters.fold(one) == filters.fold(other)


@settings(deadline=None)
@given(st.text())
def test_what_is_folded_is_not_changed_by_folding_it_again(text: str) -> None:
    assert filters.fold(filters.fold(text)) == filters.fold(text)


@settings(max_examples=dose(200, 5_000), deadline=None)
@given(trees(OWN_USER))
def test_a_tree_is_read_back_from_its_text(tree: Filter) -> None:
    assert parse(str(tree), OWN_USER) == tree


@settings(deadline=None)
@given(trees(GROUP))
def test_a_tree_over_groups_is_read_back_from_its_text(tree: Filter) -> None:
    assert parse(str(tree), GROUP) == tree


@settings(deadline=None)
@given(st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_any_text_can_be_asked_for(text: str) -> None:
    title = locate("title", USER)
    assert title is not None
    tree = filters.Compare(title, "eq", text)
    assert parse(str(tree), USER) == tree
    assert matches(tree, {"title": text})
