"""The provider's own directory: its people and groups as they are now, which is what the instance must hold.

Of a person it keeps the server's id, four flags and the manager; the rest is drawn again when needed, so that a
hundred thousand people fit into a few tens of megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import NamedTuple

from web.rehearsal.people import People, Person, first_members, group_name


class State(IntFlag):
    """What has happened to a person so far."""

    MOVED = 1
    RENAMED = 2
    CLEARED = 4
    INACTIVE = 8


class Member(NamedTuple):
    """Somebody in a group, as the provider names them there."""

    id: str
    user_name: str


@dataclass(slots=True)
class Group:
    """A group that is pushed, and the numbers of the people in it."""

    number: int
    key: str
    name: str
    members: set[int] = field(default_factory=set)
    id: str = ""


class Directory:
    """The people and groups of one rehearsal."""

    def __init__(self, *, run: str, seed: int, users: int, groups: int) -> None:
        self._run, self._seed, self._size = run, seed, users
        self._people = People(run, seed)
        self._ids: dict[int, str] = {}
        self._gone: set[int] = set()
        self._states = bytearray(users)
        self._managers = array("i", [-1]) * users
        self.groups = {number: self._first_group(number) for number in range(groups)}

    @property
    def size(self) -> int:
        """How many people there were meant to be."""
        return self._size

    def known(self) -> list[int]:
        """The numbers of those whom the instance holds, in order."""
        return sorted(self._ids.keys() - self._gone)

    def is_known(self, number: int) -> bool:
        """Whether the instance holds that person."""
        return number in self._ids and number not in self._gone

    def person(self, number: int) -> Person:
        """The person as they are now."""
        return self.person_as(number, State(self._states[number]), manager=self._managers[number])

    def person_as(self, number: int, state: State, *, manager: int) -> Person:
        """The person as they would be in that state, under that manager; -1 is nobody."""
        return self._people.person(
            number,
            id=self._ids.get(number, ""),
            moved=State.MOVED in state,
            renamed=State.RENAMED in state,
            cleared=State.CLEARED in state,
            active=State.INACTIVE not in state,
            manager=(manager, self._ids[manager]) if manager in self._ids else None,
        )

    def state(self, number: int) -> State:
        """What has happened to them so far."""
        return State(self._states[number])

    def manager(self, number: int) -> int:
        """Whom they report to; -1 is nobody."""
        return self._managers[number]

    def remember(self, number: int, state: State, *, manager: int) -> None:
        """The instance was told so, and agreed."""
        self._states[number], self._managers[number] = state, manager

    def created(self, number: int, id: str) -> None:
        """The instance answered that id."""
        self._ids[number] = id

    def forget(self, number: int) -> None:
        """The person is gone, from every group too; who reported to them still says so."""
        self._gone.add(number)
        for group in self.groups.values():
            group.members.discard(number)

    def members(self, numbers: Iterable[int]) -> list[Member]:
        """Those people as members, in a stable order."""
        return [
            Member(self._ids[number], self._people.user_name(number, renamed=State.RENAMED in self.state(number)))
            for number in sorted(numbers)
            if number in self._ids
        ]

    def ids(self, numbers: Iterable[int]) -> set[str]:
        """The ids of those people."""
        return {self._ids[number] for number in numbers if number in self._ids}

    def numbers(self) -> dict[str, int]:
        """Whose id is whose."""
        return {id: number for number, id in self._ids.items() if number not in self._gone}

    def groups_of_everyone(self) -> dict[int, set[str]]:
        """The ids of the groups in which each person is."""
        found: dict[int, set[str]] = {}
        for group in self.groups.values():
            for number in group.members:
                found.setdefault(number, set()).add(group.id)
        return found

    def rename(self, group: Group) -> str:
        """The name under which the group goes on."""
        return group_name(group.number, self._run, renamed=True)

    def forget_failed(self) -> None:
        """Groups without those who could not be created, and without the groups that could not."""
        for group in self.groups.values():
            group.members = {number for number in group.members if number in self._ids}

    def _first_group(self, number: int) -> Group:
        name = group_name(number, self._run, renamed=False)
        return Group(number, f"{self._run}{number:026x}", name, first_members(number, self._seed, self._size))
