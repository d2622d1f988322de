"""PATCH of a group: every form in which clients edit members comes down to a few deltas."""

from typing import Any

import pytest

from scim_facade import patch
from scim_facade.errors import InvalidValue, Mutability, NoTarget, ScimError
from scim_facade.member_edits import (
    Member,
    MemberEdit,
    MembersAdd,
    MembersClear,
    MembersRemove,
    MembersRemoveWhere,
    MembersReplace,
    member_edits,
)
from scim_facade.schemas import GROUP

Json = dict[str, Any]


def op(op: str, path: str | None = None, *value: Any) -> Json:
    return {"op": op, **({"path": path} if path else {}), **({"value": value[0]} if value else {})}


@pytest.mark.parametrize(
    ("operation", "edits"),
    [
        (
            op("add", "members", [{"value": "1"}, {"value": "2", "type": "Group"}]),
            [MembersAdd((Member("1"), Member("2", "Group")))],
        ),
        (op("add", "members", {"value": "1", "$ref": None, "display": None}), [MembersAdd((Member("1"),))]),
        # Microsoft's Postman collection sends bare ids.
        (op("add", "members", ["1", "2"]), [MembersAdd((Member("1"), Member("2")))]),
        (op("Add", None, {"members": [{"value": "1"}]}), [MembersAdd((Member("1"),))]),
        (op("replace", "members", [{"value": "1"}]), [MembersReplace((Member("1"),))]),
        (op("replace", "members", []), [MembersClear()]),
        (op("replace", "members", None), [MembersClear()]),
        (
            op("replace", None, {"id": "g", "displayName": "x", "members": [{"value": "1"}]}),
            [MembersReplace((Member("1"),))],
        ),
        (op("remove", "members"), [MembersClear()]),
        (op("remove", "members", None), [MembersClear()]),
        (op("remove", "members", [{"value": "1"}]), [MembersRemove(("1",))]),
        (op("Remove", "members", [{"value": "1", "$ref": None}]), [MembersRemove(("1",))]),
        (op("remove", "members", "1"), [MembersRemove(("1",))]),
        (op("remove", "members", []), [MembersRemove(())]),
        (op("remove", 'members[value eq "1"]'), [MembersRemove(("1",))]),
        (op("remove", 'members[value eq "1" or value eq "2"]'), [MembersRemove(("1", "2"))]),
        (op("add", "members", []), []),
        (op("replace", "displayName", "x"), []),
    ],
)
def test_members_are_edited_by(operation: Json, edits: list[MemberEdit]) -> None:
    _, deltas = member_edits(patch.read({"Operations": [operation]}, GROUP))
    assert deltas == edits


def test_members_that_a_filter_describes_are_removed_where_it_holds() -> None:
    _, [edit] = member_edits(patch.read({"Operations": [op("remove", 'members[type eq "Group"]')]}, GROUP))
    assert isinstance(edit, MembersRemoveWhere)
    assert str(edit.filter) == 'type eq "Group"'


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        (op("replace", 'members[value eq "1"].type', "Group"), Mutability),
        (op("add", "members.value", "1"), Mutability),
        (op("replace", 'members[value eq "1"]', {"value": "2"}), NoTarget),
        (op("remove", "displayName"), Mutability),
        (op("add", "members", [7.5, True]), InvalidValue),
    ],
)
def test_a_group_is_not_edited_by(operation: Json, refused: type[ScimError]) -> None:
    def edited() -> None:
        others, _ = member_edits(patch.read({"Operations": [operation]}, GROUP))
        patch.apply(others, {"displayName": "Payments"}, GROUP)

    with pytest.raises(refused):
        edited()
