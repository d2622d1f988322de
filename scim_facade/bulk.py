"""/Bulk (RFC 7644 §3.7): many operations in one request, each of them the single call it stands for.

Every operation is a change of its own, with the same handlers and the same authority; a bulk is no transaction. An
operation waits for those whose `bulkId` it names. Where some name each other in a circle, they are made without what
they name, and given it afterwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from scim_facade import answers
from scim_facade.answers import Answer
from scim_facade.endpoints import Call
from scim_facade.errors import InvalidSyntax, InvalidValue, ScimError
from scim_facade.json_boundary import load_object
from scim_facade.resources import Json

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
MAX_OPERATIONS = 1000
MAX_PAYLOAD_BYTES = 8 * 1024 * 1024
_REFERENCE = "bulkId:"

Carry = Callable[[Call], Awaitable[Answer]]


@dataclass(slots=True)
class _Operation:
    """One operation, and what became of it."""

    method: str
    path: str
    bulk_id: str | None
    version: str | None
    data: Json
    result: Json | None = None
    names: set[str] = field(default_factory=set)
    """The bulkIds that it refers to."""


async def carry_out(call: Call, carry: Carry) -> Answer:
    """The BulkResponse: one result for each operation that was tried, in the order in which they were sent.

    Raises InvalidSyntax, InvalidValue; ScimError 413 for more operations than are taken.
    """
    body = {name.lower(): value for name, value in (await call.json()).items()}
    schemas, sent, most_errors = body.get("schemas"), body.get("operations"), body.get("failonerrors")
    if not isinstance(schemas, list) or BULK_REQUEST not in schemas:
        raise InvalidSyntax(f"schemas must name {BULK_REQUEST}.")
    if not isinstance(sent, list):
        raise InvalidSyntax("Operations must be a list.")
    if len(sent) > MAX_OPERATIONS:
        raise ScimError(413, f"{len(sent)} operations are more than maxOperations, {MAX_OPERATIONS}.", "tooMany")
    if most_errors is not None and (type(most_errors) is not int or most_errors < 1):
        raise InvalidValue("failOnErrors must be an integer above zero.")
    operations = [_read(one) for one in sent]
    _refuse_twins(operations)
    await _Bulk(call, carry, operations, most_errors).run()
    results = [operation.result for operation in operations if operation.result is not None]
    return answers.message({"schemas": [BULK_RESPONSE], "Operations": results})


class _Bulk:
    """The operations of one request on their way."""

    def __init__(self, call: Call, carry: Carry, operations: list[_Operation], most_errors: int | None) -> None:
        self._call, self._carry, self._operations = call, carry, operations
        self._most_errors = most_errors
        self._errors = 0
        self._made: dict[str, str] = {}
        """bulkId to id, of what has been made."""

    async def run(self) -> None:
        waiting = list(self._operations)
        promised = {operation.bulk_id for operation in waiting if operation.method == "POST"}
        while waiting and not self._is_over:
            ready = next((one for one in waiting if self._is_ready(one, promised)), None)
            if ready is not None:
                waiting.remove(ready)
                await self._one(ready, self._resolved(ready.data))
                if ready.bulk_id not in self._made:
                    promised.discard(ready.bulk_id)
            else:
                await self._circle(waiting)
                return

    @property
    def _is_over(self) -> bool:
        return self._most_errors is not None and self._errors >= self._most_errors

    def _is_ready(self, operation: _Operation, promised: set[str | None]) -> bool:
        """Whether nothing that it names is still to come. What never comes is left to the handler to refuse."""
        return all(name in self._made or name not in promised for name in operation.names)

    async def _circle(self, waiting: list[_Operation]) -> None:
        """Operations that name each other: made bare first, then given what they name."""
        bare = [operation for operation in waiting if operation.method == "POST"]
        for operation in bare:
            if self._is_over:
                return
            await self._one(operation, _without_references(operation.data))
        for operation in waiting:
            if self._is_over:
                return
            if operation.method != "POST":
                await self._one(operation, self._resolved(operation.data))
            elif operation.bulk_id in self._made:
                await self._complete(operation)

    async def _complete(self, operation: _Operation) -> None:
        id = self._made[str(operation.bulk_id)]
        whole = _Operation("PUT", f"{operation.path}/{id}", operation.bulk_id, None, operation.data)
        await self._one(whole, self._resolved(operation.data))
        made, completed = operation.result or {}, whole.result or {}
        if completed.get("status") == "200":
            operation.result = {**made, "version": completed["version"]}
        else:
            # Without what it was to refer to it is not what was asked for: 409, as §3.7.1 has it.
            operation.result = {**made, "status": "409", "response": completed.get("response")}

    async def _one(self, operation: _Operation, data: Any) -> None:
        path = operation.path
        head, slash, last = path.rpartition("/")
        if last.startswith(_REFERENCE) and (id := self._made.get(last.removeprefix(_REFERENCE))):
            path = f"{head}{slash}{id}"
        headers = {"if-match": operation.version} if operation.version else {}
        text = b"" if operation.method == "DELETE" else answers.dumps(data)

        async def body() -> bytes:
            return text

        inner = Call(
            self._call.caller, operation.method, path, query={}, headers=headers, body=body, shown_path=f"/Bulk: {path}"
        )
        answer = await self._carry(inner)
        result: Json = {"method": operation.method, "status": str(answer.status_code)}
        if operation.bulk_id is not None:
            result["bulkId"] = operation.bulk_id
        location = answer.headers.get("location") or (
            f"{self._call.caller.base_url}{path}" if operation.method != "POST" else None
        )
        if location:
            result["location"] = location
        if "etag" in answer.headers:
            result["version"] = answer.headers["etag"]
        if answer.status_code >= 400:
            self._errors += 1
            result["response"] = load_object(bytes(answer.body))
        elif operation.method == "POST" and operation.bulk_id is not None and location:
            self._made[operation.bulk_id] = location.rpartition("/")[2]
        operation.result = result

    def _resolved(self, value: Any) -> Any:
        """The data with every reference to something made replaced by its id."""
        match value:
            case str() if value.startswith(_REFERENCE):
                return self._made.get(value.removeprefix(_REFERENCE), value)
            case dict():
                return {name: self._resolved(part) for name, part in value.items()}
            case list():
                return [self._resolved(part) for part in value]
        return value


def _read(sent: Any) -> _Operation:
    if not isinstance(sent, dict):
        raise InvalidSyntax("An operation must be an object.")
    members = {name.lower(): value for name, value in sent.items()}
    method, path, bulk_id = members.get("method"), members.get("path"), members.get("bulkid")
    if not isinstance(method, str) or method.upper() not in ("POST", "PUT", "PATCH", "DELETE"):
        raise InvalidSyntax("method must be POST, PUT, PATCH or DELETE.")
    if not isinstance(path, str) or not path.startswith("/") or path.lower().startswith("/bulk"):
        raise InvalidValue("path must be that of a resource, such as /Users.")
    if method.upper() == "POST" and not (isinstance(bulk_id, str) and bulk_id):
        raise InvalidSyntax("A POST needs a bulkId.")
    data = members.get("data") or {}
    if not isinstance(data, dict):
        raise InvalidSyntax("data must be an object.")
    version = members.get("version")
    operation = _Operation(
        method.upper(),
        path,
        bulk_id if isinstance(bulk_id, str) else None,
        version if isinstance(version, str) else None,
        data,
    )
    operation.names = _references(data)
    last = path.rpartition("/")[2]
    if last.startswith(_REFERENCE):
        operation.names.add(last.removeprefix(_REFERENCE))
    return operation


def _refuse_twins(operations: list[_Operation]) -> None:
    made = [operation.bulk_id for operation in operations if operation.method == "POST"]
    if len(made) != len(set(made)):
        raise InvalidValue("Each POST needs a bulkId of its own.")


def _references(value: Any) -> set[str]:
    match value:
        case str() if value.startswith(_REFERENCE):
            return {value.removeprefix(_REFERENCE)}
        case dict():
            return {name for part in value.values() for name in _references(part)}
        case list():
            return {name for part in value for name in _references(part)}
    return set()


def _without_references(value: Any) -> Any:
    """The data without whatever refers to something that is not made yet."""
    match value:
        case dict():
            return {name: _without_references(part) for name, part in value.items() if not _refers(part)}
        case list():
            return [_without_references(part) for part in value if not _refers(part)]
    return value


def _refers(value: Any) -> bool:
    return (isinstance(value, str) and value.startswith(_REFERENCE)) or (
        isinstance(value, dict) and _refers(value.get("value"))
    )
