"""People, as SQL sees them."""

from __future__ import annotations

from catalog.selection import Column, Order
from catalog.tables.descriptions import OF_AN_OWNER
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


USERS = Noun(
    "users",
    "u",
    "u.deleted_at IS NULL",
    {
        "id": Field("u.id", "uuid", names="User"),
        "user_name": Field("u.user_name_key", "folded", shown="u.user_name"),
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
        "manager": Link("users", "{self}.id = {parent}.manager_id AND {self}.deleted_at IS NULL", one="joined"),
        "reports": Link("users", "{self}.manager_id = {parent}.id AND {self}.deleted_at IS NULL", orders=BY_NAME),
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
    },
)
