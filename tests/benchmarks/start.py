"""How long a start takes, on each database: `python -m tests.benchmarks.start`.

From `muster serve` on a database that is there until the first good answer of each kind, asked one after the other, and
the CPU that the process had used by then: steadier than the time where a machine is shared. Then its memory, once
everything is imported and nobody asks.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.servers import Server, command, postgres_database, starting

ROUNDS = 5
SCIM, GRAPHQL = "/scim/v2/Users?count=1", "/graphql"
PATHS = ("/healthz", "/readyz", SCIM, GRAPHQL)
QUESTION = b'{"query": "{ viewer { actorName } }"}'
IDLE_S = 5
"""How long nobody asks before memory is read."""

Tokens = dict[str, str]


def once(database_url: str, folder: Path, tokens: Tokens) -> dict[str, float]:
    """Of one start: seconds and CPU seconds to each first answer, and the memory of the idle process in MiB."""
    found: dict[str, float] = {}
    began = time.perf_counter()
    with starting("muster", database_url, folder) as server:
        for path in PATHS:
            _asked(server, path, tokens)
            found[path] = time.perf_counter() - began
            found[f"{path} CPU"] = server.cpu_s()
        time.sleep(IDLE_S)
        found["MiB"] = server.rss_mib()
    return found


def _asked(server: Server, path: str, tokens: Tokens) -> None:
    replace(server, token=tokens.get(path, "")).wait(path, QUESTION if path == GRAPHQL else None)


def prepared(database_url: str, folder: Path) -> Tokens:
    """The tokens for a database that was made ready to be served, and was served once: all is compiled."""
    told = {"database_url": database_url, "folder": folder}
    command("migrate", **told)  # type: ignore[arg-type]
    tokens = {
        SCIM: command("token", "create", "--integration", "Okta", **told),  # type: ignore[arg-type]
        GRAPHQL: command("token", "create", "--service", "report", **told),  # type: ignore[arg-type]
    }
    with starting("muster", database_url, folder) as server:
        _asked(server, GRAPHQL, tokens)
    return tokens


def main() -> None:
    """Measures, and prints medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    table = Table(title="Seconds from the start to the first answer (CPU seconds by then)")
    for column in ("", *PATHS, "MiB, idle"):
        table.add_column(column, justify="right")
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        urls = {"sqlite": f"sqlite://{folder}/muster.db"}
        urls["postgres"] = stack.enter_context(postgres_database(folder / "cluster"))
        tokens = {name: prepared(url, folder / name) for name, url in urls.items()}
        rounds = [
            {name: once(url, folder / name, tokens[name]) for name, url in urls.items()} for _ in range(chosen.rounds)
        ]
    for name in urls:
        median = {key: statistics.median(one[name][key] for one in rounds) for key in rounds[0][name]}
        cells = [f"{median[path]:.2f} ({median[f'{path} CPU']:.2f})" for path in PATHS]
        table.add_row(name, *cells, f"{median['MiB']:.0f}")
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
