"""`muster rehearse`: what it prints and how it exits."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.web.serving import running
from web.rehearsal.command import run


async def test_it_says_how_it_went_and_exits_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async with running(f"sqlite://{tmp_path}/muster.db", tmp_path) as instance:
        url = f"{instance.url}/scim/v2"

        async def rehearsal(token: str, *, as_json: bool) -> tuple[int, str]:
            code = await asyncio.to_thread(run, url, token, 8, 1, "entra", 4, False, as_json)
            return code, capfd.readouterr().out

        capfd.readouterr()
        code, printed = await rehearsal(instance.token, as_json=True)
        assert code == 0
        told = json.loads(printed)
        assert (told["failures"], told["differences"]) == (0, 0)
        assert told["requests"] > 50

        code, printed = await rehearsal(instance.token, as_json=False)
        assert code == 0
        assert "match and create people" in printed
        assert "0 failures, 0 differences" in printed

        code, printed = await rehearsal("nobody's", as_json=True)
        assert code == 1
        assert json.loads(printed)["steps"][0]["reasons"][0].startswith("1 × GET /Users: 401 ")


@pytest.mark.parametrize(
    ("url", "style", "said"),
    [
        ("http://127.0.0.1:1", "onelogin", "The style is one of okta, okta-aiw, entra."),
        ("127.0.0.1:8000/scim/v2", "okta", "The URL begins with https:// or http://."),
    ],
)
def test_wrong_usage_is_told(url: str, style: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(url, "t", 1, 0, style, 1, False, False) == 2
    assert said in capfd.readouterr().err
