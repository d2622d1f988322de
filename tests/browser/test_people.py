"""People: how they arrive, are found, invited, changed and taken away with."""

import csv
import io
import re

from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.served import PASSWORD, Served

SOON_MS = 5_000


async def person_id(muster: Served, email: str) -> str:
    asked = await muster.ask("query ($email: String!) { account { user(input: {email: $email}) { id } } }", email=email)
    return str(asked["account"]["user"]["id"])


async def test_a_person_who_is_pushed_appears_on_the_open_page_and_leaves_as_deactivated(
    visit: Visit, muster: Served
) -> None:
    okta = await muster.okta()
    async with visit() as ada:
        await ada.go("/users")
        grace = await okta.assign("grace@acme.example", "Grace", "Hopper", title="Rear Admiral")
        row = ada.page.locator("tbody tr", has_text="Grace Hopper")
        await expect(row).to_be_visible(timeout=SOON_MS)
        await expect(row).to_contain_text("Okta")

        await okta.set_active(grace, False)
        await expect(row).to_contain_text("Deactivated", timeout=SOON_MS)
        await ada.choose("Status", "Deactivated")
        await expect(ada.page).to_have_url(re.compile("status=deactivated"))
        await expect(row).to_be_visible()
        await row.get_by_role("link").click()
        await ada.page.get_by_role("tab", name="History").click()
        await expect(ada.page.get_by_text(re.compile("deactivated Grace Hopper"))).to_be_visible()


async def test_somebody_who_is_deactivated_can_not_sign_in(visit: Visit, muster: Served) -> None:
    await muster.person("leaver@acme.example", "Lee Verner", "user")
    await muster.muster("user", "deactivate", "leaver@acme.example")
    async with visit(None, tolerated=["status of 401"]) as guest:
        await guest.go("/sign-in")
        await guest.page.fill("[name=email]", "leaver@acme.example")
        await guest.page.fill("[name=password]", PASSWORD)
        await guest.page.keyboard.press("Enter")
        await expect(guest.page.get_by_role("alert")).to_be_visible()


async def test_filters_are_in_the_address_and_the_address_shows_the_same_rows(visit: Visit, muster: Served) -> None:
    okta = await muster.okta()
    for number in range(3):
        await okta.assign(f"filter.hopper{number}@acme.example", f"Filter{number}", "Hopper")
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


async def test_keys_search_find_and_open(visit: Visit, muster: Served) -> None:
    okta = await muster.okta()
    await okta.assign("radia@acme.example", "Radia", "Perlman")
    async with visit() as ada:
        await ada.go("/users?search=perlman")
        await ada.page.keyboard.press("j")
        await expect(ada.page.locator("tr[data-current]")).to_contain_text("Radia Perlman")
        await ada.page.keyboard.press("Enter")
        await expect(ada.page.get_by_role("heading", level=1)).to_have_text("Radia Perlman")

        await ada.page.keyboard.press("Control+k")
        await ada.page.keyboard.type("perl")
        await expect(ada.page.get_by_role("dialog")).to_contain_text("Radia Perlman")
        await ada.page.keyboard.press("Escape")
        await ada.page.keyboard.press("g")
        await ada.page.keyboard.press("t")
        await expect(ada.page).to_have_url(f"{ada.url}/teams")
        await ada.page.keyboard.press("?")
        await expect(ada.page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
        await ada.page.keyboard.press("Escape")

        await ada.page.keyboard.press("Tab")
        focused = await ada.page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement); return style.outlineStyle })()"
        )
        assert focused == "solid"


async def test_many_are_invited_at_once_and_what_is_wrong_is_named(visit: Visit, muster: Served) -> None:
    pasted = "new.one@acme.example\nNew Two <new.two@acme.example>, new.one@acme.example; nobody, ada@acme.example"
    async with visit() as ada:
        await ada.go("/users")
        await ada.press("Invite people")
        await ada.page.fill("[name=emails]", pasted)
        said = ada.page.get_by_role("dialog").get_by_role("status")
        await expect(said).to_contain_text("1 already here (ada@acme.example)")
        await expect(said).to_contain_text("1 pasted twice (new.one@acme.example)")
        await expect(said).to_contain_text("1 no address (nobody)")
        await ada.press("Invite 2", within="dialog")
        await expect(ada.page.get_by_role("dialog")).to_have_count(0)
        await ada.go("/users?search=new.")
        await expect(ada.page.locator("tbody tr", has_text="Invited")).to_have_count(2)

        await ada.page.get_by_role("link", name=re.compile("new.two", re.IGNORECASE)).first.click()
        await ada.settled()
        await ada.choose("More about", "Send the invitation again")
        await ada.sees("An invitation is on its way to new.two@acme.example.")
        await ada.choose("More about", "Revoke the invitation")
        await ada.sees("The invitation is revoked; its link opens nothing.")
        await ada.sees("Uninvited")


