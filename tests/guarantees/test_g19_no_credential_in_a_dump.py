"""G19: who has the whole database has no way in: of each secret there is a digest or a hash, and no more."""

import gzip
import re
from io import BytesIO

import pytest

from catalog import archive, minting
from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.errors import Unauthenticated
from catalog.models import Integration, Session
from catalog.services import links, sessions, tokens, users
from tests import builders

KEY = b"a secret key of thirty-two characters"


async def test_g19_a_dump_holds_no_usable_credential(actor: Actor, integration: Integration) -> None:
    ada = await builders.a_user(actor, "ada@lovelace.dev", role="admin")
    await builders.a_password(actor, ada)
    async with change(actor) as this:
        held = await users.lock(this, ada.id)
        secrets = [
            (await tokens.create_for_user(this, held, name="hers", scope=Scope.WRITE))[1],
            (await tokens.create_for_integration(this, integration, name="Okta"))[1],
            (await tokens.create_for_service(this, name="reports", scope=Scope.READ))[1],
            sessions.start(this, held, method="password")[1],
            await links.make(this, "setup"),
        ]
    file = BytesIO()
    await archive.write(file, KEY)
    digests = [session.digest for session in await Session.all()]
    dump = gzip.decompress(file.getvalue()).decode() + "".join(digests)

    assert len(set(secrets)) == 5
    for secret in [*secrets, *(secret.rpartition("_")[2] for secret in secrets), builders.PASSWORD]:
        assert secret not in dump
    found = set(re.findall(r"[0-9a-f]{64}|muster_[A-Za-z0-9_]+", dump))
    assert {minting.digest(secret) for secret in secrets} <= found, "what is kept of them is looked at"
    for text in found:
        for recognise in (tokens.recognise, sessions.recognise):
            with pytest.raises(Unauthenticated):
                await recognise(text)
