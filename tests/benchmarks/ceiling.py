"""The ceiling: what Starlette, orjson and uvicorn can do at all, when nothing is looked up and nothing is kept."""

from __future__ import annotations

import sys

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


async def read(request: Request) -> Response:
    """One user."""
    return Response(orjson.dumps(USER), media_type="application/scim+json")


async def write(request: Request) -> Response:
    """The same, after the body was parsed."""
    orjson.loads(await request.body())
    return Response(orjson.dumps(USER), 201, media_type="application/scim+json")


app = Starlette(
    routes=[
        Mount(
            "/scim/v2",
            routes=[
                Route("/Users", read),
                Route("/Users", write, methods=["POST"]),
                Route("/Users/{id}", read),
                Route("/Groups/{id}", write, methods=["PATCH"]),
            ],
        )
    ]
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
