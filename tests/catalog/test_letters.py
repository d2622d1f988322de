"""Letters: what they say, and that nothing a provider sends becomes markup or a header."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import letters


def _welcome(**facts: Any) -> letters.Letter:
    told = {"name": "Ada", "user_name": "ada@lovelace.dev", "account": "Lovelace", "integration": "Okta", **facts}
    return letters.write(
        "Welcome", "ada@lovelace.dev", told, message_id="<1@muster.local>", public_url="https://muster.lovelace.dev"
    )


def test_a_welcome_says_who_where_and_how_in_both_forms() -> None:
    letter = _welcome()
    assert letter.subject == "Welcome to Lovelace on Muster"
    for form in (letter.text, letter.html):
        assert "Ada" in form
        assert "https://muster.lovelace.dev" in form
        assert "Okta" in form
        assert "ada@lovelace.dev" in form
    assert "Okta" not in _welcome(integration=None).text


LINK = "https://muster.lovelace.dev/invitations/muster_link_abc"
TOLD: dict[str, dict[str, Any]] = {
    "Welcome": {"user_name": "ada", "integration": "Okta"},
    "Invitation": {"sender": "Grace"},
    "PasswordLink": {"sender": "Grace"},
    "PasswordChanged": {"at": "2026-03-01 10:00 UTC"},
    "AddressChanged": {"at": "2026-03-01 10:00 UTC", "by": "Okta"},
    "TokenExpires": {
        "prefix": "muster_scim_mtxD", "token": "nightly", "owner": "Okta", "left": "7 days", "on": "2026-03-08",
        "is_scim": True,
    },
    "Alert": {"integration": "Okta", "headline": "51 people deactivated", "deed": "deactivated 51 people",
              "has_paused": True},
}  # fmt: skip


@pytest.mark.parametrize("name", letters._SUBJECTS)
def test_every_letter_says_the_same_in_both_forms_and_tells_all_its_facts(name: str) -> None:
    facts = {"name": "Ada", "account": "Lovelace", **TOLD[name]}
    link = LINK if name in letters.PURPOSES else None
    letter = letters.write(name, "a@b.dev", facts, message_id="<1@x>", public_url="https://muster.dev", link=link)
    assert letter.subject
    assert "{" not in letter.subject + letter.text
    words = re.sub(r"<[^>]+>", " ", letter.html)
    for told in (value for key, value in facts.items() if isinstance(value, str) and key != "headline"):
        assert told in " ".join(letter.text.split()), told
        assert told in " ".join(words.split()), told
    assert (LINK in letter.text, LINK in letter.html) == (link is not None, link is not None)
    assert max(len(line) for line in letter.text.splitlines()) < 90


def test_a_letter_without_a_link_leads_to_the_door() -> None:
    letter = _welcome()
    for form in (letter.text, letter.html):
        assert "/invitations/" not in form
        assert "https://muster.lovelace.dev" in form


def test_what_a_provider_sends_is_never_markup() -> None:
    letter = _welcome(name="<script>alert(1)</script>", account="A & B", integration="{{ 7 * 7 }}")
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "A &amp; B" in letter.html
    assert "49" not in letter.text
    assert "{{ 7 * 7 }}" in letter.text


@given(st.text(max_size=400))
def test_no_fact_breaks_a_line_or_grows_beyond_bounds(text: str) -> None:
    letter = _welcome(name=text, account=text)
    assert letter.subject.isprintable()
    assert len(letter.subject) < 250
    assert letter.text.count("\n") == _welcome().text.count("\n")


def test_text_that_turns_around_is_straightened() -> None:
    assert (
        _welcome(account="Love\u202elace\r\nBcc: x@evil.dev").subject
        == "Welcome to Love lace Bcc: x@evil.dev on Muster"
    )


def test_a_name_that_is_no_letter_is_refused() -> None:
    with pytest.raises(KeyError):
        letters.write("Ransom", "ada@lovelace.dev", {}, message_id="<1@x>", public_url="https://x.dev")


@pytest.mark.parametrize(
    "address",
    [
        "ada@lovelace.dev",
        "ada.b+muster@mail.lovelace.co.uk",
        "zoë@lovelace.dev",
        "ada@examples.dev",
        "a@bestexample.com",
    ],
)
def test_an_address_gets_mail(address: str) -> None:
    assert letters.can_get_mail(address)


@pytest.mark.parametrize(
    "address",
    [
        *(None, "", "ada", "@lovelace.dev", "ada@", "ada@localhost", "ada@lovelace", "a@b@lovelace.dev"),
        *("ada@x.example", "ada@rehearsal.example", "ada@EXAMPLE.com", "ada@mail.example.org", "ada@example.net."),
        *("ada@x.test", "ada@x.invalid", "ada@lovelace.dev\r\nBcc: x@y.dev", "ada@lovelace.dev,x@y.dev"),
        *("<ada@lovelace.dev>", "ada @lovelace.dev", "ada\x00@lovelace.dev", "a" * 250 + "@lovelace.dev"),
    ],
)
def test_an_address_gets_none(address: str | None) -> None:
    assert not letters.can_get_mail(address)
