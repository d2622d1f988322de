"""Postmen: what a real mail server gets, what its refusals mean, and files where there is none."""

from __future__ import annotations

import email
import stat
from collections.abc import Iterator
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from catalog import letters
from catalog.actors import Actor
from catalog.attributes import by_hand
from catalog.changes import change
from catalog.database import everywhere
from catalog.letters import Letter
from catalog.outbox import Delivered, NotDelivered, deliver
from catalog.services import users
from catalog.services.users import Draft
from tests.web.mailbox import Mailbox, listens
from tests.web.serving import free_port
from web.postman import FilePostman, SmtpPostman, postman
from web.settings import Settings

SENDER = "Muster <muster@lovelace.dev>"
PUBLIC_URL = "https://muster.lovelace.dev"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    """A mail server that knows one user, `muster` with the password `pass word/1`."""
    with listens(mailbox, b"muster", b"pass word/1") as controller:
        yield controller


@pytest.fixture
def letter() -> Letter:
    facts = {"name": "Zoë", "user_name": "zoe", "account": "Lovelace & Söhne", "integration": "Okta"}
    return letters.write(
        "Welcome", "zoe@lovelace.dev", facts, message_id="<0192-a@muster.local>", public_url=PUBLIC_URL
    )


def _postman(server: Controller, sign_in: str = "") -> SmtpPostman:
    return SmtpPostman(f"smtp://{sign_in}127.0.0.1:{server.port}", SENDER, PUBLIC_URL)


async def test_a_mail_server_gets_the_letter_whole(server: Controller, mailbox: Mailbox, letter: Letter) -> None:
    await _postman(server).send(letter)
    (message,) = mailbox.messages
    assert message["X-Envelope-To"] == message["To"] == "zoe@lovelace.dev"
    assert message["From"] == SENDER
    assert message["Subject"] == "Welcome to Lovelace & Söhne on Muster"
    assert message["Message-ID"] == "<0192-a@muster.local>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]
    text, html = message.iter_parts()  # type: ignore[attr-defined]
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "Hello Zoë," in text.get_content()
    assert "Lovelace &amp; Söhne" in html.get_content()


@pytest.mark.parametrize(("password", "taken"), [("pass%20word%2F1", True), ("wrong", False)])
async def test_the_postman_signs_in_as_the_address_says(
    server: Controller, mailbox: Mailbox, letter: Letter, password: str, taken: bool
) -> None:
    sending = _postman(server, f"muster:{password}@").send(letter)
    if taken:
        await sending
    else:
        with pytest.raises(NotDelivered) as problem:
            await sending
        # A wrong password is nobody's letter's fault: once it is set right, all of them are to go out.
        assert not problem.value.is_final
        assert "535" in problem.value.reason
        assert password not in problem.value.reason
    assert len(mailbox.messages) == taken


@pytest.mark.parametrize(
    ("verb", "answer", "is_final"),
    [
        ("RCPT", "550 no such user", True),
        ("RCPT", "450 mailbox busy", False),
        ("DATA", "554 looks like spam", True),
        ("DATA", "452 no room", False),
    ],
)
async def test_a_refusal_is_final_or_not_as_the_server_says(
    server: Controller, mailbox: Mailbox, letter: Letter, verb: str, answer: str, is_final: bool
) -> None:
    mailbox.refusals[verb] = answer
    with pytest.raises(NotDelivered) as problem:
        await _postman(server).send(letter)
    assert problem.value.is_final is is_final
    assert answer[4:] in problem.value.reason
    mailbox.refusals.clear()
    await _postman(server).send(letter)
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+starttls"])
async def test_a_server_that_is_away_is_no_final_refusal(letter: Letter, scheme: str) -> None:
    with pytest.raises(NotDelivered) as problem:
        await SmtpPostman(f"{scheme}://127.0.0.1:{free_port()}", SENDER, PUBLIC_URL).send(letter)
    assert not problem.value.is_final


async def test_nothing_is_said_to_a_server_without_the_tls_that_was_asked_for(
    server: Controller, mailbox: Mailbox, letter: Letter
) -> None:
    with pytest.raises(NotDelivered):
        await SmtpPostman(f"smtp+starttls://127.0.0.1:{server.port}", SENDER, PUBLIC_URL).send(letter)
    assert mailbox.messages == []


async def test_a_header_that_breaks_its_line_is_never_sent(
    server: Controller, mailbox: Mailbox, letter: Letter
) -> None:
    for odd in (
        replace(letter, subject="x\r\nBcc: a@evil.dev"),
        replace(letter, recipient="a@b.dev\r\nBcc: a@evil.dev"),
    ):
        with pytest.raises(NotDelivered) as problem:
            await _postman(server).send(odd)
        assert problem.value.is_final
    assert mailbox.messages == []


async def test_without_a_mail_server_a_letter_is_one_private_file(tmp_path: Path, letter: Letter) -> None:
    by_file = FilePostman(tmp_path / "mail", SENDER, PUBLIC_URL)
    await by_file.send(letter)
    await by_file.send(letter)
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "0192-a.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    assert message["To"] == "zoe@lovelace.dev"
    assert "Hello Zoë," in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_a_message_id_is_no_path(tmp_path: Path, letter: Letter) -> None:
    await FilePostman(tmp_path / "mail", SENDER, PUBLIC_URL).send(replace(letter, message_id="<../../x@muster.local>"))
    assert [file.parent for file in _written(tmp_path)] == [tmp_path / "mail"]


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, letter: Letter) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(NotDelivered) as problem:
        await FilePostman(tmp_path / "mail", SENDER, PUBLIC_URL).send(letter)
    assert not problem.value.is_final


def test_the_settings_choose_the_postman(tmp_path: Path) -> None:
    by_file = postman(Settings(data_dir=tmp_path))
    assert isinstance(by_file, FilePostman)
    assert by_file.folder == tmp_path / "mail"
    by_smtp = postman(Settings(data_dir=tmp_path, smtp_url="smtp://mail.lovelace.dev", mail_from=SENDER))
    assert isinstance(by_smtp, SmtpPostman)
    assert (by_smtp.sender, by_smtp.public_url) == (SENDER, by_file.public_url)


async def test_everybody_new_gets_exactly_one_letter_also_when_the_server_was_away(
    scim_actor: Actor, mailbox: Mailbox, server: Controller
) -> None:
    for number in range(30):
        async with change(scim_actor) as this:
            address = f"person-{number}@lovelace.dev"
            await users.create(this, Draft(address, by_hand(name=f"Person {number}", email=address)))
    away = SmtpPostman(f"smtp://127.0.0.1:{free_port()}", SENDER, PUBLIC_URL)
    while (done := await deliver(away, b"k" * 32)) != Delivered():
        assert done.sent == 0
    async with change(scim_actor) as this:
        this.run("UPDATE outbox_messages SET next_attempt_at = $1", this.at)
    while await deliver(_postman(server), b"k" * 32) != Delivered():
        pass
    assert sorted(message["To"] for message in mailbox.messages) == sorted(
        f"person-{number}@lovelace.dev" for number in range(30)
    )
    rows = await everywhere().rows("SELECT DISTINCT state FROM outbox_messages")
    assert [row["state"] for row in rows] == ["sent"]


def _written(folder: Path) -> list[Path]:
    return list(folder.rglob("*.eml"))
