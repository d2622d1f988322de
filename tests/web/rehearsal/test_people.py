"""People who are believable, the same ones for the same seed, and no burden however many they are."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from web.rehearsal.directory import Directory, State
from web.rehearsal.people import DOMAIN, People, group_name

A_COMPANY = [People("r8f3a2", seed=1).person(number) for number in range(2000)]


def test_the_same_seed_gives_the_same_people() -> None:
    assert People("r8f3a2", seed=1).person(17) == A_COMPANY[17]
    assert People("r8f3a2", seed=2).person(17) != A_COMPANY[17]


def test_nobody_shares_a_name_or_address_with_another() -> None:
    for attribute in ("user_name", "email", "key"):
        assert len({getattr(person, attribute).casefold() for person in A_COMPANY}) == len(A_COMPANY)
    assert len({group_name(number, "r", renamed=is_) for number in range(99) for is_ in (True, False)}) == 198


def test_addresses_are_ascii_under_the_reserved_domain_and_carry_the_run() -> None:
    for address in (address for person in A_COMPANY for address in (person.user_name, person.email)):
        local, _, domain = address.partition("@")
        assert domain == DOMAIN
        assert local.isascii()
        assert len(local) <= 64, "RFC 5321 §4.5.3.1.1"
        assert "r8f3a2" in local
        assert ".." not in local
        assert not local.startswith(".")


def test_names_are_of_many_kinds() -> None:
    written = [person.display_name for person in A_COMPANY]
    assert any("'" in name for name in written), "an apostrophe"
    assert any("’" in name for name in written), "a typographic one"
    assert any("ø" in name or "ñ" in name for name in written), "accents"
    assert any(len(name) > 40 for name in written), "long ones"
    assert any(ord(letter) > 0xFFFF for name in written for letter in name), "outside the basic plane"
    for script in ("佐", "Щ", "Ε", "ا", "ל", "김", "श"):
        assert any(script in name for name in written), script
    addresses = [person.user_name for person in A_COMPANY]
    assert any("+" in address for address in addresses), "plus addresses"
    assert any(address != address.lower() for address in addresses), "capitals"
    assert any(person.user_name != person.email for person in A_COMPANY)
    assert any(person.department is None for person in A_COMPANY)


@given(st.integers(0, 99), st.sampled_from(range(16)))
def test_what_happens_to_people_leaves_the_rest_of_them_as_it_was(number: int, flags: int) -> None:
    state = State(flags)
    directory = Directory(run="r", seed=1, users=100, groups=0)
    before = directory.person(number)
    directory.remember(number, state, manager=-1)
    after = directory.person(number)

    assert (after.user_name != before.user_name) == (State.RENAMED in state)
    assert (after.family_name != before.family_name) == (State.RENAMED in state)
    assert (after.title is None) == (State.CLEARED in state)
    assert (after.mobile is not None) == (State.MOVED in state and State.CLEARED not in state)
    assert after.active == (State.INACTIVE not in state)
    assert (after.key, after.given_name, after.employee_number) == (
        before.key, before.given_name, before.employee_number,
    )  # fmt: skip


def test_a_hundred_thousand_people_in_two_thousand_groups_fit_into_memory() -> None:
    tracemalloc.start()
    try:
        directory = Directory(run="r8f3a2", seed=1, users=100_000, groups=2000)
        for number in range(100_000):
            directory.created(number, f"0192f0c8-6c1e-7d3a-9a52-{number:012}")
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < 40 * 2**20
