"""What deploy/ names is there: settings, commands, ports, paths, metrics, files. A container engine is not needed."""

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import check_jsonschema
import httpx
import pytest
import yaml
from click.testing import CliRunner
from starlette.requests import Request
from typer.main import get_command

from catalog.engines import Database
from tests import nginx
from web import metrics
from web.app import create_app
from web.cli import app
from web.middleware import MAX_BODY_BYTES
from web.settings import Settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
TOKEN = "a token for metrics alone"


def of(name: str) -> Any:
    documents = [document for document in yaml.safe_load_all((DEPLOY / name).read_text()) if document]
    return documents if len(documents) > 1 else documents[0]


def containers() -> list[dict[str, Any]]:
    spec = of("kubernetes/deployment.yaml")[0]["spec"]["template"]["spec"]
    return [*spec["initContainers"], *spec["containers"]]


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.compose-spec", DEPLOY / "compose.yaml"),
        *(("vendor.github-workflows", path) for path in sorted((ROOT / ".github" / "workflows").iterdir())),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_what_is_written_for_others_is_as_their_schema_wants(schema: str, path: Path) -> None:
    said = CliRunner().invoke(check_jsonschema.main, ["--builtin-schema", schema, str(path)])
    assert said.exit_code == 0, said.output


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    known = {f"MUSTER_{name.upper()}" for name in Settings.model_fields}
    # The domain is compose's own: the address is made of it.
    for name in set(re.findall(r"\bMUSTER_[A-Z_]+", path.read_text())) - {"MUSTER_DOMAIN"}:
        assert name.removesuffix("_FILE") in known, name


def test_what_is_run_is_a_command() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    unit = (DEPLOY / "muster.service").read_text()
    run = [words.split()[0] for words in re.findall(r"^Exec\w+=/opt/muster/bin/muster (.+)$", unit, re.MULTILINE)]
    run += [container["args"][0] for container in containers()]
    run += [service["command"][0] for service in of("compose.yaml")["services"].values() if "build" in service
            and "command" in service]  # fmt: skip
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    run += json.loads(re.findall(r"^CMD (.+)$", dockerfile, re.MULTILINE)[-1])
    assert {"serve", "migrate"} == set(run) <= commands


async def test_whoever_probes_asks_where_something_answers(db: Database, tmp_path: Path) -> None:
    probes = [container[kind]["httpGet"]["path"] for container in containers()
              for kind in ("livenessProbe", "readinessProbe") if kind in container]  # fmt: skip
    asked = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", (DEPLOY / "Dockerfile").read_text())
    served = httpx.ASGITransport(create_app(Settings(data_dir=tmp_path)))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=served, base_url="http://127.0.0.1:8000") as client:
        for path in (*probes, *(path for _, path in asked)):
            assert (await client.get(path)).status_code == 200, path
    ports = {port["containerPort"] for container in containers() for port in container.get("ports", ())}
    assert ports == {int(port) for port, _ in asked} == {Settings.model_fields["port"].default}


async def test_every_metric_that_is_watched_is_counted(db: Database) -> None:
    scope = {"type": "http", "path": "/scim/v2/Users", "method": "GET"}
    metrics.observe(scope, 200, 0.1)
    asking = Request({**scope, "headers": [(b"authorization", f"Bearer {TOKEN}".encode())]})
    told = bytes((await metrics.metrics(TOKEN)(asking)).body).decode()
    counted = {re.split(r"[ {]", line)[0] for line in told.splitlines() if not line.startswith("#")}
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    watched = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    watched += [rule["expr"] for group in of("alerts.yaml")["groups"] for rule in group["rules"]]
    names = {name for expression in watched for name in re.findall(r"\bmuster_\w+", expression)}
    assert names <= counted

    def families(of: set[str]) -> set[str]:
        return {re.sub(r"_(bucket|sum|count|created|total)$", "", name) for name in of if name.startswith("muster_")}

    assert families(counted) == families(names), "what nobody looks at need not be counted"
    assert {"muster_requests_total", "muster_database_up", "muster_letters"} <= names


def test_every_alert_says_what_to_do() -> None:
    for rule in of("alerts.yaml")["groups"][0]["rules"]:
        assert rule["annotations"]["action"].endswith("."), rule["alert"]


def test_the_image_is_built_from_what_is_packed() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    copied = {words.split()[0] for words in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)}
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*build["packages"], *build["force-include"]} <= copied
    assert all((ROOT / name).exists() for name in copied)


