"""G28: what a release has left behind comes up to this program's schema, and is as it was before."""

import gzip
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests import databases
from tests.conftest import ENGINES
from tests.guarantees.dumping import DUMPS, EXPORTED, KEY, command
from tests.processes import muster, run

CHANGELOG = Path(__file__).parent.parent.parent / "CHANGELOG.md"
RELEASES = sorted(path.name for path in DUMPS.iterdir())


async def restored(release: str, engine: str, folder: Path) -> str:
    """The address of a database that is as the release has left it."""
    url = await databases.empty(engine, folder, "upgraded")
    packed = gzip.decompress((DUMPS / release / f"{engine}.gz").read_bytes())
    if engine == "sqlite":
        (folder / "muster.db").write_bytes(packed)
    else:
        # What a dump says is for this program alone to read.
        subprocess.run(  # noqa: ASYNC221
            [command("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", url],
            input=packed, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
    return url


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("release", RELEASES)
async def test_g28_what_a_release_has_left_behind_is_upgraded_and_as_it_was(
    release: str, engine: str, tmp_path: Path
) -> None:
    url = await restored(release, engine, tmp_path)
    environment = {
        **os.environ,
        "MUSTER_DATABASE_URL": url,
        "MUSTER_DATA_DIR": str(tmp_path / "data"),
        "MUSTER_SECRET_KEY": KEY,
    }
    await muster("migrate", environment=environment)

    well = await run("doctor", "--verify-audit", environment=environment)
    assert well.code == 0, well.errors
    assert int(re.findall(r"(\d+) events hold", well.errors)[0]) > 20

    before = orjson.loads((DUMPS / release / f"{engine}.json").read_bytes())
    for kind, options in EXPORTED.items():
        exported = await muster("export", kind, "--format", "ndjson", *options, environment=environment)
        after = [orjson.loads(line) for line in exported.splitlines()]
        # A later release may tell more of a row. What has happened since stands at the end of the trail.
        rows = after[: len(before[kind])] if kind == "audit" else after
        assert [known(row, old) for row, old in zip(rows, before[kind], strict=True)] == before[kind], kind


def known(row: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Of the row, what the release knew to tell."""
    return {name: value for name, value in row.items() if name in before}


def without_a_dump(changelog: str) -> set[str]:
    """The versions that were released, and did not leave both dumps, and what is in them."""
    released = set(re.findall(r"^## \[(\d[^]]*)\]", changelog, re.MULTILINE))
    files = {f"{engine}.{kind}" for engine in ("sqlite", "postgres") for kind in ("gz", "json")}
    whole = {name for name in RELEASES if {path.name for path in (DUMPS / name).iterdir()} == files}
    return released - whole


def test_every_release_leaves_its_dumps() -> None:
    assert not without_a_dump(CHANGELOG.read_text()), "python -m tests.guarantees.dumping VERSION"


def test_a_release_without_its_dumps_is_noticed() -> None:
    changelog = CHANGELOG.read_text().replace("## [Unreleased]", "## [Unreleased]\n\n## [9.9.9] - 2030-01-01")
    assert without_a_dump(changelog) == {"9.9.9"}
