"""scim2-tester, which we did not write, finds nothing wrong with a running instance."""

import asyncio

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from tests.web.serving import Instance


async def test_every_check_of_scim2_tester_passes(instance: Instance) -> None:
    def check() -> list[str]:
        with httpx2.Client(
            base_url=f"{instance.url}/scim/v2", headers={"Authorization": f"Bearer {instance.token}"}, timeout=30
        ) as http:
            client = SyncSCIMClient(http)
            client.discover()
            results = check_server(client, raise_exceptions=False)
        assert len(results) > 100
        return [f"{one.title}: {one.reason}" for one in results if one.status is not Status.SUCCESS]

    assert await asyncio.to_thread(check) == []