def test_the_last_stage_has_nothing_to_build_with() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    removed = {name for line in re.findall(r"uninstall --yes (.+?)(?: \\)?$", dockerfile, re.MULTILINE)
               for name in line.split()}  # fmt: skip
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["build"]
    assert {re.split(r"[>=;\[ ]", name)[0] for name in wanted} <= removed
    last = dockerfile[dockerfile.rindex("\nFROM ") :]
    assert "pip install" not in last
    assert "USER 10001" in last


def test_no_role_is_made_without_its_password(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    (tmp_path / "psql").write_text(f"#!/bin/sh\ntouch {asked}\n")
    (tmp_path / "psql").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    # Nothing is below /run/secrets here, as nothing is where the file is not readable.
    made = subprocess.run(["sh", DEPLOY / "database.sh"], env={"PATH": path}, capture_output=True, check=False)
    assert made.returncode
    assert not asked.exists()


def test_secrets_come_from_files_and_servers_outlive_their_requests() -> None:
    services = of("compose.yaml")["services"]
    for name in ("muster-1", "muster-2", "migrate"):
        environment = services[name]["environment"]
        assert not {"MUSTER_SECRET_KEY", "MUSTER_DATABASE_URL"} & set(environment)
        assert services[name]["read_only"]
    serving = (ROOT / "web" / "serving.py").read_text()
    graceful_s = int(re.findall(r"timeout_graceful_shutdown=(\d+)", serving)[0])
    drain_s = services["muster-1"]["environment"]["MUSTER_DRAIN_S"]
    assert int(services["muster-1"]["stop_grace_period"].removesuffix("s")) > graceful_s + drain_s
    literals = of("kubernetes/kustomization.yaml")["configMapGenerator"][0]["literals"]
    drain_s = int(dict(pair.split("=", 1) for pair in literals)["MUSTER_DRAIN_S"])
    pod = of("kubernetes/deployment.yaml")[0]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > graceful_s + drain_s
    unit = (DEPLOY / "muster.service").read_text()
    (room_s,) = map(int, re.findall(r"here there is room for (\d+) of them", unit))
    assert int(re.findall(r"TimeoutStopSec=(\d+)s", unit)[0]) > graceful_s + room_s


def test_systemd_tells_the_server_to_stop_and_not_each_of_its_workers() -> None:
    assert "\nKillMode=mixed\n" in (DEPLOY / "muster.service").read_text()


def test_the_proxy_lets_go_of_a_connection_before_a_server_that_stops_does() -> None:
    proxy = (DEPLOY / "nginx.conf.template").read_text()
    kept_s = int(re.findall(r"upstream muster \{[^}]*keepalive_timeout (\d+)s;", proxy)[0])
    assert kept_s < of("compose.yaml")["services"]["muster-1"]["environment"]["MUSTER_DRAIN_S"]


class Named(BaseHTTPRequestHandler):
    """A server that answers whatever is asked with its own port."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        told = str(self.server.server_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *told: Any) -> None:
        pass


@contextmanager
def named() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Named) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_proxy_leads_the_lists_of_one_token_to_one_server(tmp_path: Path) -> None:
    """Whose bookmarks of the crawl are there, docs/decisions/0012; whatever else is asked goes to both."""
    with (
        named() as one,
        named() as other,
        nginx.running(tmp_path / "nginx", [one, other], {}) as proxy,
        httpx.Client(base_url=proxy, headers={"Host": "muster.test"}) as client,
    ):

        def servers(path: str, tokens: list[str]) -> set[str]:
            asked = [client.get(path, headers={"Authorization": f"Bearer {token}"}) for token in tokens]
            return {answer.raise_for_status().text for answer in asked}

        tokens = [f"muster_scim_{number}" for number in range(20)]
        assert all(len(servers("/scim/v2/Users?startIndex=101", [token] * 5)) == 1 for token in tokens)
        assert len(servers("/scim/v2/Groups", tokens)) == 2
        assert len(servers("/scim/v2/Users/7", tokens[:1] * 40)) == 2


def test_bodies_that_the_server_takes_pass_the_proxies() -> None:
    largest = max(MAX_BODY_BYTES.values()) // 1024 // 1024
    assert f"client_max_body_size {largest}m;" in (DEPLOY / "nginx.conf.template").read_text()
    annotations = of("kubernetes/ingress.yaml")["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == f"{largest}m"
