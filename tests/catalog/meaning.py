"""What a condition means, read plainly, without SQL; and people to ask it of, whose attributes are awkward."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog import actors
from catalog.actors import Actor
from catalog.ids import fold, new_id
from catalog.models import Account, User
from catalog.selection import AllOf, AnyOf, Attribute, Column, Compare, Element, Not, Present, Where
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


async def everybody(actor: Actor, elsewhere: Account) -> dict[str, User]:
    """Everybody of PEOPLE by id; beside them somebody deleted, and a namesake in another account."""
    made: dict[str, User] = {}
    for number, (user_name, document) in enumerate(PEOPLE.items()):
        at = MORNING + timedelta(hours=number // 2)
        fields = {"created_at": at, "deactivated_at": at if number % 3 == 1 else None}
        user = await builders.a_user(actor, user_name, attributes=document, **fields)
        made[str(user.id)] = user
    await builders.a_user(actor, "gone", attributes=PEOPLE["zed"], deleted_at=MORNING)
    await builders.a_user(actors.command(elsewhere.id), "ada@lovelace.example", attributes=PEOPLE["zed"])
    return made


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
