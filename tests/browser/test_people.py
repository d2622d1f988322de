"""People: how they arrive, are found, invited, changed and taken away with."""

import asyncio
import csv
import io
import re
from email import message_from_bytes, policy

from playwright.async_api import expect

from tests.browser.company import PASSWORD, Company
from tests.browser.conftest import Visit
from tests.browser.visitor import soon_ms


async def test_a_person_who_is_pushed_appears_on_the_open_page_and_leaves_as_deactivated(
    visit: Visit, acme: Company
) -> None:
    okta = await acme.okta()
    async with visit() as ada:
        await ada.go("/users")
        grace = await okta.assign("grace@acme.dev", "Grace", "Hopper", title="Rear Admiral")
        row = ada.page.locator("tbody tr", has_text="Grace Hopper")
        await expect(row).to_be_visible(timeout=soon_ms())
        await expect(row).to_contain_text("Okta")

        await okta.set_active(grace, False)
        await expect(row).to_contain_text("Deactivated", timeout=soon_ms())
        await ada.choose("Status", "Deactivated")
        await expect(ada.page).to_have_url(re.compile("status=deactivated"))
        await expect(row).to_be_visible()
        await row.get_by_role("link").click()
        await ada.page.get_by_role("tab", name="History").click()
        await expect(ada.page.get_by_text(re.compile("deactivated Grace Hopper"))).to_be_visible()


async def test_somebody_who_is_deactivated_can_not_sign_in(visit: Visit, acme: Company) -> None:
    await acme.person("leaver@acme.dev", "Lee Verner")
    await acme.ask(
        "mutation ($id: ID!) { userDeactivate(user: {id: $id}) { errors { message } } }",
        id=await acme.person_id("leaver@acme.dev"),
    )
    async with visit(None, tolerated=["status of 401"]) as guest:
        await guest.go("/sign-in")
        await guest.page.fill("[name=email]", "leaver@acme.dev")
        await guest.page.fill("[name=password]", PASSWORD)
        await guest.page.keyboard.press("Enter")
        await expect(guest.page.get_by_role("alert")).to_be_visible()


async def test_filters_are_in_the_address_and_the_address_shows_the_same_rows(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    for number in range(3):
        await okta.assign(f"filter.hopper{number}@acme.dev", f"Filter{number}", "Hopper")
    async with visit() as ada, visit() as other:
        await ada.go("/users")
        everybody = await ada.rows()
        await ada.page.keyboard.press("/")
        await ada.page.keyboard.type("filter")
        await expect(ada.page).to_have_url(re.compile("search=filter"))
        await ada.choose("Status", "Invited")
        await ada.choose("Role", "Member")
        await expect(ada.page).to_have_url(re.compile("role=user"))
        await ada.settled()
        found = await ada.rows()
        assert len(found) == 3
        await ada.sees("3 matches")

        await other.go(ada.page.url.removeprefix(ada.url))
        assert await other.rows() == found
        await other.sees("3 matches")

        await ada.press("Clear filters")
        await expect(ada.page).to_have_url(f"{ada.url}/users")
        await ada.settled()
        assert len(await ada.rows()) >= len(everybody)


async def test_keys_search_find_and_open(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    await okta.assign("radia@acme.dev", "Radia", "Perlman")
    async with visit() as ada:
        await ada.go("/users?search=perlman")
        await ada.page.keyboard.press("j")
        await expect(ada.page.locator("tr[data-current]")).to_contain_text("Radia Perlman")
        await ada.page.keyboard.press("Enter")
        await expect(ada.page.get_by_role("heading", level=1)).to_have_text("Radia Perlman")

        await ada.page.keyboard.press("g")
        await ada.page.keyboard.press("t")
        await expect(ada.page).to_have_url(f"{ada.url}/teams")
        await ada.page.keyboard.press("Control+k")
        await expect(ada.page.get_by_placeholder("Find a person, a team, a page")).to_be_focused()
        await ada.page.keyboard.type("perl")
        await expect(ada.page.get_by_role("dialog")).to_contain_text("Radia Perlman")
        await ada.page.keyboard.press("ArrowDown")
        await ada.page.keyboard.press("Enter")
        await expect(ada.page.get_by_role("heading", level=1)).to_have_text("Radia Perlman")
        await ada.page.keyboard.press("?")
        await expect(ada.page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
        await ada.page.keyboard.press("Escape")

        await ada.page.keyboard.press("Tab")
        focused = await ada.page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement); return style.outlineStyle })()"
        )
        assert focused == "solid"


