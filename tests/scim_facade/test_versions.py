"""What changes nothing leaves a person's version and time as they were (RFC 7644 §3.5.2, §3.14).

What If-Match and If-None-Match do, `test_protocol` says; of groups, `test_groups`.
"""

from typing import Any

import httpx
import pytest

from scim_facade.errors import ScimError
from scim_facade.versions import etag, is_known, required

Json = dict[str, Any]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ADA: Json = {
    "userName": "ada@lovelace.example",
    "externalId": "00u1",
    "title": "Countess",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [
        {"value": "ada@lovelace.example", "type": "work", "primary": True},
        {"value": "ada@home.example", "type": "home"},
    ],
    "active": True,
    ENTERPRISE: {"department": "Engines", "manager": {"value": "charles"}},
}


def op(op: str, path: str | None = None, *value: Any) -> Json:
    return {"op": op, **({"path": path} if path else {}), **({"value": value[0]} if value else {})}


@pytest.fixture
async def ada(scim: httpx.AsyncClient) -> Json:
    answer = await scim.post("/Users", json=ADA)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


@pytest.mark.parametrize(
    "operations",
    [
        [op("replace", "title", "Countess")],
        [op("add", "title", "Countess")],
        [op("replace", None, {"active": True, "title": "Countess"})],
        [op("replace", "active", "True")],
        [op("replace", None, {"id": "{id}", "userName": "ada@lovelace.example", "externalId": "00u1"})],
        [op("add", "emails", [ADA["emails"][1]])],
        [op("replace", "emails", ADA["emails"])],
        [op("replace", 'emails[type eq "work"].value', "ada@lovelace.example")],
        [op("replace", 'emails[type eq "work"].primary', True)],
        [op("remove", 'emails[type eq "other"]')],
        [op("remove", "emails", [{"value": "nobody@home.example"}])],
        [op("remove", "nickName")],
        [op("replace", "nickName", "")],
        [op("replace", f"{ENTERPRISE}:manager", "charles")],
        [op("add", ENTERPRISE, {"department": "Engines"})],
        [op("remove", f"{ENTERPRISE}:costCenter")],
        [op("replace", "title", "Lady"), op("replace", "title", "Countess")],
        [op("replace", "password", "another")],
    ],
    ids=lambda operations: " ".join(f"{one['op']} {one.get('path', '…')}" for one in operations)[:60],
)
async def test_a_patch_that_changes_nothing(scim: httpx.AsyncClient, ada: Json, operations: list[Json]) -> None:
    path = f"/Users/{ada['id']}"
    answer = await scim.patch(path, json={"Operations": operations})
    assert (answer.status_code, answer.json()) == (200, ada), answer.text
    assert answer.headers["ETag"] == ada["meta"]["version"]
    assert (await scim.get(path)).json() == ada


@pytest.mark.parametrize(
    "body", [ADA, {**ADA, "title": "Countess", "password": "x"}, {"schemas": ["urn:nobody"], **ADA}]
)
async def test_a_put_of_what_is_there(scim: httpx.AsyncClient, ada: Json, body: Json) -> None:
    for sent in (body, ada):
        answer = await scim.put(f"/Users/{ada['id']}", json=sent)
        assert (answer.status_code, answer.json()) == (200, ada), answer.text
    assert (await scim.get(f"/Users/{ada['id']}", headers={"If-None-Match": ada["meta"]["version"]})).status_code == 304


async def test_a_real_change_raises_the_version_by_one_and_the_time(scim: httpx.AsyncClient, ada: Json) -> None:
    body = {"Operations": [op("replace", "title", "Lady"), op("replace", "nickName", "Ada")]}
    after = (await scim.patch(f"/Users/{ada['id']}", json=body)).json()["meta"]
    assert (ada["meta"]["version"], after["version"]) == (etag(1), etag(2))
    assert after["lastModified"] > ada["meta"]["lastModified"]
    assert after["created"] == ada["meta"]["created"]


@pytest.mark.parametrize(
    ("header", "version"),
    [
        (None, None),
        ("*", None),
        (' W/"7" ', 7),
        ('"7"', 7),
        ('W/"3", W/"7", W/"5"', 7),
        ('"other", W/"7"', 7),
    ],
)
def test_if_match_asks_for_a_version(header: str | None, version: int | None) -> None:
    assert required(header) == version


@pytest.mark.parametrize("header", ["", "7", "W/7", '"x"', 'W/""', '"-7"', '"٧"', f'"{"9" * 30}"', "W/", ",,"])
def test_what_is_no_version_of_ours_meets_nothing(header: str) -> None:
    assert not is_known(header, 7)
    with pytest.raises(ScimError) as refused:
        required(header)
    assert refused.value.status == 412
