"""Whoever reads the servers' logs for secrets finds each kind of them."""

from pathlib import Path

import pytest

from tests.logs import SECRETS, need_no_secret

TOKEN = "muster_" + "scim_" + "0123456789abcdefghij"


@pytest.mark.parametrize(
    "line",
    [
        f"refused {TOKEN}",
        "Authorization: Bearer 0123456789",
        "id_token=" + "eyJhbGciOiJSUzI1NiJ9" + ".eyJzdWIiOiJhZGEifQ.x",
        "SAMLResponse=PHNhbWw",
        "<saml:Assertion ID='a'>",
        "GET /auth/oidc/1/callback?code=0123456789",
        "GET /auth/saml/1/finish?ticket=0123456789",
        "$argon2id$v=19$m=1",
        '{"password": "hunter2"}',
    ],
)
def test_a_secret_in_a_log_is_found(tmp_path: Path, line: str) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"started\n{line}\n")
    with pytest.raises(AssertionError, match=r"Line 2 of a log has"):
        need_no_secret(log)


def test_what_a_log_may_say_is_let_through(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(
        f"Set up Muster: http://127.0.0.1:8000/setup/{TOKEN}\n"
        "refused muster_scim_0123…\n"
        '{"event": "sign-in refused", "why": "wrong_password", "password": "***"}\n'
        "POST /scim/v2/Users 201\n"
    )
    need_no_secret(log)
    assert len(SECRETS) == 7
