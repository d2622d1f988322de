"""The page of guarantees tells of every promise, by the tests that are there; what nothing shows says so."""

from tests.guarantees.__main__ import HEAD, PAGE, figures_of, lines, shown_by
from tests.guarantees.promises import PROMISES


def test_the_page_tells_what_is_promised_and_shown() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.partition(HEAD)[2] == "".join(lines(figures_of(page))), "write it anew: python -m tests.guarantees"


def test_every_promise_is_shown_or_says_what_it_lacks() -> None:
    assert not [number for number, found in shown_by().items() if not found and not PROMISES[number].lacks]
    assert list(PROMISES) == list(range(1, 38))
