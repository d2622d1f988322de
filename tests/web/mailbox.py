"""A mail server for tests, by aiosmtpd: what it was given, and what it refuses."""

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.web.serving import free_port


class Mailbox:
    """What the mail server was given; `refusals` maps a verb to what it answers instead."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refusals: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if "RCPT" in self.refusals:
            return self.refusals["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        message = email.message_from_bytes(envelope.content, policy=default)
        message["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"


@contextmanager
def listens(mailbox: Mailbox, user: bytes, password: bytes) -> Iterator[Controller]:
    """A mail server before the mailbox, which knows one user."""

    def sign_in(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        # Not handled: the server itself answers 535, where the person is not known.
        return AuthResult(success=(data.login, data.password) == (user, password), handled=False)

    controller = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(), authenticator=sign_in, auth_require_tls=False
    )
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()
