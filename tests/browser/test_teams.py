"""Teams: pushed and made by hand, as a tree, and as they were on another day."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from tests.browser.company import Company
from tests.browser.conftest import Visit
from tests.browser.visitor import soon_ms

CREATE = """mutation ($name: String!, $parent: IdentifierInput) {
  teamCreate(input: {name: $name, parentTeam: $parent}) { team { id alias } errors { message } }
}"""

JOIN = """mutation ($team: ID!, $user: ID!) {
  teamMembershipCreate(input: {teamId: $team, members: [{user: {id: $user}}]}) { errors { message } }
}"""
TEAM = "query ($alias: String!) { account { team(alias: $alias) { id } } }"


async def a_team(acme: Company, name: str, parent: str | None = None) -> str:
    """Made by hand; its alias."""
    made = await acme.ask(CREATE, name=name, parent={"alias": parent} if parent else None)
    assert not made["teamCreate"]["errors"], made
    return str(made["teamCreate"]["team"]["alias"])


async def test_a_pushed_groups_members_come_and_go_on_the_open_page(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    grace = await okta.assign("grace@acme.dev", "Grace", "Hopper")
    alan = await okta.assign("alan@acme.dev", "Alan", "Turing")
    group = await okta.push_group("Payments", [grace])
    async with visit() as ada:
        await ada.go("/teams/payments")
        await ada.sees("Managed by Okta")
        await expect(ada.page.locator("tbody tr", has_text="Grace Hopper")).to_be_visible()
        await okta.add_to_group(group, alan)
        await expect(ada.page.locator("tbody tr", has_text="Alan Turing")).to_be_visible(timeout=soon_ms())
        await okta.remove_from_group(group, grace)
        await expect(ada.page.locator("tbody tr", has_text="Grace Hopper")).to_have_count(0, timeout=soon_ms())

        add = ada.page.get_by_role("button", name="Add member")
        await expect(add).to_be_disabled()
        await expect(ada.page.get_by_role("note")).to_have_attribute("aria-label", re.compile("Okta manages who is on"))


async def test_a_team_made_by_hand_takes_members_and_tells_who_added_them(visit: Visit, acme: Company) -> None:
    await acme.person("hedy@acme.dev", "Hedy Lamarr")
    async with visit() as ada:
        await ada.go("/teams")
        await ada.press("New team")
        await ada.page.get_by_role("dialog").locator("[name=name]").fill("Spread Spectrum")
        await ada.press("Create team", within="dialog")
        await expect(ada.page).to_have_url(re.compile("/teams/spread"))
        await ada.settled()
        await ada.page.get_by_role("button", name="Add member").click()
        await ada.page.get_by_role("dialog").get_by_label("Person").fill("hedy")
        await ada.page.get_by_role("option", name=re.compile("Hedy Lamarr")).click()
        await ada.press("Add member", within="dialog")
        await expect(ada.page.locator("tbody tr", has_text="Hedy Lamarr")).to_be_visible()
        await ada.page.get_by_role("tab", name="History").click()
        await expect(ada.page.locator("ol li").first).to_contain_text(re.compile("Ada Lovelace.*Hedy Lamarr"))


async def test_the_tree_opens_and_a_search_opens_the_path(visit: Visit, acme: Company) -> None:
    top = await a_team(acme, "Engineering")
    middle = await a_team(acme, "Infrastructure", top)
    await a_team(acme, "Storage", middle)
    async with visit() as ada:
        await ada.go("/teams")
        await expect(ada.page.get_by_role("link", name="Infrastructure")).to_be_visible()
        await expect(ada.page.get_by_role("link", name="Storage")).to_have_count(0)
        await ada.press("Open Infrastructure")
        await expect(ada.page.get_by_role("link", name="Storage")).to_be_visible()
        await ada.press("Close Engineering")
        await expect(ada.page.get_by_role("link", name="Infrastructure")).to_have_count(0)
        await ada.page.fill("[name=search]", "stor")
        await expect(ada.page.get_by_role("link", name="Storage")).to_be_visible()
        assert [row.split()[0] for row in await ada.rows()] == ["Engineering", "Infrastructure", "Storage"]
        await ada.page.get_by_role("link", name="Storage").click()
        crumbs = ada.page.get_by_role("navigation", name="Breadcrumbs")
        await expect(crumbs).to_have_text(re.compile("Teams.*Engineering.*Infrastructure"))


async def test_a_team_is_moved_and_not_below_itself(visit: Visit, acme: Company) -> None:
    await a_team(acme, "Above")
    below = await a_team(acme, "Below")
    async with visit() as ada:
        await ada.go(f"/teams/{below}")
        await choose_parent(ada.page, "Above")
        await ada.press("Save", within="dialog")
        await expect(ada.page.get_by_role("navigation", name="Breadcrumbs")).to_contain_text("Above")
        await ada.go("/teams/above")
        await choose_parent(ada.page, "Below")
        await ada.press("Save", within="dialog")
        await expect(ada.page.get_by_role("dialog").get_by_role("alert")).to_be_visible()


async def choose_parent(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_role("dialog").get_by_label("Part of").fill(name)
    await page.get_by_role("option", name=re.compile(name)).first.click()


async def test_a_team_is_shown_as_it_was_on_a_past_day(visit: Visit, acme: Company) -> None:
    alias = await a_team(acme, "Time Travellers")
    today = datetime.now(UTC)
    day = today - timedelta(days=20)
    rows = "team,user,role,validFrom,validTo\n"
    for email, name, begin, end in (
        ("stayed@acme.dev", "Stay Edmund", 40, None),
        ("left@acme.dev", "Left Erikson", 40, 5),
        ("came@acme.dev", "Came Later", 5, None),
    ):
        await acme.person(email, name)
        if end is None:
            team = (await acme.ask(TEAM, alias=alias))["account"]["team"]["id"]
            await acme.ask(JOIN, team=team, user=await acme.person_id(email))
        until = (today - timedelta(days=end)).isoformat() if end else ""
        rows += f"{alias},{email},member,{(today - timedelta(days=begin)).isoformat()},{until}\n"
    (acme.served.folder / "memberships.csv").write_text(rows)
    await acme.muster("import", "memberships", str(acme.served.folder / "memberships.csv"))
    async with visit() as ada:
        await ada.go(f"/teams/{alias}")
        assert {row.split("\n")[0] for row in await ada.rows()}
        await expect(ada.page.locator("tbody")).to_contain_text("Came Later")
        await expect(ada.page.locator("tbody")).not_to_contain_text("Left Erikson")

        await ada.page.fill("[name=asOf]", day.date().isoformat())
        await expect(ada.page).to_have_url(re.compile(f"asOf={day.date().isoformat()}"))
        await ada.sees(f"As it was on {day.day} {day.strftime('%B %Y')}")
        await expect(ada.page.locator("tbody")).to_contain_text("Left Erikson")
        await expect(ada.page.locator("tbody")).to_contain_text("Stay Edmund")
        await expect(ada.page.locator("tbody")).not_to_contain_text("Came Later")
        await ada.sees("+1 joined, −1 left since then")
        await expect(ada.page.get_by_role("button", name="Add member")).to_be_disabled()

        await ada.press("Back to today")
        await expect(ada.page).to_have_url(f"{ada.url}/teams/{alias}")
        await expect(ada.page.locator("tbody")).to_contain_text("Came Later")
