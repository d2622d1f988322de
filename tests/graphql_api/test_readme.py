"""The README's way to ask over GraphQL does what it says, by curl and by Python, on a real server of two workers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import muster
from tests.web.serving import Instance, running
from tests.web.two_workers import worker_behind

README = Path(__file__).parents[2] / "README.md"
CONNECTIONS = 24
WITHIN_S = 1.0


def blocks() -> tuple[str, str]:
    """The README's commands: curl's, without the line that stands for one's own token, and Python's."""
    section = README.read_text(encoding="utf-8").split("## Ask over GraphQL")[1].split("\n## ")[0]
    curl, python = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return curl.split("\n\n", 1)[1], python


CURL, PYTHON = blocks()


def asking_by_curl(document: str) -> str:
    """The README's curl with another document."""
    body = json.dumps({"query": document}).replace("'", "'\\''")
    asked = re.sub(r"-d '.*'", lambda _: f"-d '{body}'", CURL)
    assert body in asked
    return asked


def asking_by_python(document: str) -> str:
    """The README's Python with another document."""
    asked = re.sub(r"\n *'\{.*'", lambda _: f" '{document}'", PYTHON)
    assert document in asked
    return asked


@pytest.fixture
async def served(address: str, tmp_path: Path) -> AsyncIterator[Instance]:
    """A server of two workers on each engine."""
    async with running(address, tmp_path, MUSTER_WORKERS="2") as instance:
        yield instance


async def run(command: str, instance: Instance, token: str) -> tuple[int, str, str]:
    """What the command answers in a shell that knows the server's address and the token."""
    environment = {**os.environ, "MUSTER": instance.url, "TOKEN": token}
    process = await asyncio.create_subprocess_shell(
        command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def answered(command: str, instance: Instance, token: str) -> Any:
    code, out, err = await run(command, instance, token)
    assert code == 0, err
    answer = json.loads(out)
    assert "errors" not in answer, out
    return answer["data"]


async def administrator(instance: Instance) -> str:
    """A token that may write, of an administrator."""
    email = "root@muster.example"
    await muster("user", "create", "--email", email, "--role", "admin", environment=instance.environment)
    made = await muster("token", "create", "--user", email, "--scope", "write", environment=instance.environment)
    return made.strip()


async def test_a_token_is_made_used_listed_and_deleted_and_refused_by_every_worker(served: Instance) -> None:
    root = await administrator(served)
    for by in (asking_by_curl, asking_by_python):
        await _lives_and_ends(served, root, by)


async def _lives_and_ends(served: Instance, root: str, by: Any) -> None:
    if by is asking_by_curl:
        made = (await answered(CURL, served, root))["apiTokenCreate"]
    else:
        create = (
            'mutation { apiTokenCreate(input: {name: "nightly"}) { secret apiToken { id prefix } errors { message } } }'
        )
        made = (await answered(by(create), served, root))["apiTokenCreate"]
    secret, token = made["secret"], made["apiToken"]
    assert made["errors"] == []
    assert token["prefix"] == secret[:15]
    assert (await answered(by("{ account { name } }"), served, secret))["account"]["name"]
    listed = await _once_used(served, root, by, token["id"])
    assert (listed["name"], listed["prefix"]) == ("nightly", token["prefix"])
    clients = [httpx.AsyncClient(base_url=served.url) for _ in range(CONNECTIONS)]
    try:
        before = [await _asked(client, secret) for client in clients]
        assert {status for status, _ in before} == {200}
        workers = {worker_behind(port) for _, port in before}
        assert len(workers) == 2, "every worker has let the token in before it is deleted"
        delete = f'mutation {{ apiTokenDelete(id: "{token["id"]}") {{ deletedApiTokenId }} }}'
        gone = await answered(by(delete), served, root)
        assert gone["apiTokenDelete"]["deletedApiTokenId"] == token["id"]
        await asyncio.sleep(WITHIN_S)
        after = [await _asked(client, secret) for client in clients]
        assert {status for status, _ in after} == {401}
        assert {worker_behind(port) for _, port in after} == workers
    finally:
        for client in clients:
            await client.aclose()
    code, out, err = await run(by("{ account { name } }"), served, secret)
    assert "401" in (err if code else out) or "UNAUTHENTICATED" in out


async def _once_used(instance: Instance, root: str, by: Any, id: str) -> dict[str, Any]:
    """The token as it is listed once it is told when it was used; that is written every second."""
    document = "{ account { apiTokens { nodes { id name prefix lastUsedAt } } } }"
    command = PYTHON if by is asking_by_python else by(document)
    until = time.monotonic() + 30
    while True:
        nodes = (await answered(command, instance, root))["account"]["apiTokens"]["nodes"]
        found: dict[str, Any] = next(node for node in nodes if node["id"] == id)
        if found["lastUsedAt"] is not None:
            return found
        assert time.monotonic() < until, "the token's use was never written"
        await asyncio.sleep(0.3)


async def _asked(client: httpx.AsyncClient, secret: str) -> tuple[int, int]:
    """The answer's status, and the client's port on the connection, which is kept from one request to the next."""
    headers = {"Authorization": f"Bearer {secret}"}
    async with client.stream("POST", "/graphql", json={"query": "{account{id}}"}, headers=headers) as response:
        await response.aread()
        stream = response.extensions["network_stream"]
        return response.status_code, stream.get_extra_info("client_addr")[1]
