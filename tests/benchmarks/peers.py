"""Another SCIM server to compare with: scim2-server of PyPI, in an environment of its own, under the same uvicorn.

Nothing of ours is installed there, and nothing of it here. It keeps everything in memory.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.servers import Server, free_port, running, wait

PACKAGE = "scim2-server==0.8.3"
SERVED_BY = ("uvicorn", "uvloop", "httptools")
TOKEN = "a-token-of-the-peer"

APPLICATION = """
import sys
import uvicorn
from scim2_models import ScimProvider
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.memory import AsyncInMemoryStorage
from scim2_server.utils import load_default_resource_types, load_default_schemas, load_default_service_provider_config

provider = ScimProvider.from_discovery(
    load_default_schemas().values(), load_default_resource_types().values(),
    config=load_default_service_provider_config(),
)
uvicorn.run(
    ASGIApplication(AsyncInMemoryStorage(), provider), port=int(sys.argv[1]), loop="uvloop", http="httptools",
    log_config=None, access_log=False, server_header=False,
)
"""


@contextmanager
def scim2_server(folder: Path) -> Iterator[Server | None]:
    """The server, running; None, and a sentence why, where it can't be installed."""
    try:
        python = _installed(folder)
    except (OSError, subprocess.CalledProcessError) as problem:
        told = getattr(problem, "stderr", None) or str(problem)
        print(f"scim2-server is not measured, as it can't be installed: {told.strip()[-300:]}", file=sys.stderr)
        yield None
        return
    port = free_port()
    with running([str(python), "-c", APPLICATION, str(port)]) as pid:
        wait(f"http://127.0.0.1:{port}/v2/ServiceProviderConfig")
        yield Server(PACKAGE.partition("==")[0], port, pid, TOKEN, path="/v2")


def _installed(folder: Path) -> Path:
    """The interpreter of an environment with the package, and with our own uvicorn's versions."""
    served_by = [f"{name}=={version(name)}" for name in SERVED_BY]
    # Our own environment has no pip: that of the interpreter it was made with.
    base = str(sys._base_executable)  # type: ignore[attr-defined]
    subprocess.run([base, "-m", "venv", "--without-pip", str(folder)], check=True, capture_output=True)
    python = folder / "bin" / "python"
    pip = [base, "-m", "pip", "--python", str(python), "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, PACKAGE, *served_by], check=True, capture_output=True, text=True)
    return python
