"""What to do about a failed request is said for every status, and where to press by the provider that it names."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from catalog.remedies import ANY, ENTRA, OKTA, Provider, provider, remedy


def _row(status: int, **other: Any) -> dict[str, Any]:
    row = {"method": "POST", "path": "/Users", "status": status, "resource_kind": "user", "reason": "No."}
    return {**row, "response_body": None, **other}


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("Okta", OKTA),
        ("okta production", OKTA),
        ("Microsoft Entra", ENTRA),
        ("Azure AD", ENTRA),
        ("OneLogin", ANY),
        ("HR", ANY),
    ],
)
def test_the_words_are_those_of_the_provider_that_the_integration_is_named_after(name: str, whose: Provider) -> None:
    assert provider(name) is whose


@pytest.mark.parametrize("name", ["Okta", "Entra", "HR"])
def test_every_failure_has_a_remedy_of_whole_sentences(name: str) -> None:
    bodies = [None, "", '{"scimType": "invalidValue"}', '{"scimType": ["x"]}', "[1]", '{"cut']
    for status, path, body in product(range(400, 600), ["/Users", "/Groups/1", "/"], bodies):
        told = remedy(_row(status, path=path, response_body=body), name) or ""
        assert told.endswith("."), (status, path, body)
        assert "  " not in told
        assert ".." not in told


@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_a_success_needs_none_though_something_was_passed_over(status: int) -> None:
    assert remedy(_row(status, reason="members: one was passed over."), "Okta") is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (_row(401, reason="This token has expired: make a new one."), "Create an API token on this page"),
        (
            _row(401, reason="This token has expired: make a new one."),
            "in Entra under Provisioning → Admin Credentials",
        ),
        (_row(429, reason="The integration is paused."), "press Resume on this page"),
        (_row(429, reason="Too many requests: try again in 3 seconds."), "Nothing is to be done"),
        (_row(403, reason="Ada was made by hand. It now waits to be linked: …"), "Waiting to be linked"),
        (_row(403), "may write only what this integration manages"),
        (_row(413), "fewer members at once"),
        (_row(500), "this request’s id"),
        (_row(400, response_body='{"scimType": "expiredCursor"}'), "interrupted for too long"),
    ],
)
def test_the_remedy_fits_the_failure(row: dict[str, Any], says: str) -> None:
    assert says in (remedy(row, "Entra") or "")
