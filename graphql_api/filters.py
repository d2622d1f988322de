"""Conditions and orders as GraphQL has them, to the catalog's (`catalog.selection`).

A field is one of the catalog's own, by the name that the type has for it, or a path into a person's SCIM attributes
(`addresses.country`, `urn:…:User:costCenter`). What may not be seen is refused below, where the condition is compiled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Literal, cast
from uuid import UUID

import strawberry

from catalog.errors import Invalid
from catalog.selection import (
    NOTHING,
    AllOf,
    AnyOf,
    Attribute,
    Column,
    Compare,
    Element,
    Not,
    Op,
    Order,
    Present,
    Related,
    Where,
)
from catalog.visibility import KNOWN
from graphql_api import ids
from graphql_api.inputs import IdentifierInput, UserIdentifierInput
from graphql_api.scalars import JSON, read_instant

MOST_VALUES = 500
"""Values of one `in`."""

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OF_ENTERPRISE = frozenset({"employeeNumber", "costCenter", "organization", "division", "department"})
MULTI_VALUED = frozenset(
    {"emails", "phoneNumbers", "ims", "photos", "addresses", "entitlements", "roles", "x509Certificates"}
)


@strawberry.enum
class ConditionOp(Enum):
    """How a field is compared. Texts compare without regard to case where SCIM does."""

    eq = "eq"
    ne = "ne"
    contains = "co"
    startsWith = "sw"  # noqa: N815 - GraphQL's name
    endsWith = "ew"  # noqa: N815
    gt = "gt"
    ge = "ge"
    lt = "lt"
    le = "le"
    present = "present"
    in_ = strawberry.enum_value("in", name="in")


@strawberry.input
class Condition:
    """Exactly one of: `field` with `op` and `value`; `all`; `any`; `not`; `team`, of people; `member`, of teams."""

    field: str | None = strawberry.UNSET
    op: ConditionOp | None = ConditionOp.eq
    value: JSON | None = strawberry.UNSET
    all: list[Condition] | None = strawberry.UNSET
    any: list[Condition] | None = strawberry.UNSET
    not_: Condition | None = strawberry.field(name="not", default=strawberry.UNSET)
    team: IdentifierInput | None = strawberry.UNSET
    member: UserIdentifierInput | None = strawberry.UNSET


@strawberry.input
class OrderInput:
    """Rows without a value come last, or first where the order descends."""

    field: str
    descending: bool | None = False


@dataclass(frozen=True, slots=True)
class Known:
    """A field of the catalog's own. `kind` says what a value of it is; an id is that of a `kind` such as `User`."""

    column: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Fields:
    """What may be asked of one noun."""

    noun: Literal["user", "team"]
    columns: dict[str, Known]

    def where(self, condition: Condition) -> Where:
        """The condition. Raises Invalid for a field that there is not, or a value that it can't have; NotFound."""
        asked = [name for name in _BRANCHES if getattr(condition, name) not in (None, strawberry.UNSET)]
        if len(asked) != 1:
            raise Invalid("where", f"a condition has exactly one of {', '.join(n.rstrip('_') for n in _BRANCHES)}.")
        match asked[0]:
            case "all":
                return AllOf(tuple(self.where(term) for term in condition.all or ()))
            case "any":
                return AnyOf(tuple(self.where(term) for term in condition.any or ()))
            case "not_":
                return Not(self.where(cast(Condition, condition.not_)))
            case "team" if self.noun == "user":
                return in_team(cast(IdentifierInput, condition.team))
            case "member" if self.noun == "team":
                return has_member(cast(UserIdentifierInput, condition.member))
            case "field":
                value = None if condition.value is strawberry.UNSET else condition.value
                op = condition.op or ConditionOp.eq
                return self._compare(cast(str, condition.field), op.value, value)
        raise Invalid("where", f"{asked[0]!r} can't be asked of a {self.noun}.")

    def orders(self, wanted: Iterable[OrderInput] | None) -> tuple[Order, ...]:
        """The order; none, if none is wanted. Raises Invalid."""
        return tuple(self._order(one) for one in wanted or ())

    def field(self, name: str) -> Column | Attribute:
        """The field of this name, to be grouped by. Raises Invalid."""
        known = self.columns.get(name)
        if known is not None:
            return Column(known.column)
        path = self._path(name)
        if path[0] in MULTI_VALUED:
            raise Invalid("field", f"a person may have several {path[0]}, so they can't be grouped by.")
        return Attribute(path, exact=True)

    def _order(self, wanted: OrderInput) -> Order:
        known = self.columns.get(wanted.field)
        if known is not None:
            return Order(Column(known.column), bool(wanted.descending))
        path = self._path(wanted.field)
        if path[0] in MULTI_VALUED:
            raise Invalid("orderBy", f"a person may have several {path[0]}, so they are no order.")
        return Order(Attribute(path), bool(wanted.descending))

    def _compare(self, name: str, op: str, value: Any) -> Where:
        if op == "in":
            if not isinstance(value, list) or len(value) > MOST_VALUES:
                raise Invalid("value", f"`in` takes a list of at most {MOST_VALUES} values.")
            return AnyOf(tuple(self._compare(name, "eq", one) for one in value))
        if op == "present":
            there = self._present(name)
            return Not(there) if value is False else there
        if value is None:
            if op not in ("eq", "ne"):
                raise Invalid("value", f"{op!r} needs a value.")
            there = self._present(name)
            return there if op == "ne" else Not(there)
        known = self.columns.get(name)
        if known is not None:
            return _of_column(known, cast(Op, op), value)
        return _of_attribute(self._path(name), cast(Op, op), value)

    def _present(self, name: str) -> Where:
        known = self.columns.get(name)
        if known is not None:
            return Not(NOTHING) if known.kind == "status" else Present(Column(known.column))
        path = self._path(name)
        if path[0] not in MULTI_VALUED or len(path) == 1:
            return Present(Attribute(path))
        return Element(path[:1], Present(Attribute(path[1:])))

    def _path(self, name: str) -> tuple[str, ...]:
        """The path into the document that a SCIM attribute's name means. Raises Invalid for one that is none."""
        if self.noun != "user":
            raise Invalid("field", f"there is no field {name[:100]!r}.")
        if name.lower().startswith("urn:"):
            urn, _, rest = name.rpartition(":")
            return (urn, *rest.split("."))
        path = tuple(name.split("."))
        if path[0] not in KNOWN or not all(path) or len(path) > 2:
            raise Invalid("field", f"there is no field {name[:100]!r}.")
        return (ENTERPRISE, *path) if path[0] in OF_ENTERPRISE else path


