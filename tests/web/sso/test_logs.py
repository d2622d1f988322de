"""What lets somebody in stands in no log, however much is logged: over every way to sign in, and every way to fail."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs, urlsplit

import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.models import Integration, User
from catalog.services import sign_in_connections
from tests import builders
from tests.builders import PASSWORD
from tests.web.door import EMAIL, sign_in
from tests.web.sso.coming_in import VAULT, at_the_door, path, starts
from tests.web.sso.identity_provider import Says, asked
from tests.web.sso.openid import CLIENT_ID, ISSUER, SECRET, Provider, says
from tests.web.sso.test_saml import made
from web.observability import configure
from web.settings import Settings


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that is logged, as an instance logs that is set to `debug`."""
    configure(Settings(log_level="debug", log_format="json"))
    logging.getLogger().addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG)
    return caplog


async def test_g23_no_log_holds_what_lets_somebody_in(
    everything: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    ada: User,
    actor: Actor,
    integration: Integration,
    scim_actor: Actor,
) -> None:
    await builders.a_user(scim_actor, "grace@navy.example", external_id="00u1")
    provider = Provider()
    secrets = [PASSWORD, SECRET, "a wrong password of mine", "an-access-token"]
    async with at_the_door(provider) as guest:
        await sign_in(guest, EMAIL)
        await sign_in(guest, EMAIL, "a wrong password of mine")
        openid = await builders.a_connection(
            actor, integration, settings={"issuer": ISSUER, "client_id": CLIENT_ID}, name="OpenID"
        )
        async with change(actor) as this:
            held = await sign_in_connections.lock(this, openid.id)
            await sign_in_connections.update(this, held, client_secret=SECRET, vault=VAULT)
        for lie in (says(), says(nonce="x"), says(iss="https://evil.example"), says(sub="nobody")):
            url = await starts(guest, openid)
            grant, back = provider.signs_in(url, "00u1")
            lie(grant)
            await guest.get(path(openid, "callback"), params=back)
            secrets += [*back.values(), grant.token(), *parse_qs(urlsplit(url).query)["nonce"]]
            secrets += guest.cookies.values()
        saml = await made(actor, integration)
        for signs in ("assertion", "nothing"):
            response = Says(asked(await starts(guest, saml)), signs=signs).encoded()
            answer = await guest.post(path(saml, "acs"), data={"SAMLResponse": response})
            secrets += [response, response[100:200], answer.headers.get("location", "ticket=?").partition("ticket=")[2]]
            if answer.status_code == 303:
                await guest.get(answer.headers["location"])
        await guest.post(path(saml, "acs"), data={"SAMLResponse": "PHg+" * 20})
        secrets += guest.cookies.values()
    out, err = capfd.readouterr()
    logged = "\n".join([out, err, everything.text])
    assert "single sign-on refused" in logged
    found = [secret for secret in secrets if len(secret) > 3 and secret in logged]
    assert not found
