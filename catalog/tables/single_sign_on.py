"""Sign-in connections, as SQL sees them, with the addresses that a provider is told; and why sign-ins were refused."""

from __future__ import annotations

from catalog.dialects import Dialect
from catalog.tables.journal import NEWEST_FIRST
from catalog.tables.nouns import Field, Link, Noun
from catalog.tables.users import integration


def _address(step: str, kind: str | None = None) -> Field:
    """Where the connection is found for this step, of one kind of connections or of both."""

    def shown(say: Dialect) -> str:
        url = f"CAST({{base_url}} AS TEXT) || '/auth/' || sc.kind || '/' || {say.text('sc.id')} || '/{step}'"
        return url if kind is None else f"(CASE WHEN sc.kind = '{kind}' THEN {url} END)"

    return Field("''", "text", nullable=kind is not None, shown=shown)


CONNECTIONS = Noun(
    "sign_in_connections",
    "sc",
    "sc.deleted_at IS NULL",
    {
        "id": Field("sc.id", "uuid", names="SignInConnection"),
        "kind": Field("sc.kind", "text"),
        "name": Field("sc.name", "text"),
        "settings": Field("sc.settings", "json"),
        "admission": Field("sc.admission", "text"),
        "enabled": Field("sc.enabled", "boolean"),
        "has_secret": Field("(sc.secret IS NOT NULL)", "boolean"),
        "tested_at": Field("sc.tested_at", "instant", nullable=True),
        "version": Field("sc.version", "integer"),
        "created_at": Field("sc.created_at", "instant"),
        "updated_at": Field("sc.updated_at", "instant"),
        "integration_id": Field("sc.integration_id", "uuid", nullable=True),
        "start_url": _address("start"),
        "redirect_uri": _address("callback", "oidc"),
        "acs_url": _address("acs", "saml"),
        "entity_id": _address("metadata", "saml"),
    },
    links={
        "integration": integration(),
        "errors": Link("sign_in_errors", "{self}.connection_id = {parent}.id", orders=NEWEST_FIRST),
    },
)

ERRORS = Noun(
    "sign_in_errors",
    "se",
    "TRUE",
    {
        "id": Field("se.id", "uuid", names="SignInError"),
        "at": Field("se.at", "instant"),
        "code": Field("se.code", "text"),
        "message": Field("se.message", "text"),
        "connection_id": Field("se.connection_id", "uuid"),
    },
)
