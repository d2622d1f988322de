"""`GET /exports/{what}?format=…`: the same exports over HTTP, with a read token or in a signed-in browser.

The instant that the rows tell of is in `X-Muster-As-Of`, the cursor to go on from in `X-Muster-Cursor`. An export
whose reader goes away ends with them.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import AsyncIterator
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from catalog.actors import Actor
from catalog.actors import Scope as Permission
from catalog.changes import change, uninterrupted
from catalog.errors import CatalogError, Invalid, NotPermitted, TooManyRequests, Unauthenticated, Unavailable
from catalog.ids import as_text
from catalog.services import callers, exports
from catalog.services.exports import Prepared
from web.exporting import asked
from web.exporting.formats import MEDIA_TYPES, Format, Missing, Writer, writer

PARAMETERS = {
    "format": "format",
    "as_of": "as_of",
    "from": "begin",
    "to": "end",
    "after": "after",
    "where": "where",
    "search": "search",
    "include_deactivated": "with_deactivated",
}
"""What may stand behind the question mark, and what it is called within."""


def routes(public_url: str) -> list[Route]:
    """The addresses of the product that is found at `public_url`."""
    return [Route("/exports/{what}", partial(_answer, public_url))]


async def _answer(public_url: str, request: Request) -> Response:
    try:
        return await _export(public_url, request)
    except Unauthenticated as problem:
        return _refused(401, problem.code, str(problem), **{"WWW-Authenticate": "Bearer"})
    except NotPermitted as problem:
        return _refused(403, problem.code, str(problem))
    except TooManyRequests as problem:
        return _refused(429, problem.code, str(problem), **{"Retry-After": str(problem.retry_after_s)})
    except Unavailable as problem:
        return _refused(503, problem.code, str(problem), **{"Retry-After": "2"})
    except Missing as problem:
        return _refused(501, "MISSING", str(problem))
    except CatalogError as problem:
        return _refused(400, problem.code, str(problem))


async def _export(public_url: str, request: Request) -> Response:
    """The file, as it is being written. Raises CatalogError, Missing."""
    actor = await callers.of_request(
        request.headers.items(), public_url, request_id=request.scope.get("request_id"), reads=True
    )
    if Permission.READ not in actor.scopes:
        raise NotPermitted("A SCIM token is good for SCIM alone; make an API token.")
    callers.only_reads(actor)
    given = _given(request)
    form = asked.form(given.pop("format", "csv"))
    prepared = await exports.prepare(actor, await asked.export(actor, request.path_params["what"], **given))
    made = writer(form, prepared.columns)
    pieces = _pieces(actor, prepared, made)
    # What is wrong with the question shows when it is first asked: before the answer has begun.
    first = await anext(pieces)
    if form == "csv" and actor.session_id is not None:
        # For somebody at a browser, whose spreadsheet knows UTF-8 by this mark; programs would take it for a letter.
        first = BOM_UTF8 + first
    await uninterrupted(partial(_note, actor, prepared, form))
    headers = {
        "Content-Disposition": f'attachment; filename="{prepared.export.what}-{prepared.at:%Y-%m-%d}.{form}"',
        "Cache-Control": "no-store",
        "X-Muster-As-Of": as_text(prepared.at),
    }
    if prepared.cursor is not None:
        headers["X-Muster-Cursor"] = prepared.cursor
    return StreamingResponse(_whole(first, pieces), media_type=MEDIA_TYPES[form], headers=headers)


def _given(request: Request) -> dict[str, str]:
    """The parameters under their names within. Raises Invalid for one that is none, or is there twice."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        known = PARAMETERS.get(name)
        if known is None or known in given:
            raise Invalid(name[:100], f"there are {', '.join(PARAMETERS)}, once each.")
        if known != "with_deactivated" or value not in ("", "0", "false"):
            given[known] = value
    return given


async def _pieces(actor: Actor, prepared: Prepared, made: Writer) -> AsyncIterator[bytes]:
    async for some in exports.rows(actor, prepared):
        yield made.rows(some)
    yield made.end()


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _note(actor: Actor, prepared: Prepared, form: Format) -> None:
    async with change(actor) as this:
        await exports.note(this, prepared, format=form)


def _refused(status: int, code: str, message: str, **headers: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)
