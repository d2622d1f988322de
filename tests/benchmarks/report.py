"""What was measured, for people: a table, and a chart for the documentation."""

from __future__ import annotations

from html import escape
from typing import Any

from rich.console import Console
from rich.table import Table

Results = dict[str, dict[str, dict[str, float]]]
"""By kind of request and server: `per_s median_ms p95_ms cpu_ms failures requests`."""

CEILING = "ceiling"
RAW = "raw "
"""Before a database's name: the same rows by SQL written for the occasion."""

WIDTH, BAR, GAP, LEFT = 760, 16, 12, 230
COLOURS = {"sqlite": "#2f6f8f", "postgres": "#7a5195"}
OTHERS = "#b0a08a"


def against(results: Results, kind: str, server: str) -> float:
    """A server's rate as a share of the ceiling's; of the hand-written one's, where there is such."""
    rates = {name: figures["per_s"] for name, figures in results[kind].items()}
    return rates[server] / rates.get(RAW + server, rates[CEILING])


def show(results: Results) -> None:
    """The table: each rate, its share of the ceiling's (or of raw SQL), and the CPU of one request."""
    names = list(dict.fromkeys(name for servers in results.values() for name in servers))
    table = Table(title="SCIM over HTTP, one worker: a second, × of the ceiling, median, CPU of the server per request")
    for column in ("request", *names):
        table.add_column(column, justify="right")
    for kind, servers in results.items():
        table.add_row(kind, *(_cell(results, kind, name) if name in servers else "" for name in names))
    Console(width=200).print(table)


def _cell(results: Results, kind: str, name: str) -> str:
    figures = results[kind][name]
    told = (
        f"{figures['per_s']:,.0f}/s {against(results, kind, name):.2f}×\n"
        f"{figures['median_ms']:.2f} ms, {figures['cpu_ms']:.3f} CPU"
    )
    return told + (f"\n{figures['failures']:.0f} FAILED" if figures["failures"] else "")


def chart(results: Results) -> str:
    """The shares as bars, an SVG that is read on light and on dark paper."""
    rows: list[str] = []
    y = 30
    for kind, servers in results.items():
        shown = [name for name in servers if name != CEILING and not name.startswith(RAW)]
        rows.append(f'<text x="{LEFT - 10}" y="{y + BAR - 4}" text-anchor="end">{escape(kind)}</text>')
        for name in shown:
            share = against(results, kind, name)
            length = max(1, round(min(share, 1.1) * (WIDTH - LEFT - 160)))
            colour = COLOURS.get(name, OTHERS)
            rows.append(f'<rect x="{LEFT}" y="{y}" width="{length}" height="{BAR}" fill="{colour}"/>')
            rows.append(f'<text x="{LEFT + length + 6}" y="{y + BAR - 4}">{share:.2f} {escape(name)}</text>')
            y += BAR + 2
        y += GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#808080">'
        "<title>Requests a second as a share of the ceiling</title>"
        f'<text x="{LEFT}" y="16">share of a bare Starlette answer (lists: of raw SQL behind the same server)</text>'
    )
    return "\n".join([head, *rows, "</svg>", ""])


def machine(facts: dict[str, Any]) -> str:
    """One line on what it was measured with."""
    return ", ".join(f"{name} {value}" for name, value in facts.items())
