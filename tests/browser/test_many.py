"""A hundred thousand people: the first rows at once, few rows in the page, none missing and none twice."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.benchmarks.scale import fill
from tests.browser.conftest import Visit
from tests.browser.served import Served

PEOPLE = 100_000
DEEP = 5_000
ROWS_MAX = 80
FIRST_ROWS_MAX_MS = 1_000


@pytest.mark.long
async def test_a_hundred_thousand_people_are_scrolled_through(visit: Visit, muster: Served) -> None:
    await muster.stop()
    await fill(f"sqlite://{muster.folder}/muster.db", PEOPLE)
    await muster.start()
    async with visit() as ada:
        await ada.go("/users")
        await ada.sees(re.compile(r"100,\d\d\d people"))  # type: ignore[arg-type]
        await ada.page.goto(f"{ada.url}/teams")
        await ada.settled()
        waited = await ada.page.evaluate(FIRST_ROWS)
        assert waited < FIRST_ROWS_MAX_MS
        seen = await scroll_to(ada.page, DEEP)
        assert len(seen) == len(set(seen)), "nobody twice"
        assert sorted(seen) == list(range(2, 2 + len(seen))), "nobody missing"


FIRST_ROWS = """async () => {
  const began = performance.now();
  document.querySelector('nav a[href="/users"]').click();
  while (!document.querySelector("tbody tr[aria-rowindex]")) await new Promise((done) => requestAnimationFrame(done));
  return performance.now() - began;
}"""


async def scroll_to(page: Page, row: int) -> list[int]:
    """The numbers of the rows that were seen on the way, each once for each person."""
    seen: dict[str, int] = {}
    section = page.get_by_label("People", exact=True)
    while len(seen) < row:
        rows = await page.evaluate(
            """[...document.querySelectorAll("tbody tr[aria-rowindex]")].map((row) =>
                [row.querySelector("a").getAttribute("href"), Number(row.getAttribute("aria-rowindex"))])"""
        )
        assert len(rows) < ROWS_MAX
        before = len(seen)
        seen.update(dict(rows))
        await section.evaluate("(element) => element.scrollBy(0, 600)")
        await expect(page.locator(f"tr[aria-rowindex='{max(seen.values())}']")).to_have_count(1)
        await page.wait_for_timeout(30 if len(seen) > before else 200)
    return list(seen.values())
