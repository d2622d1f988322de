"""One handler per HTTP verb that is about one resource, for any resource type (RFC 7644 §3.3–3.6).

A write is one change, and its row in the provisioning log is part of it. What is refused undoes all of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any

from catalog.changes import Change, change, uninterrupted
from catalog.errors import WaitsToBeLinked
from catalog.ids import as_uuid
from catalog.services import deliveries, integrations
from scim_facade import answers, json_boundary, versions
from scim_facade.answers import Answer
from scim_facade.errors import ScimError
from scim_facade.projection import Projection
from scim_facade.resources import Caller, Found, Json, ResourceType

JSON_MEDIA_TYPES = ("application/scim+json", "application/json")


class Call:
    """One request on its way: who asks, what they sent, and what the log will say of it."""

    def __init__(
        self,
        caller: Caller,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: Callable[[], Awaitable[bytes]],
        shown_path: str | None = None,
    ) -> None:
        self.caller, self.method, self.path = caller, method, path
        self.query, self.headers = query, headers
        """The query's names in lower case, as clients write them in any."""
        self.started = perf_counter()
        self.body = b""
        self.resource: tuple[str, str | None, str | None] = ("", None, None)
        """What it was about: the catalog's noun, an id, a name."""
        self.shape: str | None = None
        """What its path has in common with the paths of like requests, where that is known."""
        self.warnings: list[str] = []
        self.is_logged = False
        self._read = body
        self._shown_path = shown_path or path

    async def json(self) -> Json:
        """The body, an object. Raises InvalidSyntax; ScimError 415 for a media type that is no JSON."""
        sent = self.headers.get("content-type", JSON_MEDIA_TYPES[0]).partition(";")[0].strip().lower()
        self.body = await self._read()
        if sent and sent not in JSON_MEDIA_TYPES:
            raise ScimError(415, f"Send application/scim+json or application/json, not {sent[:100]!r}.")
        return json_boundary.load_object(self.body)

    def wanted(self, kind: ResourceType) -> Projection:
        """What the query says is to be answered of a resource."""
        schema = kind.schema(self.caller)
        return Projection.read(self.query.get("attributes"), self.query.get("excludedattributes"), schema)

    def about(self, kind: ResourceType, found: Found) -> None:
        """The log's row is about this resource."""
        self.resource = (kind.kind, found.id, found.name)
        self.warnings += found.warnings

    def event(self, answer: Answer, reason: str | None = None) -> dict[str, Any]:
        """What the provisioning log keeps of this request."""
        noun, id, name = self.resource
        return {
            "method": self.method,
            "path": self._shown_path,
            "status": answer.status_code,
            "duration_ms": (perf_counter() - self.started) * 1000,
            "resource_kind": noun or None,
            "resource_id": id,
            "resource_name": name,
            "request_body": self.body,
            "response_body": answer.body,
            "reason": reason or " ".join(self.warnings) or None,
        }


async def create(call: Call, kind: ResourceType) -> Answer:
    """POST (§3.3): 201, the whole resource and where it is."""
    body = await call.json()
    wanted = call.wanted(kind)

    async def work(this: Change) -> Answer:
        found = await kind.create(this, call.caller, body)
        return _written(call, kind, _shaped(found, wanted), 201)

    return await _in_change(call, kind, work)


async def get(call: Call, kind: ResourceType, id: str) -> Answer:
    """GET of one (§3.4.1), or 304 where the caller has it already."""
    known = as_uuid(id)
    found = await kind.get(call.caller, known, call.wanted(kind)) if known else None
    if found is None:
        raise _nobody(kind, id)
    call.about(kind, found)
    if versions.is_known(call.headers.get("if-none-match"), found.version):
        return answers.unchanged(found)
    return answers.found(found, _location(call, kind, found))


async def replace(call: Call, kind: ResourceType, id: str) -> Answer:
    """PUT (§3.5.1): 200 and the whole resource; never creates."""
    body = await call.json()
    wanted, version = call.wanted(kind), versions.required(call.headers.get("if-match"))
    known = as_uuid(id)
    if known is None:
        raise _nobody(kind, id)

    async def work(this: Change) -> Answer:
        found = await kind.replace(this, call.caller, known, body, version)
        return _written(call, kind, _shaped(found, wanted))

    return await _in_change(call, kind, work)


async def patch(call: Call, kind: ResourceType, id: str) -> Answer:
    """PATCH (§3.5.2): all of its operations or none."""
    body = await call.json()
    wanted, version = call.wanted(kind), versions.required(call.headers.get("if-match"))
    known = as_uuid(id)
    if known is None:
        raise _nobody(kind, id)

    async def work(this: Change) -> Answer:
        found = await kind.change(this, call.caller, known, body, version, wanted)
        return _written(call, kind, found)

    return await _in_change(call, kind, work)


async def delete(call: Call, kind: ResourceType, id: str) -> Answer:
    """DELETE (§3.6): 204, and 404 from then on."""
    version = versions.required(call.headers.get("if-match"))
    known = as_uuid(id)
    if known is None:
        raise _nobody(kind, id)

    async def work(this: Change) -> Answer:
        name = await kind.delete(this, call.caller, known, version)
        call.resource = (kind.kind, id, name)
        return answers.gone()

    return await _in_change(call, kind, work)


async def _in_change(call: Call, kind: ResourceType, work: Callable[[Change], Awaitable[Answer]]) -> Answer:
    """The answer of a write, carried to its end whatever becomes of the client, and logged in the same change."""

    async def whole() -> Answer:
        async with change(call.caller.actor) as this:
            answer = await work(this)
            deliveries.record(this, **call.event(answer))
        call.is_logged = True
        return answer

    try:
        return await uninterrupted(whole)
    except WaitsToBeLinked as waiting:
        call.resource = (kind.kind, str(waiting.exists_as), waiting.name)
        await uninterrupted(partial(_ask, call, waiting))
        raise


async def _ask(call: Call, waiting: WaitsToBeLinked) -> None:
    """The wish put into the queue, in a change of its own: the one that wished it is undone."""
    async with change(call.caller.actor) as this:
        await integrations.ask(
            this,
            kind=f"link_{waiting.kind}",
            subject_id=waiting.exists_as,
            name=waiting.name,
            external_id=waiting.external_id,
        )


def _written(call: Call, kind: ResourceType, found: Found, status: int = 200) -> Answer:
    call.about(kind, found)
    return answers.found(found, _location(call, kind, found), status)


def _shaped(found: Found, wanted: Projection) -> Found:
    """The same resource, as far as it is wanted (§3.9)."""
    if not wanted.given:
        return found
    shaped = wanted.shape(json_boundary.load_object(found.text))
    return Found(found.id, found.version, found.name, answers.dumps(shaped), found.warnings, found.sort_key)


def _location(call: Call, kind: ResourceType, found: Found) -> str:
    return f"{call.caller.base_url}{kind.endpoint}/{found.id}"


def _nobody(kind: ResourceType, id: str) -> ScimError:
    return ScimError(404, f"Resource {kind.name} {id[:100]!r} not found.")
