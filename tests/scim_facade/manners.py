"""What holds of every SCIM answer, whoever asked and whatever for: differences from it, each one a sentence.

Pure. The files of `conversations/` say what one answer holds; this says it once for all of them, so that no file
has to repeat it and none can forget it.
"""

from collections.abc import Mapping
from typing import Any, Final

ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

SCIM_TYPES: Final = {
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
}
"""RFC 7644 §3.12 and RFC 9865."""


def breaches(status: int, headers: Mapping[str, str], content: bytes, body: Any) -> list[str]:
    """In what an answer breaks the manners of SCIM; `headers` are looked up without regard to case."""
    if status in {204, 304}:
        return ["a body came with a status that has none (RFC 9110 §6.4.1)"] if content else []
    lines = []
    if not headers.get("content-type", "").startswith("application/scim+json"):
        lines.append(f"Content-Type is {headers.get('content-type')!r}, not application/scim+json (RFC 7644 §3.1)")
    if not isinstance(body, dict):
        return [*lines, "the body is not a JSON object"]
    schemas = body.get("schemas")
    if not isinstance(schemas, list) or not schemas:
        lines.append("`schemas` is missing (RFC 7643 §3)")
    elif status >= 400:
        lines += _error(status, schemas, body)
    elif LIST in schemas:
        lines += _list(body)
    else:
        lines += _resource(status, headers, body)
    return lines + list(_forbidden(body, "$"))


def _error(status: int, schemas: list[Any], body: dict[str, Any]) -> list[str]:
    lines = []
    if schemas != [ERROR]:
        lines.append(f"`schemas` of an error is {schemas}")
    if body.get("status") != str(status):
        lines.append(f"`status` of an error is {body.get('status')!r}, not the text {str(status)!r} (RFC 7644 §3.12)")
    if not isinstance(body.get("detail"), str) or not body["detail"].strip():
        lines.append("`detail` says nothing: Okta shows it to the administrator")
    if "scimType" in body and body["scimType"] not in SCIM_TYPES:
        lines.append(f"`scimType` {body['scimType']!r} is not in RFC 7644 §3.12")
    return lines


def _list(body: dict[str, Any]) -> list[str]:
    counts = {name: body.get(name) for name in ("totalResults", "itemsPerPage", "startIndex")}
    lines = [
        f"`{name}` is {value!r}, not a JSON integer (Okta fails with reason null)"
        for name, value in counts.items()
        if not isinstance(value, int) or isinstance(value, bool)
    ]
    resources = body.get("Resources", [])
    if counts["itemsPerPage"] != len(resources):
        lines.append(f"`itemsPerPage` is {counts['itemsPerPage']!r} with {len(resources)} resources (ory/polis#4054)")
    ids = [resource["id"] for resource in resources if "id" in resource]
    if len(ids) != len(set(ids)):
        lines.append("a resource is listed twice")
    return lines


def _resource(status: int, headers: Mapping[str, str], body: dict[str, Any]) -> list[str]:
    meta = body.get("meta", {})
    lines = []
    location = headers.get("location")
    if status == 201 and (location is None or location != meta.get("location")):
        lines.append(f"Location {location!r} is not meta.location {meta.get('location')!r} (RFC 7644 §3.3)")
    if "version" in meta and headers.get("etag", meta["version"]) != meta["version"]:
        lines.append(f"ETag {headers['etag']!r} is not meta.version {meta['version']!r} (RFC 7644 §3.14)")
    return lines


def _forbidden(value: Any, at: str) -> list[str]:
    match value:
        case None:
            return [f"{at} is null: an unassigned attribute is left out (Entra's reader of /Schemas wants no nulls)"]
        case dict():
            secret = [f"{at}.password came back: it is returned never (RFC 7643 §4.1.1)"] if "password" in value else []
            return secret + [line for name, element in value.items() for line in _forbidden(element, f"{at}.{name}")]
        case list():
            return [line for position, element in enumerate(value) for line in _forbidden(element, f"{at}[{position}]")]
        case _:
            return []
