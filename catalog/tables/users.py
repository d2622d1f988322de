"""People, as SQL sees them."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.dialects import Dialect
from catalog.selection import Column, Order
from catalog.tables.changes import membership_changes
from catalog.tables.descriptions import OF_AN_OWNER
from catalog.tables.history import of_person
from catalog.tables.nouns import Field, Link, Noun, Relation, alive, page_address, public

BY_NAME = (Order(Column("name")),)


def external_ids(kind: str) -> Relation:
    return Relation(
        "external_ids x",
        "x.subject_id",
        f"x.subject_kind = '{kind}' AND x.until = {{forever}}",
        {"integration_id": Field("x.integration_id", "uuid"), "value": Field("x.value", "text")},
    )


def integration(*, required: bool = False) -> Link:
    """The integration that the row belongs to."""
    return Link("integrations", "{self}.id = {parent}.integration_id", one="joined", required=required)


LOCKED = (
    *("userName", "name", "givenName", "familyName", "email", "title", "department", "employeeNumber", "userType"),
    *("manager", "attributes", "existence"),
)
"""What an integration manages of its people and nobody else may change. Not their status: an administrator may
deactivate anybody."""


def locked_fields(alias: str, names: Sequence[str], also: str = "''") -> Field:
    """The fields that the row's integration manages and nobody here may change, as a JSON array of names.

    `also` is SQL for the text of further ones, each with a comma before it.
    """
    told = ",".join(f'"{name}"' for name in names)

    def shown(say: Dialect) -> str:
        settings = f"SELECT {say.flag('mi.settings', 'allow_edits')} FROM integrations mi"
        is_open = f"{alias}.integration_id IS NULL OR ({settings} WHERE mi.id = {alias}.integration_id)"
        return f"CASE WHEN {is_open} THEN '[]' ELSE '[{told}' || {also} || ']' END"

    return Field("''", "json", shown=shown)


def _raw_scim(say: Dialect) -> str:
    """The person as the SCIM resource that their provider would read; null where nobody provisions them."""
    name = (
        "SELECT x.value FROM external_ids x WHERE x.subject_kind = 'user' AND x.subject_id = u.id "
        "AND x.integration_id = u.integration_id AND x.until = {forever}"
    )
    begins = (
        f"""'{{"id":"' || {say.text("u.id")} || '","externalId":' || coalesce({say.quoted(f"({name})")}, 'null')"""
        f""" || ',"userName":' || {say.quoted("u.user_name")} || ',"active":'"""
        """ || CASE WHEN u.deactivated_at IS NULL THEN 'true' ELSE 'false' END"""
        f""" || ',"meta":{{"resourceType":"User","created":"' || {say.instant("u.created_at")}"""
        f""" || '","lastModified":"' || {say.instant("u.updated_at")} || '"}}'"""
    )
    document = say.json_text("u.attributes")
    rest = f"CASE WHEN {document} = '{{}}' THEN '}}' ELSE ',' || substr({document}, 2) END"
    return f"CASE WHEN u.integration_id IS NOT NULL THEN {begins} || {rest} END"


USERS = Noun(
    "users",
    "u",
    "u.deleted_at IS NULL",
    {
        "id": Field("u.id", "uuid", names="User", is_unique=True),
        "user_name": Field("u.user_name_key", "folded", shown="u.user_name", is_unique=True),
        "display_name": Field("u.display_name_key", "folded", nullable=True),
        "name": Field("u.name_key", "folded", shown="u.name"),
        "given_name": Field("u.given_name", "text", nullable=True),
        "family_name": Field("u.family_name", "text", nullable=True),
        "email": Field("u.email_key", "folded", nullable=True, shown="coalesce(u.email, '')"),
        "title": Field("u.title", "text", nullable=True),
        "department": Field("u.department", "text", nullable=True),
        "employee_number": Field("u.employee_number", "text", nullable=True),
        "user_type": Field("u.user_type", "text", nullable=True),
        "manager_id": Field("u.manager_id", "uuid", nullable=True, names="User"),
        "role": Field("u.role", "text"),
        "active": Field("(u.deactivated_at IS NULL)", "boolean"),
        "status": Field("(CASE WHEN u.deactivated_at IS NULL THEN 'active' ELSE 'deactivated' END)", "text"),
        "deactivated_at": Field("u.deactivated_at", "instant", nullable=True),
        "invitation": Field("u.invitation", "text"),
        "last_sign_in_at": Field("u.last_sign_in_at", "instant", nullable=True),
        "provisioned_by": Field("u.provisioned_by", "text"),
        "integration_id": Field("u.integration_id", "uuid", nullable=True),
        "is_break_glass": Field("u.is_break_glass", "boolean"),
        "version": Field("u.version", "integer"),
        "created_at": Field("u.created_at", "instant"),
        "updated_at": Field("u.updated_at", "instant"),
        "html_url": page_address("users", lambda say: public(say, "User", "u.id")),
        "attributes": Field("u.attributes", "json", is_document=True),
        "raw_scim": Field("u.attributes", "json", nullable=True, shown=_raw_scim, is_kept=True),
        "locked_fields": locked_fields("u", LOCKED),
    },
    documents=("u.attributes", "u.attributes_key"),
    relations={
        "external_ids": external_ids("user"),
        "teams": Relation(
            "memberships m JOIN teams mt ON mt.id = m.team_id",
            "m.user_id",
            "m.valid_to = {forever} AND mt.deleted_at IS NULL",
            {
                "id": Field("m.team_id", "uuid"),
                "name": Field("mt.name_key", "folded"),
                "provider_name": Field("mt.provider_name_key", "folded"),
                "role": Field("m.role", "text", nullable=True),
            },
        ),
        "aliased_teams": Relation(
            "memberships m JOIN teams mt ON mt.id = m.team_id JOIN team_aliases ta ON ta.team_id = m.team_id",
            "m.user_id",
            "m.valid_to = {forever} AND mt.deleted_at IS NULL",
            {"alias": Field("ta.alias", "text")},
        ),
        "tags": Relation(
            "tags ut",
            "ut.owner_id",
            "ut.owner_kind = 'user'",
            {"key": Field("ut.key", "text"), "value": Field("ut.value", "text")},
        ),
    },
    links={
        **OF_AN_OWNER,
        "manager": Link(
            "users",
            "{self}.id = {parent}.manager_id AND {self}.deleted_at IS NULL",
            one="joined",
            attribute="manager",
        ),
        "reports": Link(
            "users",
            "{self}.manager_id = {parent}.id AND {self}.deleted_at IS NULL",
            orders=BY_NAME,
            attribute="manager",
        ),
        "external_ids": Link(
            "external_ids",
            "{self}.subject_kind = 'user' AND {self}.subject_id = {parent}.id",
            orders=(Order(Column("since"), descending=True),),
        ),
        "integration": integration(),
        "memberships": Link(
            "memberships",
            "{self}.user_id = {parent}.id AND {self}.valid_to = {forever} AND {team}.is_listed",
            orders=(Order(Column("team_name")),),
        ),
        "teams": Link(
            "teams",
            "m.user_id = {parent}.id AND m.valid_to = {forever} AND {self}.deleted_at IS NULL AND {self}.is_listed",
            source="memberships m JOIN teams {self} ON {self}.id = m.team_id",
            orders=BY_NAME,
        ),
        "past_memberships": Link(
            "past_memberships",
            f"{{self}}.user_id = {{parent}}.id AND {alive('{self}')} AND {{team}}.is_listed",
            orders=(Order(Column("team_name")),),
        ),
        "periods": Link(
            "user_periods",
            "{self}.user_id = {parent}.id AND {self}.valid_to > {self}.valid_from",
            orders=(Order(Column("valid_from"), descending=True),),
        ),
        "membership_changes": membership_changes("mx.user_id = {parent}.id"),
        "history": of_person("history"),
        "history_in_full": of_person("history_in_full"),
        "itself": Link("users", "{self}.id = {parent}.id", one="joined", required=True),
    },
)
