"""People and groups to rehearse with: believable, of many languages, the same ones for the same seed.

Their addresses lie under a reserved domain (RFC 2606), so that no letter is ever sent to one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

DOMAIN = "rehearsal.example"

_NAMES = (
    ("Ada", "Lovelace"), ("Grace", "Hopper"), ("Siobhán", "O'Sullivan"), ("José María", "Muñoz de la Peña"),
    ("Łukasz", "Żółkiewski"), ("Zoë", "van den Berg"), ("Björk", "Guðmundsdóttir"), ("Aoife", "Ní Dhomhnaill"),
    ("Nguyễn Thị", "Minh Khai"), ("Chukwuemeka", "Okonkwo"), ("Anna-Maria", "Grün-Weiß"), ("Δημήτρης", "Παπαδόπουλος"),
    ("Екатерина", "Щербакова"), ("美咲", "佐藤"), ("伟", "张"), ("수진", "김"), ("محمد", "الخوارزمي"), ("נועה", "לוי"),
    ("Priya", "Venkataraman"), ("Jean-Baptiste", "L'Hôpital"), ("Mary Ann", "Smith Jr."), ("Ünal", "İnönü"),
)  # fmt: skip
_TITLES = ("Engineer", "Staff Engineer", "Designer", "Account Executive", "Nurse, ICU", "Head of R&D", "Analyst")
_DEPARTMENTS = ("Engineering", "Product", "Sales — EMEA", "People & Culture", "Finance", "R&D", "Support")
_TEAMS = ("Platform", "Payments", "Mobile", "Growth", "Data", "Security", "Café & Canteen", "Design System", "Legal")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the provider knows: what it sends of them, and the id that it was answered."""

    number: int
    user_name: str
    email: str
    given_name: str
    family_name: str
    title: str
    department: str
    employee_number: str
    external_id: str
    active: bool = True
    manager: str | None = None
    """The manager's id."""
    id: str = ""

    @property
    def display_name(self) -> str:
        """As the provider puts it together."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is pushed, and the numbers of the people in it."""

    number: int
    name: str
    external_id: str
    members: frozenset[int] = field(default=frozenset())
    id: str = ""


def person(number: int, run: str, seed: int) -> Person:
    """The person of that number."""
    dice = random.Random(f"{seed} person {number}")
    given, family = dice.choice(_NAMES)
    # A plus sign must be escaped in a query, and is what clients and servers most often get wrong.
    local = f"p{number}+{run}" if number % 10 == 3 else f"p{number}.{run}"
    return Person(
        number=number,
        user_name=f"{local}@{DOMAIN}",
        email=f"{local}@{DOMAIN}",
        given_name=given,
        family_name=family,
        title=dice.choice(_TITLES),
        department=dice.choice(_DEPARTMENTS),
        employee_number=f"{run}-{number:06}",
        external_id=f"00u{run}{number:08}",
    )


def group(number: int, run: str, seed: int, people: int) -> Group:
    """The group of that number, with up to forty people in it."""
    dice = random.Random(f"{seed} group {number}")
    size = dice.randint(min(2, people), min(40, people))
    members = frozenset(dice.sample(range(people), size))
    return Group(number, f"{_TEAMS[number % len(_TEAMS)]} {number} ({run})", f"00g{run}{number:08}", members)


def promoted(somebody: Person, run: str) -> Person:
    """The person after a change of job: another title and department, for some another name and address."""
    changed = replace(somebody, title=f"Senior {somebody.title}", department="Strategy")
    if somebody.number % 7 == 0:
        changed = replace(changed, family_name=f"{somebody.family_name}-Ångström")
    if somebody.number % 9 == 0:
        changed = replace(changed, email=f"new.{somebody.number}.{run}@{DOMAIN}")
    return changed
