"""The ceiling: what Starlette, orjson and uvicorn can do at all, when nothing is looked up and nothing is kept.

Given the address of Muster's database, lists are read from it instead, by SQL written for the occasion: what a page
costs where there is nothing but the rows.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

USER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": "019318e0-0000-7000-8000-000000000000",
    "externalId": "00u18ep2sjmnGT1wk698",
    "userName": "ada.lovelace@rehearsal.example",
    "displayName": "Ada Lovelace",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada.lovelace@rehearsal.example", "type": "work", "primary": True}],
    "active": True,
    "meta": {"resourceType": "User", "created": "2026-01-01T00:00:00.000Z", "version": 'W/"1"'},
}

_WHOSE = "SELECT account_id, integration_id FROM api_tokens"
_PAGE = (
    "SELECT u.id, u.user_name, u.attributes{text} AS attributes, u.version, u.deactivated_at IS NULL AS active, "
    "(SELECT x.value FROM external_ids x WHERE x.integration_id = $2 AND x.subject_kind = 'user' "
    "AND x.subject_id = u.id AND x.until = '9999-12-31 00:00:00+00:00') AS external_id "
    "FROM users u WHERE u.account_id = $1 AND u.deleted_at IS NULL ORDER BY u.id LIMIT 100 OFFSET $3"
)


async def read(request: Request) -> Response:
    """One user, or a page of them where there is a database."""
    if not hasattr(request.app.state, "rows"):
        return _json(USER)
    rows = await request.app.state.rows(int(request.query_params["startIndex"]) - 1)
    people = [
        {
            "schemas": USER["schemas"],
            "id": str(row["id"]),
            "externalId": row["external_id"],
            "userName": row["user_name"],
            "attributes": orjson.Fragment(row["attributes"]),
            "active": bool(row["active"]),
            "meta": {"resourceType": "User", "version": f'W/"{row["version"]}"'},
        }
        for row in rows
    ]
    return _json({"totalResults": len(people), "Resources": people})


async def write(request: Request) -> Response:
    """The same, after the body was parsed."""
    orjson.loads(await request.body())
    return _json(USER, 201)


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/scim+json")


@asynccontextmanager
async def database(app: Starlette) -> AsyncIterator[None]:
    """`app.state.rows`, where an address was given."""
    address = sys.argv[2] if len(sys.argv) > 2 else ""
    if address.startswith("sqlite://"):
        connection = sqlite3.connect(address.removeprefix("sqlite://"), isolation_level=None)
        connection.row_factory = sqlite3.Row
        statement = _PAGE.format(text="").replace("$", "?")
        whose = tuple(connection.execute(_WHOSE).fetchone())

        async def rows(skipped: int) -> Any:
            return connection.execute(statement, (*whose, skipped)).fetchall()

        app.state.rows = rows
    elif address:
        pool = await asyncpg.create_pool(address, min_size=1, max_size=16, server_settings={"muster.account": "*"})
        whose = tuple(await pool.fetchrow(_WHOSE))
        app.state.rows = lambda skipped: pool.fetch(_PAGE.format(text="::text"), *whose, skipped)
    yield


async def alive(request: Request) -> Response:
    """That it has started."""
    return Response("alive")


app = Starlette(
    routes=[
        Route("/alive", alive),
        Mount(
            "/scim/v2",
            routes=[
                Route("/Users", read),
                Route("/Users", write, methods=["POST"]),
                Route("/Users/{id}", read),
                Route("/Groups/{id}", write, methods=["PATCH"]),
            ],
        ),
    ],
    lifespan=database,
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
    )
