"""Who may do what: every holder has a verdict on every operation, and whatever is not in the table is denied."""

from dataclasses import replace
from itertools import pairwise

import pytest

from catalog.actors import Actor, ActorKind, Role, Scope, command, everything, system
from catalog.errors import NotPermitted
from catalog.ids import new_id
from catalog.permissions import OPERATIONS, Holder, Verdict, holder, may, need, operations_of

ACCOUNT = new_id()
WRITES = frozenset({Scope.READ, Scope.WRITE})


def a_person(role: Role | None, scopes: frozenset[Scope] = WRITES) -> Actor:
    return Actor(ACCOUNT, ActorKind.PERSON, "Ada", scopes, id=new_id(), role=role)


HOLDERS = {
    Holder.ADMIN: a_person(Role.ADMIN, WRITES | {Scope.ADMIN}),
    Holder.STANDARDS_ADMIN: a_person(Role.STANDARDS_ADMIN),
    Holder.USER: a_person(Role.USER),
    Holder.TEAM_MEMBER: a_person(Role.TEAM_MEMBER),
    Holder.SERVICE: Actor(ACCOUNT, ActorKind.SERVICE, "nightly", WRITES, id=new_id()),
    Holder.SCIM: Actor(ACCOUNT, ActorKind.INTEGRATION, "Okta", frozenset({Scope.SCIM}), integration_id=new_id()),
    Holder.OPERATOR: command(ACCOUNT),
}
PEOPLE = [Holder.ADMIN, Holder.STANDARDS_ADMIN, Holder.USER, Holder.TEAM_MEMBER]

ADMINISTRATORS_ALONE = {
    *("account.update", "users.read_hidden", "users.create", "users.invite", "users.set_role", "users.deactivate"),
    *("users.delete", "users.export", "users.erase", "history.import", "integrations.manage", "provisioning.read"),
    *("sign_in.manage", "audit.read"),
}


def test_g18_every_holder_has_a_verdict_on_every_operation() -> None:
    assert set(HOLDERS) == set(Holder)
    assert {name: set(operation.verdicts) for name, operation in OPERATIONS.items()} == {
        name: set(Holder) for name in OPERATIONS
    }


@pytest.mark.parametrize("asks_as", Holder)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_answered_is_what_the_table_says(operation: str, asks_as: Holder) -> None:
    actor, expected = HOLDERS[asks_as], OPERATIONS[operation].verdicts[asks_as]
    assert holder(actor) is asks_as
    assert may(actor, operation) is (expected is Verdict.YES)
    assert may(actor, operation, own=True) is (expected is not Verdict.NO)


@pytest.mark.parametrize("asks_as", Holder)
def test_an_operation_that_is_not_in_the_table_is_denied_to_everybody(asks_as: Holder) -> None:
    assert not may(HOLDERS[asks_as], "everything.do", own=True)
    with pytest.raises(NotPermitted):
        need(HOLDERS[asks_as], "everything.do", own=True)


@pytest.mark.parametrize("role", Role)
def test_every_role_is_a_column(role: Role) -> None:
    assert holder(a_person(role)) is Holder(role.value)


def test_muster_itself_and_the_command_are_the_operator() -> None:
    assert [holder(actor) for actor in (command(ACCOUNT), system(ACCOUNT))] == [Holder.OPERATOR] * 2
    assert list(operations_of(system(ACCOUNT))) == list(OPERATIONS)


def test_a_person_without_a_role_may_do_nothing() -> None:
    nobody = a_person(None, everything())
    assert holder(nobody) is None
    assert not list(operations_of(nobody))
    with pytest.raises(NotPermitted):
        need(nobody, "users.read")


def test_administrators_alone_do_what_is_theirs() -> None:
    for asks_as in (Holder.STANDARDS_ADMIN, Holder.USER, Holder.TEAM_MEMBER, Holder.SERVICE):
        assert not [name for name in ADMINISTRATORS_ALONE if may(HOLDERS[asks_as], name)]
    assert [name for name in ADMINISTRATORS_ALONE if may(HOLDERS[Holder.ADMIN], name)] == list(ADMINISTRATORS_ALONE)


def test_a_service_token_is_never_an_administrators_whatever_its_scopes() -> None:
    greedy = replace(HOLDERS[Holder.SERVICE], scopes=everything())
    assert not [name for name in ADMINISTRATORS_ALONE if may(greedy, name, own=True)]


@pytest.mark.parametrize(("more", "less"), list(pairwise(Role)))
def test_a_higher_role_may_do_all_that_a_lower_one_may(more: Role, less: Role) -> None:
    for name in OPERATIONS:
        for own in (True, False):
            assert may(a_person(more), name, own=own) or not may(a_person(less), name, own=own), name


@pytest.mark.parametrize("asks_as", [*PEOPLE, Holder.SERVICE])
def test_a_read_token_reads_what_its_owner_may_see_and_writes_nothing(asks_as: Holder) -> None:
    reader = replace(HOLDERS[asks_as], scopes=HOLDERS[asks_as].scopes - {Scope.WRITE})
    for name, operation in OPERATIONS.items():
        assert may(reader, name, own=True) is (not operation.writes and may(HOLDERS[asks_as], name, own=True)), name


def test_a_team_member_edits_their_own_teams_alone() -> None:
    actor = HOLDERS[Holder.TEAM_MEMBER]
    need(actor, "teams.update", own=True)
    with pytest.raises(NotPermitted) as refused:
        need(actor, "teams.update")
    assert str(refused.value) == "Ada may do this to what is their own alone (teams.update)."


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ("teams.update", "This needs the scope 'write', which Ada does not have."),
        ("audit.read", "Ada may not do this (audit.read)."),
    ],
)
def test_a_refusal_says_what_is_missing(operation: str, reason: str) -> None:
    with pytest.raises(NotPermitted) as refused:
        need(a_person(Role.USER, frozenset({Scope.READ})), operation)
    assert refused.value.reason == reason


def test_the_list_for_the_ui_tells_all_from_ones_own() -> None:
    listed = list(operations_of(HOLDERS[Holder.TEAM_MEMBER]))
    assert "teams.read" in listed
    assert "teams.update:own" in listed
    assert not {"teams.update", "teams.create", "teams.create:own"} & set(listed)
