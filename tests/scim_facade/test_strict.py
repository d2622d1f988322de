"""A strict integration: the letter of the RFC. What dialects forgive is refused, and nothing is written."""

from typing import Any

import httpx
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.models import Integration
from catalog.services import integrations

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ADA = {"schemas": [USER], "userName": "ada", "displayName": "Ada", "active": True}


async def be_strict(actor: Actor, integration: Integration, strict: bool = True) -> None:
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, strict=strict)


def patch(*operations: dict[str, Any], schemas: Any = (PATCH_OP,)) -> dict[str, Any]:
    return {"schemas": list(schemas), "Operations": list(operations)}


FORGIVEN_IN_PATCH = {
    "an operation in another case": (patch({"op": "Replace", "path": "title", "value": "Countess"}), "invalidSyntax"),
    "a boolean that is a text": (patch({"op": "replace", "path": "active", "value": "False"}), "invalidValue"),
    "a boolean that is a text, without a path": (
        patch({"op": "replace", "value": {"active": "False"}}),
        "invalidValue",
    ),
    "a number that should be a text": (patch({"op": "add", "path": "title", "value": 7}), "invalidValue"),
    "an attribute that there is not": (
        patch({"op": "replace", "value": {"shoeSize": 7, "title": "Countess"}}),
        "invalidPath",
    ),
    "an attribute of an extension under its bare name": (
        patch({"op": "replace", "value": {"department": "Engines", "title": "Countess"}}),
        "invalidPath",
    ),
    "a schema that is not known": (
        patch({"op": "add", "value": {"urn:acme:2.0:User": {"badge": 1}, "title": "Countess"}}),
        "invalidPath",
    ),
    "a manager who is a bare text": (
        patch({"op": "add", "path": f"{ENTERPRISE}:manager", "value": "grace"}),
        "invalidValue",
    ),
    "an element that a filter does not meet": (
        patch({"op": "replace", "path": 'emails[type eq "work"].value', "value": "ada@ada.example"}),
        "noTarget",
    ),
    "no schemas": ({"Operations": [{"op": "replace", "path": "title", "value": "Countess"}]}, "invalidSyntax"),
    "other schemas": (
        patch({"op": "replace", "path": "title", "value": "Countess"}, schemas=[USER]),
        "invalidSyntax",
    ),
}


@pytest.mark.parametrize(("body", "scim_type"), FORGIVEN_IN_PATCH.values(), ids=FORGIVEN_IN_PATCH)
async def test_a_patch_that_is_forgiven_is_refused_of_a_strict_integration(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration, body: dict[str, Any], scim_type: str
) -> None:
    created = (await scim.post("/Users", json=ADA)).json()
    await be_strict(actor, integration)
    refused = await scim.patch(f"/Users/{created['id']}", json=body)
    assert (refused.status_code, refused.json().get("scimType")) == (400, scim_type)
    assert (await scim.get(f"/Users/{created['id']}")).json() == created
    await be_strict(actor, integration, strict=False)
    assert (await scim.patch(f"/Users/{created['id']}", json=body)).status_code == 200
    assert (await scim.get(f"/Users/{created['id']}")).json() != created


FORGIVEN_IN_POST = {
    "no schemas": ("/Users", {"userName": "ada"}, "invalidSyntax"),
    "schemas without the core": ("/Users", {**ADA, "schemas": [ENTERPRISE]}, "invalidSyntax"),
    "a schema that is not known": ("/Users", {**ADA, "schemas": [USER, "urn:acme:2.0:User"]}, "invalidSyntax"),
    "attributes of a schema that is not known": ("/Users", {**ADA, "urn:acme:2.0:User": {"badge": 1}}, "invalidValue"),
    "an attribute that there is not": ("/Users", {**ADA, "shoeSize": 7}, "invalidValue"),
    "a part that there is not": ("/Users", {**ADA, "name": {"firstName": "Ada"}}, "invalidValue"),
    "an attribute of an extension that there is not": ("/Users", {**ADA, ENTERPRISE: {"shoeSize": 7}}, "invalidValue"),
    "a boolean that is a text": ("/Users", {**ADA, "active": "True"}, "invalidValue"),
    "a number that should be a text": ("/Users", {**ADA, "externalId": 7}, "invalidValue"),
    "a manager who is a bare text": ("/Users", {**ADA, ENTERPRISE: {"manager": "grace"}}, "invalidValue"),
    "a group's attribute that there is not": (
        "/Groups",
        {"schemas": [GROUP], "displayName": "Payments", "description": "Money"},
        "invalidValue",
    ),
}


@pytest.mark.parametrize(("path", "body", "scim_type"), FORGIVEN_IN_POST.values(), ids=FORGIVEN_IN_POST)
async def test_a_resource_that_is_forgiven_is_refused_of_a_strict_integration(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration, path: str, body: dict[str, Any], scim_type: str
) -> None:
    await be_strict(actor, integration)
    refused = await scim.post(path, json=body)
    assert (refused.status_code, refused.json().get("scimType")) == (400, scim_type)
    assert (await scim.get(path)).json()["totalResults"] == 0
    await be_strict(actor, integration, strict=False)
    created = await scim.post(path, json=body)
    assert created.status_code == 201
    await be_strict(actor, integration)
    replaced = await scim.put(f"{path}/{created.json()['id']}", json=body)
    assert (replaced.status_code, replaced.json().get("scimType")) == (400, scim_type)


async def test_what_the_standard_allows_is_taken_of_a_strict_integration(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration
) -> None:
    await be_strict(actor, integration)
    body = {**ADA, "schemas": [USER, ENTERPRISE], "USERNAME": "ada", ENTERPRISE: {"manager": {"value": "grace"}}}
    del body["userName"]
    created = (await scim.post("/Users", json=body)).json()
    assert created["userName"] == "ada"
    changed = await scim.patch(
        f"/Users/{created['id']}",
        json=patch(
            {"op": "replace", "path": "ACTIVE", "value": False},
            {"op": "add", "value": {f"{ENTERPRISE}:department": "Engines", "name": {"givenName": "Ada"}}},
        ),
    )
    assert (changed.status_code, changed.json()["active"]) == (200, False)
    assert changed.json()[ENTERPRISE]["department"] == "Engines"
    group = await scim.post(
        "/Groups",
        json={"schemas": [GROUP], "displayName": "Payments", "members": [{"value": created["id"], "type": "User"}]},
    )
    assert group.status_code == 201
