"""Conditions, orders and windows find the same rows on both databases as a plain reading of their meaning."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import sql
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.errors import Invalid
from catalog.ids import fold, new_id
from catalog.models import Account, ExternalId, Integration, User
from catalog.selection import (
    EVERYTHING,
    NOTHING,
    AllOf,
    AnyOf,
    Attribute,
    Best,
    Column,
    Compare,
    Element,
    Not,
    Order,
    Position,
    Present,
    Related,
    Where,
    Window,
)
from tests import builders

URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)

PEOPLE: dict[str, dict[str, Any]] = {
    "ada@lovelace.example": {
        "title": "Countess",
        "nickName": "Ada",
        "emails": [
            {"value": "ada@home.example", "type": "home"},
            {"value": "Ada@Lovelace.example", "type": "work", "primary": True},
        ],
        "photos": [{"value": "https://x.example/Ada.png", "type": "Photo"}],
        URN: {"department": "Engines", "costCenter": "100%"},
        "floor": 3,
        "since": "2020-01-01T00:00:00Z",
        "remote": True,
        "tags": ["Maths", "poetry", 7],
    },
    "grace_hopper": {
        "title": "100%_sure",
        "nickName": "grace",
        "emails": [{"value": "grace@navy.example"}],
        URN: {"department": "engines", "costCenter": "100x"},
        "floor": 0.1,
        "since": "2020-01-01T01:00:00.500+01:00",
        "remote": False,
        "tags": [],
    },
    "gracexhopper": {"title": "100x sure", "nickName": "", "emails": [], "floor": -5, "since": "not a date"},
    "strasse": {
        "title": "a\\b",
        "nickName": "STRASSE",
        "name": {"familyName": "Weiß"},
        "since": "2021-02-30T25:00:00Z",
    },
    "ｗｉｄｅ": {"title": "O'Brien'); DROP TABLE users; --", "nickName": "Straße", "floor": "3", "remote": "true"},
    "zoë": {"title": None, "nickName": "İstanbul", "tags": "poetry", "photos": {"value": "no list"}},
    "zed": {"nickName": "\uffff", "title": "😀 smile", "floor": 3.0, "tags": [["poetry"], {"value": "poetry"}, None]},
    "tab\tbed": {"nickName": "ﬁancé", "title": '$."quoted"', "floor": 10**15, "name": {}},
}

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


@pytest.fixture
async def people(db: Database, actor: Actor, elsewhere: Account) -> dict[Any, User]:
    """Everybody of PEOPLE, one of them deleted, and others of the same names in another account."""
    made: dict[Any, User] = {}
    for number, (user_name, document) in enumerate(PEOPLE.items()):
        at = MORNING + timedelta(hours=number // 2)
        fields = {"created_at": at, "deactivated_at": at if number % 3 == 1 else None}
        user = await builders.a_user(actor, user_name, attributes=document, **fields)
        made[str(user.id)] = user
    await builders.a_user(actor, "gone", attributes=PEOPLE["zed"], deleted_at=MORNING)
    await builders.a_user(builders.actors.command(elsewhere.id), "ada@lovelace.example", attributes=PEOPLE["zed"])
    return made


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


# --- the plain reading ----------------------------------------------------------------------------------------------


def holds(where: Where, user: User, item: Any = None) -> bool:
    """Whether the person, or within `Element` the item, meets the condition."""
    match where:
        case AllOf(terms):
            return all(holds(term, user, item) for term in terms)
        case AnyOf(terms):
            return any(holds(term, user, item) for term in terms)
        case Not(term):
            return not holds(term, user, item)
        case Compare(field, "ne", value):
            return not holds(Compare(field, "eq", value), user, item)
        case Compare(Column(name), op, value):
            return compared(op, *columns(user)[name], value)
        case Compare(Attribute(path, exact), op, value):
            return compared(op, part(user.attributes if item is None else item[0], path), exact, value)
        case Present(Column(name)):
            return columns(user)[name][0] not in (None, "")
        case Present(Attribute(path)):
            return part(user.attributes if item is None else item[0], path) not in (None, "", [], {})
        case Element(path, inner):
            items = part(user.attributes if item is None else item[0], path)
            return isinstance(items, list) and any(holds(inner, user, [one]) for one in items)
    raise AssertionError(where)


def columns(user: User) -> dict[str, tuple[Any, bool]]:
    """What the columns hold, and whether case matters."""
    return {
        "user_name": (user.user_name, False),
        "email": (user.email, False),
        "title": (user.title, True),
        "department": (user.department, True),
        "active": (user.deactivated_at is None, True),
        "created_at": (user.created_at, True),
        "deactivated_at": (user.deactivated_at, True),
        "id": (user.id, True),
        "version": (user.version, True),
    }


def part(document: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def compared(op: str, found: Any, exact: bool, value: Any) -> bool:
    if isinstance(value, datetime) and isinstance(found, str):
        found = instant(found)
    kinds: list[Any] = [bool, str, datetime, int | float, type(new_id())]
    if not any(isinstance(found, kind) and isinstance(value, kind) for kind in kinds):
        return False
    if isinstance(found, bool) != isinstance(value, bool):
        return False
    if isinstance(found, bool) and op != "eq":
        return False
    if isinstance(found, str) and not exact:
        found, value = fold(found), fold(value)
    text: dict[str, Callable[[str, str], bool]] = {
        "co": lambda a, b: b in a,
        "sw": str.startswith,
        "ew": str.endswith,
    }
    if op in text:
        return isinstance(found, str) and text[op](found, value)
    return {
        "eq": found == value,
        "gt": found > value,
        "ge": found >= value,
        "lt": found < value,
        "le": found <= value,
    }[op]


def instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=conditions)
async def test_a_condition_finds_whom_it_describes(
    db: Database, actor: Actor, people: dict[Any, User], where: Where
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
    db: Database, actor: Actor, people: dict[Any, User], where: Where, names: set[str]
) -> None:
    assert {people[key].user_name for key in await found(db, actor, where)} == names


async def test_what_is_related_is_asked_of_open_periods_and_current_names_only(
    db: Database, actor: Actor, integration: Integration, scim_actor: Actor, people: dict[Any, User]
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


# --- orders and windows ---------------------------------------------------------------------------------------------

ORDERS: list[tuple[Any, Callable[[User], Any]]] = [
    (Column("id"), lambda user: str(user.id)),
    (Column("user_name"), lambda user: fold(user.user_name)),
    (Column("email"), lambda user: fold(user.email) if user.email else None),
    (Column("title"), lambda user: user.title),
    (Column("active"), lambda user: user.deactivated_at is None),
    (Column("created_at"), lambda user: user.created_at),
    (Column("deactivated_at"), lambda user: user.deactivated_at),
    (Attribute(("nickName",)), lambda user: fold(user.attributes["nickName"])),
    (Attribute(("nickName",), exact=True), lambda user: user.attributes["nickName"]),
    (Attribute(("name", "familyName")), lambda user: _text(part(user.attributes, ("name", "familyName")))),
    (Best(("emails",), ("value",)), lambda user: _best(user.attributes.get("emails"))),
]


def _text(value: Any) -> str | None:
    return fold(value) if isinstance(value, str) else None


def _best(items: Any) -> str | None:
    if not isinstance(items, list) or not items:
        return None
    return _text(next((one for one in items if one.get("primary") is True), items[0]).get("value"))


def in_order(people: dict[Any, User], key: Callable[[User], Any], descending: bool) -> list[str]:
    valued = sorted((key(user), str(user.id)) for user in people.values() if key(user) is not None)
    without = sorted(str(user.id) for user in people.values() if key(user) is None)
    ascending = [id for _, id in valued] + without
    return ascending[::-1] if descending else ascending


async def page(db: Database, actor: Actor, order: Sequence[Order], window: Window) -> list[Any]:
    query = sql.Query(db.dialect, "users", actor.account_id)
    query.column("id", "u.id")
    query.window(order, window)
    return list(await db.rows(query.text(), *query.params))


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize(("field", "key"), ORDERS, ids=[str(field) for field, _ in ORDERS])
async def test_pages_by_key_meet_everybody_once_in_order_forwards_and_backwards(
    db: Database,
    actor: Actor,
    people: dict[Any, User],
    field: Any,
    key: Callable[[User], Any],
    descending: bool,
) -> None:
    order, expected = [Order(field, descending)], in_order(people, key, descending)
    assert [str(row["id"]) for row in await page(db, actor, order, Window(100))] == expected
    for backwards in (False, True):
        seen: list[str] = []
        after = None
        while rows := await page(db, actor, order, Window(3, after=after, backwards=backwards)):
            seen += [str(row["id"]) for row in rows]
            last = rows[-1]
            after = Position(None if field == Column("id") else last["sort_key"], people[str(last["id"])].id)
        assert seen == (expected[::-1] if backwards else expected)


async def test_pages_by_offset_and_without_an_order_follow_the_ids(
    db: Database, actor: Actor, people: dict[Any, User]
) -> None:
    ids = sorted(people)
    assert [str(row["id"]) for row in await page(db, actor, [], Window(3, offset=2))] == ids[2:5]
    assert await page(db, actor, [], Window(3, offset=len(ids))) == []


async def test_a_filter_and_an_order_by_a_path_share_one_statement(
    db: Database, actor: Actor, people: dict[Any, User]
) -> None:
    query = sql.Query(db.dialect, "users", actor.account_id)
    query.column("id", "u.id")
    query.where(Element(("emails",), Compare(Attribute(("value",)), "co", "@")))
    query.window([Order(Best(("emails",), ("value",)))], Window(10))
    rows = await db.rows(query.text(for_update=False), *query.params)
    assert [people[str(row["id"])].user_name for row in rows] == ["ada@lovelace.example", "grace_hopper"]


@pytest.mark.parametrize("noun", ["users", "teams"])
async def test_another_accounts_rows_are_in_no_answer(
    db: Database, actor: Actor, people: dict[Any, User], elsewhere: Account, noun: str
) -> None:
    stranger = builders.actors.command(elsewhere.id)
    theirs = await found(db, stranger, EVERYTHING, noun)
    assert not theirs & await found(db, actor, EVERYTHING, noun)
    assert len(theirs) == (noun == "users")
