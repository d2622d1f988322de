"""`make screenshots`: the pictures of the README, of the company that `muster demo` makes, taken in a real browser.

Not a test. Okta's requests of today come on top, so that there is something to connect and a log to read.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.company import Company, of_account
from tests.browser.conftest import ARGUMENTS, MISSING, ROOT, browser_path
from tests.browser.okta import USER, Okta
from tests.browser.served import Served, serving
from tests.browser.visitor import Visitor, visiting
from web.building import Ui
from web.demo import living

FOLDER = ROOT / "docs" / "pictures"
PEOPLE = 300
SEED = 1
SIZE = (1280, 800)

PICTURES = {
    "overview": "/",
    "integration": "/integrations/{integration}",
    "log": "/integrations/{integration}?tab=log",
    "team": "/teams/payments?asOf={day}",
}


async def main() -> None:
    """Takes every picture, light and dark, into docs/pictures."""
    if (path := browser_path()) is None:
        raise SystemExit(MISSING)
    Ui(ROOT).build()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder)) as served, async_playwright() as playwright:
            company = await lived(served)
            await provision(await company.okta())
            integration = await company.integration()
            browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            for scheme in ("light", "dark"):
                async with visiting(browser, served.url, await company.cookies(), size=SIZE, scheme=scheme) as ada:
                    for name, address in PICTURES.items():
                        await take(ada, address.format(integration=integration, day=a_day()), f"{name}-{scheme}")
            await browser.close()


async def lived(served: Served) -> Company:
    """The demo's company after three years, with Ada Lovelace as its administrator."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with served.catalog():
        account = await living.make(PEOPLE, SEED, today, lambda _done, _of: None)
        return await of_account(served, account, "ada@lovelace.dev")


async def provision(okta: Okta) -> None:
    """A morning of requests, of which some fail."""
    await okta.test_connector()
    for given, family in (("Grace", "Hopper"), ("Alan", "Turing"), ("Radia", "Perlman")):
        await okta.assign(f"{given}.{family}@rehearsal.example".lower(), given, family)
    again = {"schemas": [USER], "userName": "grace.hopper@rehearsal.example"}
    await okta.request("POST", "/Users", again)
    await okta.request("GET", '/Users?filter=userNme eq "ada"')


async def take(ada: Visitor, address: str, name: str) -> None:
    await ada.go(address)
    await ada.page.screenshot(path=FOLDER / f"{name}.png")


def a_day() -> str:
    """A day a good while ago."""
    return (datetime.now(UTC) - timedelta(weeks=40)).date().isoformat()


if __name__ == "__main__":
    asyncio.run(main())
