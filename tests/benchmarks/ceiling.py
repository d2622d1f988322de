"""The ceiling: what Starlette, orjson and uvicorn can do at all, when nothing is looked up and nothing is kept.

Given the address of Muster's database, lists are read from it instead, by SQL written for the occasion: the same answer
(the document, what the integration calls the person, teams, instants, addresses) where nobody asks who it is for, which
attributes are wanted, or how many people there are.
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
_PAGE = """
SELECT u.id, u.user_name, u.attributes, u.version, u.deactivated_at IS NULL AS active, {created} AS created,
  {modified} AS modified,
  (SELECT x.value FROM external_ids x WHERE x.integration_id = {mark}2 AND x.subject_kind = 'user'
    AND x.subject_id = u.id AND x.until = '9999-12-31 00:00:00+00:00') AS external_id,
  (SELECT {array}({object}('value', t.id, 'display', t.provider_name, 'type', 'direct', '$ref', '{at}/Groups/' || t.id))
    FROM memberships m JOIN teams t ON t.id = m.team_id WHERE m.user_id = u.id
    AND m.valid_to = '9999-12-31 00:00:00+00:00' AND t.deleted_at IS NULL) AS teams
FROM users u WHERE u.account_id = {mark}1 AND u.deleted_at IS NULL ORDER BY u.id LIMIT 100 OFFSET {mark}3
"""
_AT = "http://127.0.0.1/scim/v2"
_SQLITE = {
    "mark": "?",
    "created": "substr(u.created_at, 1, 10) || 'T' || substr(u.created_at, 12, 12) || 'Z'",
    "modified": "substr(u.updated_at, 1, 10) || 'T' || substr(u.updated_at, 12, 12) || 'Z'",
    "array": "json_group_array",
    "object": "json_object",
    "at": _AT,
}
_POSTGRES = {
    "mark": "$",
    "created": "u.created_at",
    "modified": "u.updated_at",
    "array": "json_agg",
    "object": "json_build_object",
    "at": _AT,
}


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
            **orjson.loads(row["attributes"]),
            "active": bool(row["active"]),
            "groups": orjson.Fragment(row["teams"] or "[]"),
            "meta": {
                "resourceType": "User",
                "created": row["created"],
                "lastModified": row["modified"],
                "location": f"{_AT}/Users/{row['id']}",
                "version": f'W/"{row["version"]}"',
            },
        }
        for row in rows
    ]
    return _json({"totalResults": len(people), "Resources": people})


async def write(request: Request) -> Response:
    """The same, after the body was parsed."""
    orjson.loads(await request.body())
    return _json(USER, 201)


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), status, media_type="application/scim+json")


@asynccontextmanager
async def database(app: Starlette) -> AsyncIterator[None]:
    """`app.state.rows`, where an address was given."""
    address = sys.argv[2] if len(sys.argv) > 2 else ""
    if address.startswith("sqlite://"):
        connection = sqlite3.connect(address.removeprefix("sqlite://"), isolation_level=None)
        connection.row_factory = sqlite3.Row
        statement = _PAGE.format(**_SQLITE)
        whose = tuple(connection.execute(_WHOSE).fetchone())

        async def rows(skipped: int) -> Any:
            return connection.execute(statement, (*whose, skipped)).fetchall()

        app.state.rows = rows
    elif address:
        settings = {"muster.account": "*", "jit": "off"}
        pool = await asyncpg.create_pool(address, min_size=1, max_size=16, server_settings=settings)
        statement = _PAGE.format(**_POSTGRES)
        whose = tuple(await pool.fetchrow(_WHOSE))
        app.state.rows = lambda skipped: pool.fetch(statement, *whose, skipped)
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