async def test_an_invited_person_joins_by_their_link(visit: Visit, muster: Served) -> None:
    await muster.ask('mutation { userInvite(email: "joiner@acme.example") { errors { message } } }')
    link = await letter_link(muster, "joiner@acme.example")
    async with visit(None, tolerated=["status of 410"]) as guest:
        await guest.page.goto(link)
        await guest.sees("Choose a password for joiner@acme.example.")
        await guest.page.fill("[name=password]", PASSWORD)
        await guest.press("Join")
        await expect(guest.page).to_have_url(f"{guest.url}/")
        await guest.settled()
        await guest.page.goto(link)
        await guest.sees("This link is no longer good")


async def letter_link(muster: Served, email: str) -> str:
    """The link in the letter to this person, which lies as a file where no mail server is set."""
    import asyncio
    from email import message_from_bytes, policy

    for _ in range(200):
        for path in muster.folder.rglob("*.eml"):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            if email in str(letter["To"]) and body is not None:
                found = re.search(r"http://\S+/invitations/\S+", body.get_content())
                if found:
                    return found.group().rstrip(".>)")
        await asyncio.sleep(0.1)
    raise AssertionError(f"No letter to {email} has come.")


async def test_what_a_provider_manages_is_locked_and_what_it_does_not_is_not(visit: Visit, muster: Served) -> None:
    okta = await muster.okta()
    await okta.assign("locked@acme.example", "Locke", "Ed")
    await muster.person("free@acme.example", "Free Mann", "user")
    async with visit() as ada:
        await ada.go(f"/users/{await person_id(muster, 'locked@acme.example')}")
        await ada.sees("Managed by Okta")
        await expect(ada.page.get_by_role("img", name="Change it in Okta").first).to_be_visible()
        await ada.press("Edit")
        await expect(ada.page.get_by_role("dialog").locator("[name=name]")).to_be_disabled()
        await ada.press("Cancel", within="dialog")
        refused = await muster.ask(
            'mutation { userUpdate(user: {email: "locked@acme.example"}, input: {name: "X"}) { errors { code } } }'
        )
        assert refused["userUpdate"]["errors"] == [{"code": "MANAGED"}]

        await ada.go(f"/users/{await person_id(muster, 'free@acme.example')}")
        await ada.press("Edit")
        await ada.page.get_by_role("dialog").locator("[name=name]").fill("Freya Mann")
        await ada.press("Save", within="dialog")
        await expect(ada.page.get_by_role("heading", level=1)).to_have_text("Freya Mann")


async def test_the_role_of_many_is_changed_and_taken_back(visit: Visit, muster: Served) -> None:
    okta = await muster.okta()
    for number in range(3):
        await okta.assign(f"bulk{number}@acme.example", f"Bulk{number}", "Person")
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


async def test_all_that_a_filter_meets_are_chosen_and_counted(visit: Visit, muster: Served) -> None:
    okta = await muster.okta()
    for number in range(5):
        await okta.assign(f"every{number}@acme.example", f"Every{number}", "One")
    async with visit() as ada:
        await ada.go("/users?search=every")
        await ada.page.get_by_label("Choose Every0 One").check()
        await ada.press("Select all 5")
        await ada.press("Deactivate")
        await expect(ada.page.get_by_role("dialog")).to_contain_text("Deactivate 5 people?")
        await ada.press("Deactivate", within="dialog")
        await expect(ada.page.locator("tbody tr", has_text="Deactivated")).to_have_count(5)


async def test_an_export_is_the_filtered_list_and_runs_nothing(visit: Visit, muster: Served) -> None:
    okta = await muster.okta()
    await okta.assign("formula@acme.example", "=SUM(A1)", "Łukasz")
    await okta.assign("formula2@acme.example", "Plain", "Formula")
    async with visit() as ada:
        await ada.go("/users?search=formula")
        async with ada.page.expect_download() as downloading:
            await ada.press("Export CSV")
        content = (await (await downloading.value).path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its mark"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["Email"] for row in rows} == {"formula@acme.example", "formula2@acme.example"}
    assert {row["Name"] for row in rows} == {"'=SUM(A1) Łukasz", "Plain Formula"}


async def test_a_persons_page_tells_their_teams_and_their_history(visit: Visit, muster: Served) -> None:
    okta = await muster.okta()
    person = await okta.assign("told@acme.example", "Toldi", "Hist")
    await okta.push_group("Historians", [person])
    await muster.person("report@acme.example", "Re Port", "user")
    async with visit() as ada:
        await ada.go(f"/users/{await person_id(muster, 'told@acme.example')}?tab=teams")
        row = ada.page.locator("li", has_text="Historians")
        await expect(row).to_contain_text("member")
        await expect(row).to_contain_text("since")
        await ada.page.get_by_role("tab", name="History").click()
        sentences = ada.page.locator("ol li")
        await expect(sentences.first).to_contain_text(re.compile("Historians"))
        await expect(sentences.last).to_contain_text(re.compile("Toldi Hist"))
        await ada.page.get_by_role("tab", name="Raw SCIM").click()
        await expect(ada.page.locator("pre")).to_contain_text('"userName": "told@acme.example"')
