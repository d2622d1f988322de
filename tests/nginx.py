"""A real nginx with the configuration of deploy/, without certificates and on ports of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.web.serving import free_port

TEMPLATE = Path(__file__).parent.parent / "deploy" / "nginx.conf.template"

AROUND = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
{configuration}
}}
"""


@contextmanager
def running(folder: Path, servers: list[str], instead: Mapping[str, str]) -> Iterator[str]:
    """The address of nginx before these `HOST:PORT`s, with other text in some places of the configuration.

    Skips where there is no nginx; fails with CI set.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("There is no nginx here (Debian, Ubuntu: nginx-light).")
    folder.mkdir()
    port = free_port()
    text = TEMPLATE.read_text()
    for here, other in instead.items():
        assert here in text
        text = text.replace(here, other)
    text = re.sub(r"^ +(ssl_\w+|http2) .*;$", "", text, flags=re.MULTILINE)
    for here, there in (("443 ssl", port), ("80", free_port())):
        text = text.replace(f"listen {here};", f"listen 127.0.0.1:{there};")
    for number, server in enumerate(servers, 1):
        text = text.replace(f"muster-{number}:8000", server)
    assert "muster-" not in text
    # Root's nginx gives its workers to another one, who may not enter pytest's folders.
    user = "user root;" if os.geteuid() == 0 else ""
    text = AROUND.format(user=user, folder=folder, configuration=text.replace("${MUSTER_DOMAIN}", "muster.test"))
    (folder / "nginx.conf").write_text(text)
    process = subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "errors"])
    try:
        for _ in range(100):
            if (folder / "pid").exists() or process.poll() is not None:
                break
            time.sleep(0.05)
        assert process.poll() is None, (folder / "errors").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
