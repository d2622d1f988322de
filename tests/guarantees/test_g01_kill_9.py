"""G1: what was acknowledged survives kill -9 of the server, under sixteen writers."""

from pathlib import Path

from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.guarantees.writing import Writers, found
from tests.web.serving import Killable

KILLS = dose(10, 200)
BETWEEN = 40
"""Acknowledgements between two kills, at least: each meets other requests at other places."""


async def test_g01_acknowledged_writes_survive_kill_9(address: str, tmp_path: Path, ledger: Ledger) -> None:
    async with Killable.running(address, tmp_path) as server:
        writers = Writers(server.url, server.token)
        async with writers.at_work():
            for _ in range(KILLS):
                await writers.more(BETWEEN)
                await server.kill_and_start()
            await writers.more(BETWEEN)
    there = await found(address)
    lost = writers.acknowledged - there["names"]
    ledger(
        kills=KILLS, acknowledged=len(writers.acknowledged), unanswered=writers.without_an_answer, lost=len(lost),
        doubled=there["doubled"], partial=there["partial"],
    )  # fmt: skip
    assert not lost
    assert (there["doubled"], there["partial"]) == (0, 0)
    assert writers.without_an_answer, "no kill has met a request"
