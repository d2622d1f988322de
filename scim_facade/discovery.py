"""ServiceProviderConfig, ResourceTypes and Schemas (RFC 7644 §4): what this server does, and only that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from catalog.cursors import CURSOR_LIFETIME_S
from scim_facade import answers, bulk, paging
from scim_facade.answers import Answer
from scim_facade.errors import ScimError
from scim_facade.extensions import user_schema
from scim_facade.resources import Caller, Json
from scim_facade.schemas import GROUP, ResourceSchema, Schema

CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"

# Microsoft's Postman collection asks for the configuration under this name.
CONFIG_NAMES = ("serviceproviderconfig", "serviceconfiguration")


def find(
    caller: Caller, name: str, rest: Sequence[str], query: Mapping[str, str]
) -> Callable[[], Awaitable[Answer]] | None:
    """The handler of a discovery path, or None if it is none. A filter is refused (§4), all else is ignored."""
    match name.lower(), list(rest):
        case (known, []) if known in CONFIG_NAMES:
            body: Json | list[Json] | None = service_provider_config(caller)
        case ("resourcetypes", []):
            body = [resource_type(caller, schema) for schema in _types(caller)]
        case ("resourcetypes", [one]):
            body = next((resource_type(caller, s) for s in _types(caller) if s.name.lower() == one.lower()), None)
        case ("schemas", []):
            body = [_schema(caller, schema) for schema in _schemas(caller)]
        case ("schemas", [one]):
            body = next((_schema(caller, s) for s in _schemas(caller) if s.urn.lower() == one.lower()), None)
        case _:
            return None

    async def handler() -> Answer:
        if "filter" in query:
            raise ScimError(403, "Discovery cannot be filtered (RFC 7644 §4).")
        if body is None:
            raise ScimError(404, f"There is no {name} {'/'.join(rest)[:200]!r}.")
        if isinstance(body, list):
            return answers.message(
                {
                    "schemas": [answers.LIST_RESPONSE],
                    "totalResults": len(body),
                    "itemsPerPage": len(body),
                    "startIndex": 1,
                    "Resources": body,
                }
            )
        return answers.message(body)

    return handler


def service_provider_config(caller: Caller) -> Json:
    """What is supported (RFC 7643 §5)."""
    return {
        "schemas": [CONFIG],
        "documentationUri": f"{caller.base_url.removesuffix('/scim/v2')}/docs/scim",
        "patch": {"supported": True},
        # authentik takes maxOperations as the size of its chunks of members, and stops at zero.
        "bulk": {
            "supported": True,
            "maxOperations": bulk.MAX_OPERATIONS,
            "maxPayloadSize": bulk.MAX_PAYLOAD_BYTES,
        },
        "filter": {"supported": True, "maxResults": paging.MAX_COUNT},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            # Okta and Entra page by startIndex, and must never be given a cursor unasked.
            "defaultPaginationMethod": "index",
            "defaultPageSize": paging.DEFAULT_COUNT,
            "maxPageSize": paging.MAX_COUNT,
            "cursorTimeout": CURSOR_LIFETIME_S,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "API token",
                "description": "The bearer token of a SCIM integration, made on the integration's page.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{caller.base_url}/ServiceProviderConfig"},
    }


def resource_type(caller: Caller, schema: ResourceSchema) -> Json:
    """One resource type (RFC 7643 §6)."""
    return {
        "schemas": [RESOURCE_TYPE],
        "id": schema.name,
        "name": schema.name,
        "endpoint": schema.endpoint,
        "description": schema.description,
        "schema": schema.core.urn,
        "schemaExtensions": [{"schema": extension.urn, "required": False} for extension in schema.extensions],
        "meta": {"resourceType": "ResourceType", "location": f"{caller.base_url}/ResourceTypes/{schema.name}"},
    }


def _types(caller: Caller) -> list[ResourceSchema]:
    return [user_schema(caller.extension), GROUP]


def _schemas(caller: Caller) -> list[Schema]:
    return [schema for kind in _types(caller) for schema in (kind.core, *kind.extensions)]


def _schema(caller: Caller, schema: Schema) -> Json:
    return {
        "schemas": [SCHEMA],
        **schema.as_json(),
        "meta": {"resourceType": "Schema", "location": f"{caller.base_url}/Schemas/{schema.urn}"},
    }
