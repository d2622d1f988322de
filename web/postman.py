"""Postmen: letters carried away by SMTP, or written as `.eml` files where no mail server is set.

They make the message and hand it over, once. When to try again, and when to give up, is `catalog.outbox`'s business.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

from catalog.letters import Letter
from catalog.outbox import NotDelivered, Postman
from web.settings import Settings

TIMEOUT_S = 20
"""For each step of a conversation with the mail server."""

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
DEFAULT_SENDER = "Muster <muster@localhost>"
"""On letters that are written as files, where no sender is set."""


def postman(settings: Settings) -> Postman:
    """The postman that the settings ask for."""
    if settings.smtp_url:
        return SmtpPostman(settings.smtp_url, settings.mail_from or DEFAULT_SENDER, settings.public_url)
    return FilePostman(settings.data_dir / "mail", settings.mail_from or DEFAULT_SENDER, settings.public_url)


@dataclass(frozen=True, slots=True)
class SmtpPostman:
    """Hands letters to a mail server; its certificate is verified wherever there is one.

    `smtps://` speaks TLS from the first byte, `smtp+starttls://` insists on it before anything is said, `smtp://` does
    without: for a relay on the same host or network.
    """

    url: str
    sender: str
    public_url: str

    async def send(self, letter: Letter) -> None:
        """The mail server has the letter. Raises NotDelivered; final where it refused this recipient or this letter."""
        parts = urlsplit(self.url)
        try:
            await aiosmtplib.send(
                _message(letter, self.sender),
                hostname=parts.hostname,
                port=parts.port or PORTS[parts.scheme],
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=parts.scheme == "smtps",
                start_tls=parts.scheme == "smtp+starttls",
                timeout=TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = [each.code for each in refused.recipients]
            said = "; ".join(f"{each.code} {each.message}" for each in refused.recipients)
            raise NotDelivered(
                f"The mail server refused {letter.recipient}: {said}", is_final=min(codes) >= 500
            ) from None
        except aiosmtplib.SMTPDataError as refused:
            raise NotDelivered(
                f"The mail server refused the letter: {refused.code} {refused.message}", is_final=refused.code >= 500
            ) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
            # The server is away, busy, or not set up right: no letter's fault.
            raise NotDelivered(f"The mail server {parts.hostname} can't be used: {problem}") from None


@dataclass(frozen=True, slots=True)
class FilePostman:
    """Writes letters into a folder, one file each; a letter that comes twice is the same file."""

    folder: Path
    sender: str
    public_url: str

    async def send(self, letter: Letter) -> None:
        """The letter is a file, whole, readable for the owner alone. Raises NotDelivered when it can't be written."""
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as problem:
            raise NotDelivered(f"The letter can't be written to {self.folder}: {problem.strerror}.") from None

    def _write(self, letter: Letter) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = re.sub(r"[^0-9A-Za-z.-]", "", letter.message_id.partition("@")[0]) or secrets.token_hex(8)
        draft = self.folder / f".{name}.{secrets.token_hex(4)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_message(letter, self.sender).as_bytes())
        draft.replace(self.folder / f"{name}.eml")


def _message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as a message of RFC 5322, its text in both forms. Raises NotDelivered for headers that can't be."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = letter.recipient
        message["Subject"] = letter.subject
        message["Message-ID"] = letter.message_id
        message["Date"] = format_datetime(datetime.now(UTC))
        # RFC 3834 §5: no holiday answers, please.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
    except (ValueError, UnicodeError) as problem:
        raise NotDelivered(f"No message can be made of the letter: {problem}.", is_final=True) from None
    return message
