"""Edits of a group's members as deltas, so that a large group is never loaded to change one of them.

Pure. Every form that clients use comes down to five.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scim_facade import filters
from scim_facade.errors import Mutability, NoTarget
from scim_facade.patch import Edit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """One member as a client names it; the type is User or Group, or was not said."""

    value: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class MembersAdd:
    """These too."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class MembersRemove:
    """Without these."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MembersRemoveWhere:
    """Without those that meet the filter."""

    filter: filters.Filter


@dataclass(frozen=True, slots=True)
class MembersReplace:
    """These and no others."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class MembersClear:
    """None."""


@dataclass(frozen=True, slots=True)
class MembersNet:
    """Several edits in one: these join, those leave, and `alone` says that nobody else stays. No id is in both."""

    joining: tuple[Member, ...] = ()
    leaving: tuple[str, ...] = ()
    alone: bool = False


MemberEdit = MembersAdd | MembersRemove | MembersRemoveWhere | MembersReplace | MembersClear


def member_edits(edits: Iterable[Edit]) -> tuple[list[Edit], list[MemberEdit]]:
    """The edits that are not of members, and those that are, in order.

    Raises NoTarget, Mutability for what cannot be done to a member: it is added or removed, never altered.
    """
    others: list[Edit] = []
    deltas: list[MemberEdit] = []
    for edit in edits:
        if edit.path.attribute.name == "members":
            deltas.append(_delta(edit))
        else:
            others.append(edit)
    return others, deltas


def netted(deltas: Iterable[MemberEdit]) -> Iterator[MembersNet | MembersRemoveWhere]:
    """What the edits come to, one after the other: who is taken out and put back has never left.

    A removal by a filter stands for itself, as it sees what the edits before it did.
    """
    net = _Net()
    for delta in deltas:
        match delta:
            case MembersAdd(members):
                net.add(members)
            case MembersRemove(values):
                net.remove(values)
            case MembersReplace(members):
                net = _Net(alone=True)
                net.add(members)
            case MembersClear():
                net = _Net(alone=True)
            case MembersRemoveWhere():
                yield from net.said()
                yield delta
                net = _Net()
    yield from net.said()


def read_members(resource: Json) -> tuple[Member, ...]:
    """The members of a group as it was read."""
    return _members(resource.get("members", ()))


class _Net:
    """A MembersNet in the making. Ids are the same in any case, as UUIDs are."""

    def __init__(self, *, alone: bool = False) -> None:
        self._alone = alone
        self._joining: dict[str, Member] = {}
        self._leaving: dict[str, str] = {}

    def add(self, members: Iterable[Member]) -> None:
        for member in members:
            self._leaving.pop(member.value.lower(), None)
            self._joining[member.value.lower()] = member

    def remove(self, values: Iterable[str]) -> None:
        for value in values:
            self._joining.pop(value.lower(), None)
            if not self._alone:
                self._leaving[value.lower()] = value

    def said(self) -> Iterator[MembersNet]:
        if self._alone or self._joining or self._leaving:
            yield MembersNet(tuple(self._joining.values()), tuple(self._leaving.values()), self._alone)


def _delta(edit: Edit) -> MemberEdit:
    path = edit.path
    if path.sub_attribute is not None:
        raise Mutability("A member is added or removed, not altered (RFC 7643 §4.2: its parts are immutable).")
    if path.value_filter is not None:
        if edit.op != "remove":
            raise NoTarget("A member chosen by a filter can be removed only.")
        values = _values(path.value_filter)
        return MembersRemoveWhere(path.value_filter) if values is None else MembersRemove(values)
    if edit.op == "remove":
        return MembersClear() if edit.value is None else MembersRemove(tuple(one.value for one in _members(edit.value)))
    return (MembersAdd if edit.op == "add" else MembersReplace)(_members(edit.value))


def _values(chosen: filters.Filter) -> tuple[str, ...] | None:
    """The ids of a filter that does nothing but name ids."""
    match chosen:
        case filters.Compare(path, "eq", str(value)) if path.attribute.name == "value":
            return (value,)
        case filters.Or(terms):
            named = [_values(term) for term in terms]
            return None if None in named else tuple(value for values in named if values for value in values)
    return None


def _members(elements: Iterable[Json]) -> tuple[Member, ...]:
    return tuple(Member(element["value"], element.get("type")) for element in elements)
