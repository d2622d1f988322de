"""A real server, a real mail server: everybody new is welcomed by exactly one letter, however the mail is doing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
from aiosmtpd.controller import Controller

from catalog import database
from catalog.engines import Database, Statement
from catalog.ids import now
from tests.processes import muster
from tests.waiting import until
from tests.web.mailbox import Mailbox
from tests.web.serving import Instance, free_port, running

PEOPLE = 8

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


async def test_everybody_who_is_pushed_gets_one_letter_also_where_the_mail_was_down_for_the_whole_push(
    address: str, tmp_path: Path
) -> None:
    port, mailbox = free_port(), Mailbox()
    mail_settings = {"MUSTER_SMTP_URL": f"smtp://127.0.0.1:{port}", "MUSTER_MAIL_FROM": "muster@acme.dev"}
    async with running(address, tmp_path, **mail_settings) as instance:
        while_down = [f"early{number}@acme.dev" for number in range(PEOPLE)]
        await push(instance, while_down)
        async with outbox(address) as db:
            await until(lambda: tried(db, PEOPLE))
            assert mailbox.messages == []
            with mail(mailbox, port):
                # Half a minute passes: so long a letter waits for its second attempt.
                async with db.unit() as unit:
                    await unit.batch([Statement("UPDATE outbox_messages SET next_attempt_at = $1", [now()])])
                await until(lambda: sent(db, PEOPLE))
                assert recipients(mailbox) == sorted(while_down)

                while_up = [f"late{number}@acme.dev" for number in range(PEOPLE)]
                await push(instance, while_up)
                await until(lambda: sent(db, 2 * PEOPLE))
                assert recipients(mailbox) == sorted(while_down + while_up)
                assert len({message["Message-ID"] for message in mailbox.messages}) == 2 * PEOPLE


async def push(instance: Instance, emails: list[str]) -> None:
    """These people created as Okta creates them, and each edited at once: that is no reason for another letter."""
    token = await muster("token", "create", "--integration", "Okta", environment=instance.environment)
    headers = {"Authorization": f"Bearer {token.strip()}", "Content-Type": "application/scim+json"}
    async with httpx.AsyncClient(base_url=f"{instance.url}/scim/v2", headers=headers) as okta:
        for email in emails:
            person = {"schemas": [USER], "userName": email, "emails": [{"primary": True, "value": email}]}
            created = await okta.post("/Users", json=person)
            assert created.status_code == 201, created.text
            edit = {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"title": "Engineer"}}]}
            edited = await okta.patch(f"/Users/{created.json()['id']}", json=edit)
            assert edited.status_code == 200, edited.text


@contextmanager
def mail(mailbox: Mailbox, port: int) -> Iterator[None]:
    """A mail server on this port, until the block is left."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def recipients(mailbox: Mailbox) -> list[str]:
    return sorted(str(message["X-Envelope-To"]) for message in mailbox.messages)


@asynccontextmanager
async def outbox(database_url: str) -> AsyncIterator[Database]:
    """The server's database, opened here too: what waits is nobody's to see from outside."""
    yield await database.connect(database_url)
    await database.disconnect()


async def tried(db: Database, count: int) -> bool:
    """Whether so many letters were tried, in vain, and wait."""
    waiting = "SELECT count(*) AS n FROM outbox_messages WHERE state = 'waiting' AND attempts = 1"
    return bool((await db.rows(waiting))[0]["n"] == count)


async def sent(db: Database, count: int) -> bool:
    """Whether so many letters went out, and nothing else is in the outbox."""
    rows = await db.rows("SELECT state, count(*) AS n FROM outbox_messages GROUP BY state")
    return {row["state"]: row["n"] for row in rows} == {"sent": count}