async def test_many_are_invited_at_once_and_what_is_wrong_is_named(visit: Visit, acme: Company) -> None:
    new = "new.one@acme.dev\nNew Two <new.two@acme.dev>, new.one@acme.dev"
    pasted = f"{new}; nobody, {acme.admin}"
    async with visit() as ada:
        await ada.go("/users")
        await ada.press("Invite people")
        await ada.page.fill("[name=emails]", pasted)
        said = ada.page.get_by_role("dialog").get_by_role("status")
        await expect(said).to_contain_text(f"1 already here ({acme.admin})")
        await expect(said).to_contain_text("1 pasted twice (new.one@acme.dev)")
        await expect(said).to_contain_text("1 no address (nobody)")
        await ada.press("Invite 2", within="dialog")
        await expect(ada.page.get_by_role("dialog")).to_have_count(0)
        await ada.go("/users?search=new.")
        await expect(ada.page.locator("tbody tr", has_text="Invited")).to_have_count(2)

        await ada.page.get_by_role("link", name=re.compile("new.two", re.IGNORECASE)).first.click()
        await ada.settled()
        await ada.choose("More about", "Send the invitation again")
        await ada.sees("An invitation is on its way to new.two@acme.dev.")
        await ada.choose("More about", "Revoke the invitation")
        await ada.sees("The invitation is revoked; its link opens nothing.")
        await ada.sees("Uninvited")


async def test_an_invited_person_joins_by_their_link(visit: Visit, acme: Company) -> None:
    await acme.ask('mutation { userInvite(email: "joiner@acme.dev") { errors { message } } }')
    link = await letter_link(acme, "joiner@acme.dev")
    async with visit(None, tolerated=["status of 410"]) as guest:
        await guest.page.goto(link)
        await guest.sees("Choose a password for joiner@acme.dev.")
        await guest.page.fill("[name=password]", PASSWORD)
        await guest.press("Join")
        await expect(guest.page).to_have_url(f"{guest.url}/")
        await guest.settled()
        await guest.page.goto(link)
        await guest.sees("This link is no longer good")


async def letter_link(acme: Company, email: str) -> str:
    """The link in the letter to this person, which lies as a file where no mail server is set."""
    for _ in range(200):
        for path in acme.served.folder.rglob("*.eml"):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            if email in str(letter["To"]) and body is not None:
                found = re.search(r"http://\S+/invitations/\S+", body.get_content())
                if found:
                    return found.group().rstrip(".>)")
        await asyncio.sleep(0.1)
    raise AssertionError(f"No letter to {email} has come.")


