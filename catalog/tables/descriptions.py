"""What hangs on teams and people, as SQL sees it: contacts, tags, properties and their definitions."""

from __future__ import annotations

from catalog.selection import Column, Order
from catalog.tables.nouns import Field, Link, Noun

BY_NAME = (Order(Column("name")),)

OF_AN_OWNER = {
    "contacts": Link("contacts", "{self}.owner_id = {parent}.id"),
    "tags": Link("tags", "{self}.owner_id = {parent}.id", orders=(Order(Column("key")), Order(Column("value")))),
}
"""Links of teams and people alike."""

OF_A_TEAM = {
    "properties": Link("properties", "{self}.team_id = {parent}.id", orders=(Order(Column("name")),)),
    "property": Link("properties", "{self}.team_id = {parent}.id", one="first"),
}

OF_AN_ACCOUNT = {
    "property_definitions": Link("property_definitions", "{self}.account_id = {parent}.id", orders=BY_NAME),
    "property_definition": Link("property_definitions", "{self}.account_id = {parent}.id", one="first"),
}

CONTACTS = Noun(
    "contacts",
    "c",
    "TRUE",
    {
        "id": Field("c.id", "uuid", names="Contact"),
        "type": Field("c.type", "text"),
        "address": Field("c.address", "text"),
        "display_name": Field("c.display_name", "text", nullable=True),
        "display_type": Field("c.display_type", "text", nullable=True),
        "external_id": Field("c.external_id", "text", nullable=True),
        "is_default": Field("c.is_default", "boolean"),
    },
)

TAGS = Noun(
    "tags",
    "g",
    "TRUE",
    {"id": Field("g.id", "uuid", names="Tag"), "key": Field("g.key", "text"), "value": Field("g.value", "text")},
)

PROPERTY_DEFINITIONS = Noun(
    "property_definitions",
    "d",
    "TRUE",
    {
        "id": Field("d.id", "uuid", names="PropertyDefinition"),
        "alias": Field("d.alias", "text"),
        "aliases": Field(
            "d.alias",
            "json",
            shown=lambda say: say.array("pd.alias", "property_definitions pd WHERE pd.id = d.id", "pd.id"),
        ),
        "name": Field("d.name", "text"),
        "description": Field("d.description", "text"),
        "locked_status": Field("d.locked_status", "text"),
        "schema": Field("d.schema", "json"),
        "display_type": Field("d.display_type", "text"),
        "display_subtype": Field("d.display_subtype", "text", nullable=True),
        "version": Field("d.version", "integer"),
    },
)

PROPERTIES = Noun(
    "properties",
    "p",
    "TRUE",
    {
        "id": Field("p.id", "uuid", names="Property"),
        "value": Field("p.value", "text"),
        "problems": Field("p.problems", "json"),
        "locked": Field("({definition}.locked_status <> 'unlocked')", "boolean"),
        "name": Field("{definition}.name", "text"),
        "alias": Field("{definition}.alias", "text"),
        "definition_id": Field("p.definition_id", "uuid", names="PropertyDefinition"),
    },
    links={
        "definition": Link("property_definitions", "{self}.id = {parent}.definition_id", one="joined", required=True),
        "team": Link("teams", "{self}.id = {parent}.team_id", one="joined", required=True),
    },
)
