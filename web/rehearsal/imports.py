"""Everything read by pages, as a provider imports it, and compared with what must be there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from web.rehearsal.client import Failed
from web.rehearsal.stage import Stage

PAGE = 100

Compare = Callable[[int, dict[str, Any]], None]
"""Given the number of one of ours and the resource that was read."""


async def import_people(stage: Stage, step: str) -> None:
    """Every person on one page, as they are now, with the groups they are in."""
    style, differences, directory = stage.style, stage.differences, stage.directory
    groups = directory.groups_of_everyone()

    def compare(number: int, found: dict[str, Any]) -> None:
        person = directory.person(number)
        differences.user(person, style.profile(person), found)
        differences.groups_of(person, groups.get(number, set()), found)

    await _import(stage, step, "/Users", directory.numbers(), lambda n: directory.person(n).user_name, compare)


async def import_groups(stage: Stage, step: str) -> None:
    """Every group on one page, as it is now, with all its members."""
    directory = stage.directory

    def compare(number: int, found: dict[str, Any]) -> None:
        group = directory.groups[number]
        stage.differences.group(group, directory.ids(group.members), found)

    ours = {group.id: number for number, group in directory.groups.items()}
    await _import(stage, step, "/Groups", ours, lambda n: directory.groups[n].name, compare)


async def _import(
    stage: Stage, step: str, path: str, ours: dict[str, int], called: Callable[[int], str], compare: Compare
) -> None:
    """Page by page to `totalResults`; others' resources are passed over."""
    stage.client.steps[step]
    missing = set(ours.values())
    start, total = 1, 1
    while start <= total:
        try:
            page = await stage.client.send(step, "GET", path, query=stage.style.page_query(start, PAGE))
        except Failed:
            return
        resources = [one for one in page.get("Resources") or [] if isinstance(one, dict)]
        _check_numbers(stage, step, page, start, len(resources))
        if not resources:
            break
        for found in resources:
            number = ours.get(str(found.get("id")))
            if number is None:
                continue
            if number not in missing:
                stage.differences.add(f"{step}: {called(number)} was on two pages", "imported twice")
                continue
            missing.discard(number)
            compare(number, found)
        total = page["totalResults"] if isinstance(page.get("totalResults"), int) else 0
        start += len(resources)
        stage.progress(step, min(start - 1, total), max(total, len(ours)))
    for number in sorted(missing):
        stage.differences.add(f"{step}: {called(number)} was on no page", "not imported")


def _check_numbers(stage: Stage, step: str, page: dict[str, Any], start: int, read: int) -> None:
    """Okta takes JSON integers alone, and its reviewers count what is on a page."""
    for name, wanted in (("startIndex", start), ("itemsPerPage", read)):
        if page.get(name) != wanted:
            stage.differences.add(f"{step}: from {start}, {name} is {page.get(name)!r}, not {wanted}", name)
    if not isinstance(page.get("totalResults"), int):
        stage.differences.add(f"{step}: totalResults is {page.get('totalResults')!r}", "totalResults")