def in_team(team: IdentifierInput) -> Where:
    """People who belong to the team. Raises NotFound for what is no id."""
    terms: list[Where] = []
    if team.id:
        terms.append(Related("teams", Compare(Column("id"), "eq", ids.read("Team", team.id))))
    if team.alias:
        terms.append(Related("aliased_teams", Compare(Column("alias"), "eq", team.alias)))
    return AllOf(tuple(terms)) if terms else NOTHING


def has_member(user: UserIdentifierInput, *, role: str | None = None) -> Where:
    """Teams to which the person belongs, in this role where one is given. Raises NotFound for what is no id."""
    terms: list[Where] = []
    if user.id:
        terms.append(Compare(Column("id"), "eq", ids.read("User", user.id)))
    if user.email:
        terms.append(Compare(Column("email"), "eq", user.email))
    if role is not None:
        terms.append(Compare(Column("role"), "eq", role))
    return Related("members", AllOf(tuple(terms))) if user.id or user.email else NOTHING


def searched(text: str | None, *columns: str) -> tuple[Where, ...]:
    """That each word of the text is a part of one of the columns; nothing, where there are no words."""
    words = (text or "").split()
    return tuple(AnyOf(tuple(Compare(Column(name), "co", word) for name in columns)) for word in words[:MOST_WORDS])


MOST_WORDS = 10


def _of_column(known: Known, op: Op, value: Any) -> Where:
    match known.kind:
        case "status":
            if value not in ("active", "deactivated") or op not in ("eq", "ne"):
                raise Invalid("value", "a status is active or deactivated, and is compared with eq, ne or in.")
            return Compare(Column("active"), "eq", (value == "active") == (op == "eq"))
        case "instant":
            return Compare(Column(known.column), op, instant(value))
        case "integer":
            if not isinstance(value, int) or isinstance(value, bool):
                raise Invalid("value", f"{known.column} is a whole number.")
            return Compare(Column(known.column), op, value)
        case "text":
            if not isinstance(value, str):
                raise Invalid("value", f"{known.column} is a text.")
            return Compare(Column(known.column), op, value)
    return Compare(Column(known.column), op, _id(known.kind, value))


def _of_attribute(path: tuple[str, ...], op: Op, value: Any) -> Where:
    if not isinstance(value, str | int | float):
        raise Invalid("value", "an attribute is compared with a text, a number, true or false.")
    if path[0] in MULTI_VALUED:
        if op == "ne":
            return Not(_of_attribute(path, "eq", value))
        return Element(path[:1], Compare(Attribute(path[1:] or ("value",)), op, value))
    if path[0] != ENTERPRISE and path[0].startswith("urn:"):
        # An extension's attribute may be a list: a text, or an object with one part more.
        if op == "ne":
            return Not(_of_attribute(path, "eq", value))
        in_list = Element(path[:2], Compare(Attribute(path[2:]), op, value))
        return AnyOf((Compare(Attribute(path), op, value), in_list))
    return Compare(Attribute(path), op, value)


def instant(value: Any) -> datetime:
    """An instant; a bare date is its beginning in UTC. Raises Invalid."""
    try:
        at = read_instant(value)
    except ValueError as problem:
        raise Invalid("value", str(problem)) from None
    return at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, tzinfo=UTC)


def _id(kind: str, value: Any) -> UUID:
    if not isinstance(value, str):
        raise Invalid("value", "an id is a text.")
    return ids.read(kind, value)


_BRANCHES: Sequence[str] = ("field", "all", "any", "not_", "team", "member")

_TIMES = {
    "createdAt": Known("created_at", "instant"),
    "updatedAt": Known("updated_at", "instant"),
    "version": Known("version", "integer"),
    "integration": Known("integration_id", "Integration"),
}

USERS = Fields(
    "user",
    {
        "id": Known("id", "User"),
        "name": Known("name"),
        "userName": Known("user_name"),
        "email": Known("email"),
        "manager": Known("manager_id", "User"),
        "role": Known("role"),
        "status": Known("status", "status"),
        "invitation": Known("invitation"),
        "provisionedBy": Known("provisioned_by"),
        "deactivatedAt": Known("deactivated_at", "instant"),
        "lastSignInAt": Known("last_sign_in_at", "instant"),
        **_TIMES,
    },
)

PAST_USERS = Fields("user", {**USERS.columns, "title": Known("title"), "department": Known("department")})
"""Of people as they were: what periods keep is asked of them, not of today's attributes."""

TEAMS = Fields(
    "team",
    {
        "id": Known("id", "Team"),
        "name": Known("name"),
        "alias": Known("alias"),
        "responsibilities": Known("responsibilities"),
        "parent": Known("parent_id", "Team"),
        **_TIMES,
    },
)
