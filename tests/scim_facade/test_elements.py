"""The values of a multi-valued attribute: none twice, none altered that was not meant, one primary, and no slow way."""

import time
import tracemalloc
from typing import Any

import pytest

from scim_facade import patch
from scim_facade.errors import InvalidSyntax, InvalidValue
from scim_facade.projection import Projection
from scim_facade.reading import read_resource
from scim_facade.schemas import ENTERPRISE_URN, USER

Json = dict[str, Any]

WORK = {"value": "ada@ex.org", "type": "work", "primary": True}
HOME = {"value": "ada@home.org", "type": "home"}
FLAT = {"type": "home", "locality": "London", "country": "GB"}
OFFICE = {"type": "work", "locality": "London"}


def after(*operations: Json, **attributes: Any) -> Json:
    resource = {"userName": "ada", **attributes}
    return patch.apply(patch.read({"Operations": list(operations)}, USER), resource, USER)


@pytest.mark.parametrize(
    ("added", "emails"),
    [
        ([WORK], [WORK, HOME]),
        ([{"value": "ada@ex.org"}], [WORK, HOME]),
        ([{"value": "ada@ex.org", "type": "work"}], [WORK, HOME]),
        ([{"value": "ada@ex.org", "display": "Ada"}], [{**WORK, "display": "Ada"}, HOME]),
        ([{"value": "ada@ex.org", "type": "other"}], [WORK, HOME, {"value": "ada@ex.org", "type": "other"}]),
        ([{**HOME, "primary": True}], [{**WORK, "primary": False}, {**HOME, "primary": True}]),
        ([{"value": "new@ex.org"}, {"value": "new@ex.org"}], [WORK, HOME, {"value": "new@ex.org"}]),
    ],
)
def test_an_email_that_is_there_is_not_added_twice(added: list[Json], emails: list[Json]) -> None:
    assert after({"op": "add", "path": "emails", "value": added}, emails=[WORK, HOME])["emails"] == emails


def test_an_address_that_is_there_is_not_added_twice() -> None:
    moved = {"type": "home", "locality": "Turin"}
    result = after({"op": "add", "path": "addresses", "value": [dict(FLAT), moved]}, addresses=[FLAT])
    assert result["addresses"] == [FLAT, moved]


@pytest.mark.parametrize(
    ("listed", "left"),
    [
        ([{"value": "ada@ex.org"}], [HOME]),
        ([{"value": "ADA@EX.ORG"}], [HOME]),
        ([{"value": "ada@ex.org", "type": "home"}], [WORK, HOME]),
        ([{"value": "ada@ex.org", "display": "Someone"}], [HOME]),
        ([{"type": "home"}], [WORK]),
        ([{"value": "nobody@ex.org"}], [WORK, HOME]),
        ([], [WORK, HOME]),
    ],
)
def test_a_remove_takes_away_what_it_lists_and_no_more(listed: list[Json], left: list[Json]) -> None:
    assert after({"op": "remove", "path": "emails", "value": listed}, emails=[WORK, HOME])["emails"] == left


def test_a_remove_of_addresses_goes_by_all_that_is_listed_of_one() -> None:
    remove = {"op": "remove", "path": "addresses", "value": [{"type": "home", "locality": "london"}]}
    assert after(remove, addresses=[FLAT, OFFICE])["addresses"] == [OFFICE]


def test_of_several_primary_values_the_first_stays_so_and_a_strict_integration_refuses_them() -> None:
    body = {"schemas": [USER.core.urn], "userName": "ada", "emails": [WORK, {**HOME, "primary": True}]}
    assert [email["primary"] for email in read_resource(body, USER)["emails"]] == [True, False]
    with pytest.raises(InvalidValue, match="primary"):
        read_resource(body, USER, strict=True)


