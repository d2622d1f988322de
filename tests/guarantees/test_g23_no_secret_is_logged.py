"""G23: however much is logged, no secret is: of a token, a session, a link, a password, or the mail server's."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller

from catalog import hashing, minting
from catalog.actors import Actor
from catalog.changes import change
from catalog.models import User
from catalog.outbox import deliver
from catalog.services import links, users
from tests import builders
from tests.builders import PASSWORD
from tests.graphql_api.conftest import asked_by
from tests.guarantees.ledger import Ledger
from tests.guarantees.listening import Heard, listening
from tests.journeys.provider import ADA, push
from tests.web.door import code, door, sign_in, who
from tests.web.mailbox import Mailbox, listens
from web.postman import SmtpPostman

ROOT = Path(__file__).parent.parent.parent
SUITES = ["tests/scim_facade", "tests/graphql_api", "tests/web", "tests/journeys", "tests/catalog"]
# It reads what is told where nobody has set up logging, as is done here for each.
WITHOUT = "--deselect=tests/web/test_tracing.py::test_asked_for_and_not_installed_is_told"
MAIL = "the password of the mail server"
CHOSEN, WRONG, RESET = "another battery staple", "a wrong battery staple", "yet another battery staple"
TOKEN = '{apiTokenCreate(input:{name:"nightly",scope:"read"}){secret errors{code}}}'


async def letters_sent(server: Controller, password: str) -> None:
    """What waits was given to the mail server, or could not be."""
    sign_in = f"muster:{password.replace(' ', '%20')}"
    postman = SmtpPostman(f"smtp://{sign_in}@127.0.0.1:{server.port}", "muster@lovelace.dev", "https://muster.test")
    while (await deliver(postman, b"k" * 32)).sent:
        pass


async def comes_in(browser: httpx.AsyncClient, heard: Heard, secret: str, password: str) -> None:
    """By a link that is good once, at the second try; and by the password that was chosen."""
    heard.note(secret)
    for chosen, status in (("short", 400), (password, 200), (password, 410)):
        answer = await browser.post(f"/auth/invitations/{secret}", json={"password": chosen})
        assert answer.status_code == status, answer.text
    await browser.post("/auth/sign-out")
    assert code(await sign_in(browser, ADA["userName"], WRONG)) == (401, "WRONG_CREDENTIALS")
    assert (await sign_in(browser, ADA["userName"], password)).status_code == 200
    assert (await who(browser))["signedIn"]


async def test_g23_no_secret_is_logged_on_the_way_from_a_letter_to_a_token(
    scim: httpx.AsyncClient, actor: Actor
) -> None:
    root = await builders.a_user(actor, "root@lovelace.dev", role="admin")
    mailbox = Mailbox()
    with listening() as heard, listens(mailbox, b"muster", MAIL.encode()) as server:
        token = scim.headers["authorization"].partition(" ")[2]
        for secret in (token, MAIL, WRONG):
            heard.note(secret)
        ada = await push(scim, ADA)
        for refused in (token[:-1], minting.mint("scim")):
            answer = await scim.get("/Users", headers={"Authorization": f"Bearer {refused}"})
            assert answer.status_code == 401
        await letters_sent(server, WRONG)
        async with change(actor) as this:
            this.run("UPDATE outbox_messages SET next_attempt_at = $1", this.at)
        await letters_sent(server, MAIL)
        (letter,) = mailbox.messages
        (link,) = set(re.findall(r"/invitations/(\w+)", letter.as_string().replace("=\n", "")))
        async with door() as browser:
            await comes_in(browser, heard, link, CHOSEN)
            async with change(actor) as this:
                reset = await links.make(this, "password", await users.lock(this, (await User.get(id=ada)).id))
            await comes_in(browser, heard, reset, RESET)
        async with asked_by(actor, root) as client:
            answered = await client.post("/graphql", json={"query": f"mutation {TOKEN}"})
            made = answered.json()["data"]["apiTokenCreate"]["secret"]
            headers = {"Authorization": f"Bearer {made}"}
            asked = await client.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
            assert asked.status_code == 200
    assert {made.rpartition("_")[2][4:], CHOSEN, RESET, WRONG} <= heard.secrets
    assert heard.lines
    heard.need_no_secret()


async def test_g23_a_secret_that_is_logged_is_heard() -> None:
    with listening() as heard:
        await hashing.make(PASSWORD)
        logging.getLogger("a library").debug("It was %s.", PASSWORD)
    with pytest.raises(AssertionError, match="Line 1 of the log has a secret"):
        heard.need_no_secret()


@pytest.mark.long
def test_g23_no_secret_is_logged_by_the_whole_suite(ledger: Ledger) -> None:
    ours = ("PYTEST_", "MUSTER_TEST_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    plugins = ["-p", "no:cacheprovider", "-p", "tests.guarantees.listening"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, WITHOUT, *SUITES],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-5_000:] + ended.stderr[-2_000:]
    (lines,), (secrets,) = (re.findall(rf"{what}: (\d+)\.", ended.stdout) for what in ("logged", "used"))
    ledger(lines=int(lines), secrets=int(secrets), logged=0)
    assert int(secrets) > 1_000
