"""GraphQL in the browser, on the session: it may do what its person may."""

import json
import re

from playwright.async_api import Page, Response, expect

from tests.browser.company import Company
from tests.browser.conftest import Visit


async def run(page: Page, query: str) -> str:
    """Runs a query in the editor; what is shown as the answer."""
    await page.get_by_role("button", name="Show Examples").wait_for()
    editor = page.locator(".graphiql-query-editor .monaco-editor").first
    await editor.click()
    await page.keyboard.press("Control+a")
    # Pasted: the editor closes brackets that are typed.
    await page.evaluate("(query) => navigator.clipboard.writeText(query)", query)
    await page.keyboard.press("Control+v")
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_have_text(query)

    def is_asked(answer: Response) -> bool:
        return (answer.request.post_data_json or {}).get("query", "").strip() == query

    async with page.expect_response(is_asked) as answered:
        await page.keyboard.press("Control+Enter")
    return str(await (await answered.value).text())


async def test_a_query_runs_on_the_session_and_asks_no_other_host(visit: Visit) -> None:
    async with visit() as ada:
        await ada.go("/explore")
        said = json.loads(await run(ada.page, "{ viewer { actorName role } }"))
        assert said["data"]["viewer"] == {"actorName": "Ada Lovelace", "role": "admin"}
        await ada.page.get_by_role("button", name="Show Examples").click()
        await ada.page.get_by_role("button", name=re.compile("People by department")).click()
        await expect(ada.page.locator(".graphiql-query-editor")).to_contain_text("usersCountedBy")
        async with ada.page.expect_download() as downloading:
            await ada.press("Download schema")
        assert "type Account" in (await (await downloading.value).path()).read_text()


async def test_a_mutation_there_obeys_the_persons_rights(visit: Visit, acme: Company) -> None:
    await acme.person("grace@acme.dev", "Grace Hopper")
    async with visit("grace@acme.dev") as grace:
        await grace.go("/explore")
        mutation = 'mutation { integrationCreate(input: {type: scim, name: "x"}) { errors { code } } }'
        said = json.loads(await run(grace.page, mutation))
        assert said["data"]["integrationCreate"]["errors"] == [{"code": "NOT_PERMITTED"}]
