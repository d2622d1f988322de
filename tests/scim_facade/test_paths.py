"""Paths of PATCH operations: where one leads, and what is none (RFC 7644 §3.5.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_facade import filters
from scim_facade.attributes import Attribute
from scim_facade.errors import InvalidPath
from scim_facade.paths import Path, parse
from scim_facade.schemas import ENTERPRISE_URN, GROUP, USER
from tests.scim_facade.strategies import element_trees


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("userName", "userName"),
        (" USERNAME ", "userName"),
        ("name.familyName", "name.familyName"),
        ("NAME.FAMILYNAME", "name.familyName"),
        ("emails", "emails"),
        ("emails.value", "emails.value"),
        ('emails[type eq "work"]', 'emails[type eq "work"]'),
        ('emails[type eq "work"].value', 'emails[type eq "work"].value'),
        ('emails[type eq "work" and value ew "@x"]', 'emails[type eq "work" and value ew "@x"]'),
        ('Emails[TYPE EQ "work"].VALUE', 'emails[type eq "work"].value'),
        ('emails [ type eq "work" ].value', 'emails[type eq "work"].value'),
        ('emails[value eq "a]b"].type', 'emails[value eq "a]b"].type'),
        ('emails[value eq "a].type"]', 'emails[value eq "a].type"]'),
        ('roles[primary eq "True"].display', "roles[primary eq true].display"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "name.givenName"),
        ('urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value', 'emails[type eq "work"].value'),
        (f"{ENTERPRISE_URN}:department", f"{ENTERPRISE_URN}:department"),
        (f"{ENTERPRISE_URN.lower()}:DEPARTMENT", f"{ENTERPRISE_URN}:department"),
        (f"{ENTERPRISE_URN}:manager.value", f"{ENTERPRISE_URN}:manager.value"),
        (f"{ENTERPRISE_URN}:manager.$ref", f"{ENTERPRISE_URN}:manager.$ref"),
        # Microsoft writes a dot between the two as well, and older Entra bodies no URN at all.
        (f"{ENTERPRISE_URN}.manager", f"{ENTERPRISE_URN}:manager"),
        ("manager", f"{ENTERPRISE_URN}:manager"),
        ("meta.created", "meta.created"),
    ],
)
def test_a_path_leads_to(text: str, path: str) -> None:
    assert str(parse(text, USER)) == path


def test_a_path_of_a_group_leads_to_its_members() -> None:
    path = parse('members[value eq "1"].display', GROUP)
    assert (path.attribute.name, path.leaf.name, str(path.value_filter)) == ("members", "display", 'value eq "1"')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        ".",
        "userName.",
        ".userName",
        "name..givenName",
        "name.givenName.x",
        "nosuch",
        "name.nosuch",
        "emails.nosuch",
        "__proto__",
        "__class__.__init__",
        "constructor.prototype",
        "user name",
        "userName eq",
        'userName[value eq "x"]',
        'name[givenName eq "x"]',
        'emails.value[type eq "work"]',
        'emails[type eq "work"',
        'emails type eq "work"]',
        "emails[]",
        'emails[nosuch eq "x"]',
        'emails[type eq "work"]value',
        'emails[type eq "work"] value',
        'emails[type eq "work"].',
        'emails[type eq "work"].nosuch',
        'emails[type eq "work"].value.x',
        'emails[type eq "work"][value eq "x"]',
        'emails[type eq "work"].value eq "x"',
        'emails[emails[type eq "work"]]',
        "emails[0]",
        "urn:nobody:User:userName",
        "urn:ietf:params:scim:schemas:core:2.0:User:nosuch",
        "urn:ietf:params:scim:schemas:core:2.0:User:",
        f"{ENTERPRISE_URN}:userName",
        f"{ENTERPRISE_URN}:",
        "userName\0",
        "emails[" + "(" * 20 + "type pr" + ")" * 20 + "]",
        "x" * (filters.MAX_CHARACTERS + 1),
    ],
)
def test_what_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(InvalidPath):
        parse(text, USER)


@settings(deadline=None)
@given(st.data(), st.sampled_from([one for one in USER.attributes.values() if one.multi_valued and one.sub_attributes]))
def test_a_path_is_read_back_from_its_text(data: st.DataObject, attribute: Attribute) -> None:
    part = data.draw(st.sampled_from([None, *attribute.sub_attributes]))
    path = Path(None, attribute, data.draw(element_trees(attribute)), part)
    assert parse(str(path), USER) == path
