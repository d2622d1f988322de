"""Integrations, as SQL sees them."""

from __future__ import annotations

from catalog.tables.nouns import Field, Noun, page_address, public

INTEGRATIONS = Noun(
    "integrations",
    "i",
    "i.deleted_at IS NULL",
    {
        "id": Field("i.id", "uuid", names="Integration"),
        "name": Field("i.name", "text"),
        "type": Field("i.type", "text"),
        "version": Field("i.version", "integer"),
        "created_at": Field("i.created_at", "instant"),
        "updated_at": Field("i.updated_at", "instant"),
        "html_url": page_address("integrations", lambda say: public(say, "Integration", "i.id")),
    },
)
