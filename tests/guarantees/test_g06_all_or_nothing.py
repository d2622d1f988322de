"""G6: a request is carried out whole, or nothing of it is: a fault at each of twenty operations changes nothing."""

import httpx
import pytest

from catalog.models import AuditEvent, User

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
OPERATIONS = 20
FAULTY = {"op": "replace", "path": "nosuch", "value": "x"}


def twenty(number: int) -> list[dict[str, object]]:
    """Operations that each change something; the one of that number, counted from 1, can't be carried out."""
    good = [{"op": "replace", "path": "title", "value": f"Title {n}"} for n in range(1, OPERATIONS + 1)]
    good[::2] = [{"op": "add", "path": "roles", "value": [{"value": f"role {n}"}]} for n in range(1, OPERATIONS + 1, 2)]
    return [FAULTY if place == number else operation for place, operation in enumerate(good, 1)]


@pytest.mark.parametrize("number", range(1, OPERATIONS + 1))
async def test_g06_a_fault_at_any_operation_changes_nothing(scim: httpx.AsyncClient, number: int) -> None:
    ada = (await scim.post("/Users", json={"userName": "ada", "title": "Countess"})).json()
    events = await AuditEvent.all().count()
    refused = await scim.patch(f"/Users/{ada['id']}", json={"schemas": [PATCH_OP], "Operations": twenty(number)})
    assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidPath")
    assert (await scim.get(f"/Users/{ada['id']}")).json() == ada
    assert await AuditEvent.all().count() == events
    changed = await scim.patch(f"/Users/{ada['id']}", json={"schemas": [PATCH_OP], "Operations": twenty(0)})
    assert changed.status_code == 200
    assert (await User.get(id=ada["id"])).title == "Title 20"