@pytest.mark.parametrize("blank", ["", None])
@pytest.mark.parametrize("path", ["name", None])
def test_a_blank_part_of_a_name_is_cleared_and_the_others_stay(path: str | None, blank: str | None) -> None:
    value: Json = {"middleName": blank}
    operation = {"op": "replace", "path": path, "value": value} if path else {"op": "replace", "value": {"name": value}}
    assert after(operation, name={"givenName": "Ada", "middleName": "A."})["name"] == {"givenName": "Ada"}


def test_a_new_manager_brings_none_of_the_old_ones_parts() -> None:
    replace = {"op": "Replace", "path": f"{ENTERPRISE_URN}:manager", "value": "grace"}
    result = after(replace, **{ENTERPRISE_URN: {"manager": {"value": "alan", "$ref": "../Users/alan"}}})
    assert result[ENTERPRISE_URN] == {"manager": {"value": "grace"}}


def test_names_that_differ_in_case_alone_are_refused_unless_they_say_the_same() -> None:
    assert read_resource({"userName": "ada", "USERNAME": "ada"}, USER) == {"userName": "ada"}
    for body in (
        {"userName": "ada", "USERNAME": "grace"},
        {"userName": "ada", "name": {"givenName": "Ada", "GIVENNAME": "Grace"}},
        {"userName": "ada", "name": {"givenName": "Ada"}, "name.givenName": "Grace"},
    ):
        with pytest.raises(InvalidSyntax, match="twice"):
            read_resource(body, USER)


def test_parts_of_a_name_are_put_together_however_they_come() -> None:
    body = {"userName": "ada", "name.givenName": "Ada", "name": {"familyName": "King"}, "name.middleName": "A."}
    assert read_resource(body, USER)["name"] == {"givenName": "Ada", "familyName": "King", "middleName": "A."}


def test_more_values_than_a_person_has_are_refused() -> None:
    many = [{"value": f"{at}@ex.org"} for at in range(1001)]
    with pytest.raises(InvalidValue, match="1001 values"):
        read_resource({"userName": "ada", "emails": many}, USER)
    with pytest.raises(InvalidValue, match="more than 1000"):
        after(
            {"op": "add", "path": "emails", "value": many[:600]}, {"op": "add", "path": "emails", "value": many[600:]}
        )


def test_more_attributes_than_a_person_has_are_refused_however_they_are_named() -> None:
    one = {"op": "replace", "path": "title", "value": "Countess"}
    assert after(*[one] * 200)["title"] == "Countess"
    for operations in (
        [one] * 201,
        [{"op": "replace", "value": {f"x{at}": 1 for at in range(201)}}],
        [{"op": "replace", "VALUE": {ENTERPRISE_URN: {f"x{at}": 1 for at in range(201)}}}],
    ):
        with pytest.raises(InvalidSyntax, match="200 attributes"):
            patch.read({"Operations": operations}, USER)


def test_the_largest_edits_of_lists_take_a_bounded_time() -> None:
    some = [{"value": f"{at}@ex.org", "type": f"t{at % 7}"} for at in range(1000)]
    places = [{"locality": f"l{at}", "type": f"t{at % 7}"} for at in range(1000)]
    operations = [
        *[{"op": op, "path": "emails", "value": some} for op in ("add", "remove", "add", "replace")],
        *[{"op": op, "path": "addresses", "value": places} for op in ("add", "remove", "add", "add")],
        *[{"op": "add", "path": 'emails[type eq "t1"].display', "value": str(at)} for at in range(190)],
    ]
    begin = time.process_time()
    result = after(*operations)
    # About a second on a slow machine; by the square of the values it would be a minute.
    assert time.process_time() - begin < 10
    assert len(result["emails"]) == len(result["addresses"]) == 1000


def test_what_clients_name_is_not_remembered_beyond_a_name() -> None:
    """Names and choices of attributes are cached: how much memory that takes must not be the client's to choose."""
    tracemalloc.start()
    try:
        for at in range(20):
            name = f"name.{at}" + "x" * 1_000_000
            assert read_resource({"userName": "ada", name: 1}, USER) == {"userName": "ada"}
            assert Projection.read(["userName", name], None, USER).wants("userName")
        kept_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept_bytes < 5_000_000
