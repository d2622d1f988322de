"""The SBOM lists what the locks pin, with its hashes: what a scanner is told is what is installed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def sboms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `make sbom` writes, by file; in the environment that runs the tests, whether or not make would renew it."""
    folder = tmp_path_factory.mktemp("sbom")
    # A make above would tell this one how to run.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # To hold the files against CycloneDX's own schema takes longer than everything else.
    named = [f"BIN={Path(sys.executable).parent}", f"SBOM={folder}", "ARGS=--no-validate"]
    subprocess.run(
        ["make", "--old-file=.venv/.tested", "--old-file=.venv/.installed", *named, "sbom"],
        cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return {path.name: json.loads(path.read_text()) for path in folder.iterdir()}


def test_g37_the_sbom_lists_every_python_package_of_the_lock_with_its_hashes(sboms: dict[str, Any]) -> None:
    listed = sboms["muster.cdx.json"]
    assert (listed["bomFormat"], listed["metadata"]["component"]["name"]) == ("CycloneDX", "muster-catalog")
    found = {
        (one["name"], one["version"]): {
            digest["content"] for reference in one["externalReferences"] for digest in reference["hashes"]
        }
        for one in listed["components"]
    }
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text().strip())
    pinned = [re.match(r"([a-z0-9-]+)==([^\s;]+)", block) for block in blocks]
    assert found == {
        match.groups(): set(re.findall(r"sha256:([0-9a-f]+)", block))
        for match, block in zip(pinned, blocks, strict=True)
        if match
    }
    assert len(found) == len(blocks)
    assert all(one["purl"].startswith("pkg:pypi/") for one in listed["components"])


def test_g37_the_sbom_lists_every_package_of_the_ui_with_its_hash(sboms: dict[str, Any]) -> None:
    listed = sboms["muster-ui.cdx.json"]["components"]
    packages = json.loads((ROOT / "web/ui/package-lock.json").read_text())["packages"]
    pinned = {(name.split("node_modules/")[-1], one["version"]) for name, one in packages.items() if name}
    assert {(one["name"], one["version"]) for one in listed} == pinned
    assert all(one["hashes"] and one["purl"].startswith("pkg:npm/") for one in listed)
