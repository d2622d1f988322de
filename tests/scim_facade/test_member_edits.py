"""Edits of members: many in one request come down to who joins and who leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_facade import filters, patch
from scim_facade.errors import InvalidValue
from scim_facade.member_edits import (
    Member,
    MemberEdit,
    MembersAdd,
    MembersClear,
    MembersNet,
    MembersRemove,
    MembersRemoveWhere,
    MembersReplace,
    netted,
)
from scim_facade.reading import read_resource
from scim_facade.schemas import GROUP

IDS = st.sampled_from(["a", "b", "c", "d", "e"])
MEMBERS = st.lists(IDS.map(Member), max_size=4).map(tuple)
EDITS: st.SearchStrategy[MemberEdit] = st.one_of(
    MEMBERS.map(MembersAdd),
    st.lists(IDS, max_size=3).map(tuple).map(MembersRemove),
    MEMBERS.map(MembersReplace),
    st.just(MembersClear()),
)
ANYBODY = MembersRemoveWhere(filters.parse('members[type eq "User"]', GROUP))


@given(st.frozensets(IDS), st.lists(EDITS, max_size=8))
def test_the_net_of_many_edits_leaves_whom_they_leave_one_by_one(
    before: frozenset[str], edits: list[MemberEdit]
) -> None:
    expected = set(before)
    for edit in edits:
        match edit:
            case MembersAdd(members):
                expected |= {member.value for member in members}
            case MembersRemove(values):
                expected -= set(values)
            case MembersReplace(members):
                expected = {member.value for member in members}
            case MembersClear():
                expected = set()
    after = set(before)
    for net in netted(edits):
        assert isinstance(net, MembersNet)
        joining = {member.value for member in net.joining}
        assert not joining & set(net.leaving)
        after = (set() if net.alone else after - set(net.leaving)) | joining
    assert after == expected


@pytest.mark.parametrize("op", ["add", "replace", "remove"])
@pytest.mark.parametrize("member", [{"display": "Ada"}, {"$ref": "../Users/ada"}, {"value": "", "type": "User"}])
def test_a_member_without_an_id_is_refused_rather_than_passed_over(op: str, member: dict[str, str]) -> None:
    """Passed over, a replace would empty the group."""
    with pytest.raises(InvalidValue, match=r"members\.value is required"):
        patch.read({"Operations": [{"op": op, "path": "members", "value": [member]}]}, GROUP)
    with pytest.raises(InvalidValue, match=r"members\.value is required"):
        read_resource({"displayName": "Engines", "members": [member]}, GROUP)


def test_edits_come_down_to_one() -> None:
    ada, alan = Member("ada"), Member("alan", "User")
    edits = [MembersRemove(("alan", "grace")), MembersAdd((ada, alan)), MembersRemove(("ADA",))]
    assert list(netted(edits)) == [MembersNet((alan,), ("grace", "ADA"))]
    assert list(netted([])) == []


def test_a_removal_by_a_filter_sees_what_was_done_before_it() -> None:
    ada = Member("ada")
    assert list(netted([MembersAdd((ada,)), ANYBODY, MembersAdd((ada,))])) == [
        MembersNet((ada,)),
        ANYBODY,
        MembersNet((ada,)),
    ]
