"""A condition finds the same rows on both databases as a plain reading of its meaning."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import sql
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.errors import Invalid
from catalog.ids import new_id
from catalog.models import Account, ExternalId, Integration, User
from catalog.selection import (
    EVERYTHING,
    NOTHING,
    AllOf,
    AnyOf,
    Attribute,
    Column,
    Compare,
    Element,
    Not,
    Present,
    Related,
    Where,
)
from tests import builders
from tests.catalog.meaning import MORNING, PEOPLE, URN, holds
from tests.doses import dose

TEXTS = [
    "",
    "%",
    "_",
    "100%",
    "100x",
    "a\\b",
    "ada",
    "Ada",
    "GRACE_",
    "grace_hopper",
    "straße",
    "STRASSE",
    "WIDE",
    "İ",
    "i̇stanbul",
    "fi",
    "\uffff",
    "\ud7ff",
    "😀",
    "\U0010ffff",
    "poetry",
    "work",
    "photo",
    "true",
    "3",
    "' OR 1=1 --",
    "O'Brien'); DROP TABLE users; --",
    "$1",
    "{forever}",
]
NUMBERS = [3, 0, -5, 0.1, 3.5, 10**15, 2**70, -1e300]
INSTANTS = [
    datetime(2020, 1, 1, tzinfo=UTC),
    datetime(2020, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC),
    datetime(2019, 12, 31, tzinfo=UTC),
    datetime(2020, 1, 1, 1, 0, 0, 500_000, tzinfo=UTC),
]
OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
PATHS = [
    ("nickName",),
    ("title",),
    ("name", "familyName"),
    (URN, "department"),
    (URN, "costCenter"),
    ("floor",),
    ("since",),
    ("remote",),
    ("tags",),
    ("missing",),
]


async def found(db: Database, actor: Actor, where: Where, noun: str = "users") -> set[str]:
    query = sql.Query(db.dialect, noun, actor.account_id)
    query.column("id", f"{query.noun.alias}.id")
    query.where(where)
    rows = await db.rows(query.text(), *query.params)
    counting = sql.Query(db.dialect, noun, actor.account_id)
    counting.where(where)
    counted = await db.one(counting.counting(), *counting.params)
    assert counted is not None
    assert counted["n"] == len(rows)
    return {str(row["id"]) for row in rows}


# --- conditions -----------------------------------------------------------------------------------------------------

texts = st.sampled_from(TEXTS)
values = texts | st.sampled_from(NUMBERS) | st.booleans() | st.sampled_from(INSTANTS)
attributes = st.builds(Attribute, st.sampled_from(PATHS), st.booleans())
within = st.builds(Attribute, st.sampled_from([(), ("value",), ("type",), ("primary",)]), st.booleans())
operators = st.sampled_from(OPERATORS)
column_terms = (
    st.builds(Compare, st.sampled_from([Column("user_name"), Column("email"), Column("title")]), operators, texts)
    | st.builds(Compare, st.just(Column("active")), st.sampled_from(["eq", "ne", "gt"]), st.booleans())
    | st.builds(Compare, st.sampled_from([Column("created_at"), Column("deactivated_at")]), operators, values)
    | st.builds(Compare, st.sampled_from([Column("version"), Column("id")]), operators, st.sampled_from([1, 2**70, -1]))
    | st.builds(Present, st.sampled_from([Column("email"), Column("title"), Column("active")]))
)
inside = st.builds(Compare, within, operators, values) | st.builds(Present, within)
elements = st.builds(
    Element,
    st.sampled_from([("emails",), ("photos",), ("tags",), ("name",), ("missing",)]),
    st.recursive(inside, lambda terms: st.builds(Not, terms) | st.builds(AllOf, st.tuples(terms, terms)), max_leaves=3),
)
terms = column_terms | st.builds(Compare, attributes, operators, values) | st.builds(Present, attributes) | elements
conditions = st.recursive(
    terms,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


@settings(max_examples=dose(50, 1_000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=conditions)
async def test_a_condition_finds_whom_it_describes(
    db: Database, actor: Actor, people: dict[str, User], where: Where
) -> None:
    assert await found(db, actor, where) == {key for key, user in people.items() if holds(where, user)}


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (EVERYTHING, set(PEOPLE)),
        (NOTHING, set()),
        (Not(EVERYTHING), set()),
        (Compare(Column("user_name"), "co", "_"), {"grace_hopper"}),
        (Compare(Column("user_name"), "sw", "GRACE_"), {"grace_hopper"}),
        (Compare(Column("user_name"), "eq", "wide"), {"ｗｉｄｅ"}),
        (Compare(Column("user_name"), "eq", "ZOE\u0308"), {"zoë"}),
        (Compare(Attribute(("nickName",)), "eq", "STRASSE"), {"strasse", "ｗｉｄｅ"}),
        (Compare(Attribute(("nickName",), exact=True), "eq", "STRASSE"), {"strasse"}),
        (Compare(Attribute((URN, "costCenter")), "co", "%"), {"ada@lovelace.example"}),
        (Compare(Column("title"), "eq", "O'Brien'); DROP TABLE users; --"), {"ｗｉｄｅ"}),
        (Compare(Column("title"), "eq", "' OR 1=1 --"), set()),
        (Compare(Attribute(("floor",)), "eq", 3), {"ada@lovelace.example", "zed"}),
        (Compare(Attribute(("since",)), "ge", INSTANTS[0]), {"ada@lovelace.example", "grace_hopper"}),
        (Compare(Column("deactivated_at"), "ne", MORNING), set(PEOPLE) - {"grace_hopper"}),
        (
            Element(
                ("photos",),
                AllOf(
                    (
                        Compare(Attribute(("type",)), "eq", "PHOTO"),
                        Compare(Attribute(("value",), exact=True), "sw", "https://x.example/Ada"),
                    )
                ),
            ),
            {"ada@lovelace.example"},
        ),
        (
            Element(
                ("emails",),
                AllOf(
                    (
                        Compare(Attribute(("type",)), "eq", "home"),
                        Compare(Attribute(("primary",)), "eq", True),
                    )
                ),
            ),
            set(),
        ),
        (Element(("tags",), Compare(Attribute(()), "eq", "MATHS")), {"ada@lovelace.example"}),
        (Element(("tags",), Compare(Attribute(()), "lt", "zzz")), {"ada@lovelace.example"}),
    ],
)
async def test_a_condition_finds(
    db: Database, actor: Actor, people: dict[str, User], where: Where, names: set[str]
) -> None:
    assert {people[key].user_name for key in await found(db, actor, where)} == names


async def test_what_is_related_is_asked_of_open_periods_and_current_names_only(
    db: Database, actor: Actor, integration: Integration, scim_actor: Actor, people: dict[str, User]
) -> None:
    ada, grace, other, *_ = people.values()
    team = await builders.a_team(actor, "Payments", members=[ada])
    await builders.a_team(actor, "Gone", members=[grace], deleted_at=MORNING)
    async with change(scim_actor) as this:
        this.add(builders.a_period(this, team, grace, since=MORNING, until=this.at))
        for user, until in ((grace, builders.FOREVER), (other, this.at)):
            this.add(
                ExternalId(
                    id=new_id(),
                    account_id=actor.account_id,
                    integration_id=integration.id,
                    subject_kind="user",
                    subject_id=user.id,
                    value="00u1",
                    since=MORNING,
                    until=until,
                )
            )
    in_payments = Related("teams", Compare(Column("name"), "eq", "PAYMENTS"))
    called = Related(
        "external_ids",
        AllOf((Compare(Column("integration_id"), "eq", integration.id), Compare(Column("value"), "eq", "00u1"))),
    )
    assert await found(db, actor, in_payments) == {str(ada.id)}
    assert await found(db, actor, Not(in_payments)) == set(people) - {str(ada.id)}
    assert await found(db, actor, Related("teams", EVERYTHING)) == {str(ada.id)}
    assert await found(db, actor, called) == {str(grace.id)}
    assert await found(db, actor, Related("external_ids", Compare(Column("value"), "eq", "00U1"))) == set()
    members = Related("members", Compare(Column("id"), "eq", ada.id))
    assert await found(db, actor, members, "teams") == {str(team.id)}
    assert await found(db, actor, Related("children", EVERYTHING), "teams") == set()


@pytest.mark.parametrize(
    "where",
    [
        Compare(Column("no_such"), "eq", "x"),
        Compare(Column("id; DROP TABLE users"), "eq", "x"),
        Compare(Attribute(('a"b',)), "eq", "x"),
        Compare(Attribute(("nickName",)), "eq", "a\0b"),
        Compare(Column("title"), "sw", "\ud800"),
        Compare(Column("created_at"), "lt", datetime.fromisoformat("9999-12-31T23:00:00-05:00")),
        Related("enemies", EVERYTHING),
        Related("teams", Related("teams", EVERYTHING)),
    ],
)
async def test_what_cannot_be_asked_is_invalid(db: Database, actor: Actor, where: Where) -> None:
    with pytest.raises(Invalid):
        await found(db, actor, where)


@pytest.mark.parametrize("noun", ["users", "teams"])
async def test_another_accounts_rows_are_in_no_answer(
    db: Database, actor: Actor, people: dict[str, User], elsewhere: Account, noun: str
) -> None:
    stranger = builders.actors.command(elsewhere.id)
    theirs = await found(db, stranger, EVERYTHING, noun)
    assert not theirs & await found(db, actor, EVERYTHING, noun)
    assert len(theirs) == (noun == "users")
