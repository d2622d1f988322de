"""People and groups to rehearse with: believable, of many languages, the same ones for the same seed.

Their addresses lie under a reserved domain (RFC 2606), so that no letter is ever sent to one. A person is drawn anew
whenever asked for, which costs some microseconds: a hundred thousand of them need no memory.
"""

from __future__ import annotations

import json
import random
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b
from importlib import resources

DOMAIN = "rehearsal.example"

_LONGEST_IN_ADDRESS = 20
"""Letters of one name; an address has 64 before its @ (RFC 5321 §4.5.3.1.1)."""

_Pair = tuple[str, str]
"""A name as it is written, and as it stands in an address."""

_TITLES = (
    "Engineer", "Staff Engineer", "Designer", "Account Executive", "Nurse, ICU", "Head of R&D", "Analyst",
    "Ingénieure d’études", "Sachbearbeiter:in", "主任", "VP, “Special Projects”", "Payroll Clerk (part-time)",
)  # fmt: skip
_DEPARTMENTS = ("Engineering", "Product", "Sales — EMEA", "People & Culture", "Finance", "R&D", "Support", "営業部")
_DIVISIONS = ("North", "South", "Hauptverwaltung", "Área Metropolitana")
_LOCALES = ("en-US", "de-DE", "fr-CA", "ja-JP", "pt-BR", "ar-EG")
_TEAMS = (
    "Platform", "Payments", "Mobile", "Growth", "Data", "Security", "Café & Canteen", "Design System", "Legal",
    'Research "Blue Sky"', "Vertrieb Österreich", "品質保証", "C:\\Builds", "O'Brien's Crew",
)  # fmt: skip
_BIGGEST = 50_000
"""Members of the one group that holds most of the company: as many as one request may name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the provider knows, as they are at the moment."""

    number: int
    id: str
    """The server's; empty before it has one."""
    key: str
    """32 hexadecimal digits; each provider makes its externalId of them."""
    user_name: str
    email: str
    given_name: str
    family_name: str
    title: str | None
    department: str | None
    division: str | None
    employee_number: str
    locale: str
    mobile: str | None
    active: bool
    manager_id: str | None
    manager_employee_number: str | None

    @property
    def display_name(self) -> str:
        """As the provider puts it together."""
        return f"{self.given_name} {self.family_name}"


class People:
    """Draws a person's lasting traits by number."""

    def __init__(self, run: str, seed: int) -> None:
        self._run, self._seed = run, seed
        self._cultures = _cultures()

    def person(
        self, number: int, *, id: str = "", moved: bool = False, renamed: bool = False, cleared: bool = False,
        active: bool = True, manager: tuple[int, str] | None = None,
    ) -> Person:  # fmt: skip
        """The person of that number: `moved` to another job, `renamed` on marriage, with optional traits `cleared`.

        `manager` is the manager's number and id.
        """
        dice = self._dice(number)
        given, family = self._names(dice, renamed=renamed)
        address = self._address(number, given, family)
        has_enterprise = number % 9 != 4
        return Person(
            number=number,
            id=id,
            key=blake2b(f"{self._run} {self._seed} {number}".encode(), digest_size=16).hexdigest(),
            user_name=address,
            # Where the two differ, neither may be taken for the other.
            email=f"mail.{address}" if number % 8 == 5 else address,
            given_name=given[0],
            family_name=family[0],
            title=None if cleared else ("Senior " if moved else "") + _TITLES[dice[2] % len(_TITLES)],
            department=_DEPARTMENTS[(dice[3] + moved) % len(_DEPARTMENTS)] if has_enterprise else None,
            division=_DIVISIONS[dice[4] % len(_DIVISIONS)] if has_enterprise and not cleared else None,
            employee_number=self.employee_number(number) if has_enterprise else "",
            locale=_LOCALES[dice[5] % len(_LOCALES)],
            mobile=f"+49 170 {dice[6]:03}-{number:06}" if moved and not cleared else None,
            active=active,
            manager_id=manager[1] if manager else None,
            manager_employee_number=self.employee_number(manager[0]) if manager else None,
        )

    def employee_number(self, number: int) -> str:
        """What the personnel department calls them."""
        return f"{self._run}-{number:06}"

    def user_name(self, number: int, *, renamed: bool) -> str:
        """What they sign in with."""
        return self._address(number, *self._names(self._dice(number), renamed=renamed))

    def _dice(self, number: int) -> bytes:
        return blake2b(f"{self._seed} {number}".encode(), digest_size=8).digest()

    def _names(self, dice: bytes, *, renamed: bool) -> tuple[_Pair, _Pair]:
        givens, families = self._cultures[dice[0] % len(self._cultures)]
        family = families[(dice[7] + renamed) % len(families)]
        return givens[dice[1] % len(givens)], family

    def _address(self, number: int, given: _Pair, family: _Pair) -> str:
        # A plus sign must be escaped in a query, and is what clients and servers most often get wrong.
        local = f"{given[1]}.{family[1]}{'+' if number % 10 == 3 else '.'}{number}.{self._run}"
        # Case is kept as it was sent, though it distinguishes nobody.
        return f"{local if number % 6 == 1 else local.lower()}@{DOMAIN}"


def group_name(number: int, run: str, *, renamed: bool) -> str:
    """What the group is called before and after it is renamed."""
    return f"{_TEAMS[number % len(_TEAMS)]}{' & Friends' if renamed else ''} {number} ({run})"


def first_members(number: int, seed: int, people: int) -> set[int]:
    """Who is in the group at first: up to forty people; in the first group most of the company."""
    if number == 0:
        return {one for one in range(people) if one % 10 != 9 and one < _BIGGEST}
    dice = random.Random(f"{seed} group {number}")  # no secret # nosec B311
    return set(dice.sample(range(people), dice.randint(min(2, people), min(40, people))))


def _cultures() -> list[tuple[list[_Pair], list[_Pair]]]:
    """Given and family names that go together, from names.json."""
    text = resources.files(__package__).joinpath("names.json").read_text(encoding="utf-8")
    return [
        ([_pair(name) for name in culture["given"]], [_pair(name) for name in culture["family"]])
        for culture in json.loads(text).values()
    ]


def _pair(name: str) -> _Pair:
    written, _, plain = name.partition("|")
    bare = unicodedata.normalize("NFKD", plain or written)
    kept = "".join(letter for letter in bare if letter.isascii() and (letter.isalnum() or letter in "'-"))
    return written, kept[:_LONGEST_IN_ADDRESS]