async def test_what_a_provider_manages_is_locked_and_what_it_does_not_is_not(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    await okta.assign("locked@acme.dev", "Locke", "Ed")
    await acme.person("free@acme.dev", "Free Mann")
    async with visit() as ada:
        await ada.go(f"/users/{await acme.person_id('locked@acme.dev')}")
        await ada.sees("Managed by Okta")
        await expect(ada.page.get_by_role("img", name="Change it in Okta").first).to_be_visible()
        await ada.press("Edit")
        await expect(ada.page.get_by_role("dialog").locator("[name=name]")).to_be_disabled()
        await ada.press("Cancel", within="dialog")
        refused = await acme.ask(
            'mutation { userUpdate(user: {email: "locked@acme.dev"}, input: {name: "X"}) { errors { code } } }'
        )
        assert refused["userUpdate"]["errors"] == [{"code": "MANAGED"}]

        await ada.go(f"/users/{await acme.person_id('free@acme.dev')}")
        await ada.press("Edit")
        await ada.page.get_by_role("dialog").locator("[name=name]").fill("Freya Mann")
        await ada.press("Save", within="dialog")
        await expect(ada.page.get_by_role("heading", level=1)).to_have_text("Freya Mann")


async def test_the_role_of_many_is_changed_and_taken_back(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    for number in range(3):
        await okta.assign(f"bulk{number}@acme.dev", f"Bulk{number}", "Person")
    async with visit() as ada:
        await ada.go("/users?search=bulk")
        for number in range(3):
            await ada.page.get_by_label(f"Choose Bulk{number} Person").check()
        await ada.sees("selected")
        await ada.choose("Change role", "Team member")
        await ada.sees("3 people now have the role Team member.")
        await expect(ada.page.locator("tbody tr", has_text="Team member")).to_have_count(3)
        await ada.press("Undo")
        await expect(ada.page.locator("tbody tr", has_text="Team member")).to_have_count(0)


async def test_all_that_a_filter_meets_are_chosen_and_counted(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    for number in range(5):
        await okta.assign(f"every{number}@acme.dev", f"Every{number}", "One")
    async with visit() as ada:
        await ada.go("/users?search=every")
        await ada.page.get_by_label("Choose Every0 One").check()
        await ada.press("Select all 5")
        await ada.press("Deactivate")
        await expect(ada.page.get_by_role("dialog")).to_contain_text("Deactivate 5 people?")
        await ada.press("Deactivate", within="dialog")
        await expect(ada.page.locator("tbody tr", has_text="Deactivated")).to_have_count(5)


async def test_an_export_is_the_filtered_list_and_runs_nothing(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    await okta.assign("formula@acme.dev", "=SUM(A1)", "Łukasz")
    await okta.assign("formula2@acme.dev", "Plain", "Formula")
    async with visit() as ada:
        await ada.go("/users?search=formula")
        async with ada.page.expect_download() as downloading:
            await ada.page.get_by_role("link", name="Export CSV").click()
        content = (await (await downloading.value).path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its mark"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["email"] for row in rows} == {"formula@acme.dev", "formula2@acme.dev"}
    assert {row["name"] for row in rows} == {"'=SUM(A1) Łukasz", "Plain Formula"}


async def test_a_persons_page_tells_their_teams_and_their_history(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    person = await okta.assign("told@acme.dev", "Toldi", "Hist")
    await okta.push_group("Historians", [person])
    await acme.person("report@acme.dev", "Re Port")
    async with visit() as ada:
        await ada.go(f"/users/{await acme.person_id('told@acme.dev')}?tab=teams")
        row = ada.page.locator("li", has_text="Historians")
        await expect(row).to_contain_text("member")
        await expect(row).to_contain_text("since")
        await ada.page.get_by_role("tab", name="History").click()
        sentences = ada.page.locator("ol li")
        await expect(sentences.first).to_contain_text(re.compile("Historians"))
        await expect(sentences.last).to_contain_text(re.compile("Toldi Hist"))
        await ada.page.get_by_role("tab", name="Raw SCIM").click()
        await expect(ada.page.locator("pre")).to_contain_text('"userName": "told@acme.dev"')


async def test_a_person_is_erased_once_their_name_was_typed(visit: Visit, acme: Company) -> None:
    await acme.person("forget@acme.dev", "Forgetta Mee")
    async with visit() as ada:
        await ada.go(f"/users/{await acme.person_id('forget@acme.dev')}")
        await ada.page.get_by_label("More about Forgetta Mee").click()
        await ada.page.get_by_role("menuitem", name="Export or erase personal data").click()
        dialog = ada.page.get_by_role("dialog")
        async with ada.page.expect_download() as taken:
            await dialog.get_by_role("button", name="Export").click()
        assert "Forgetta Mee" in (await (await taken.value).path()).read_text()
        erase = dialog.get_by_role("button", name="Erase for good")
        await expect(erase).to_be_disabled()
        await dialog.get_by_label("Type Forgetta Mee to erase them").fill("Forgetta Mee")
        await erase.click()
        await expect(ada.page).to_have_url(re.compile("/users$"), timeout=soon_ms())
        await ada.sees("The person is erased.")
    found = await acme.ask('{ account { users(search: "Forgetta") { totalCount } } }')
    assert found["account"]["users"]["totalCount"] == 0
