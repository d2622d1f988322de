"""Every literal request of every client, as files, against the facade, on each database."""

from pathlib import Path

import httpx
import pytest

from tests.scim_facade.conversation import DIRECTORY, files, read
from tests.scim_facade.replay import Hands, replay

CLIENTS = {
    "authentik",
    "dummyidp",
    "entra",
    "jumpcloud",
    "keycloak",
    "okta",
    "onelogin",
    "pingone",
    "rippling",
    "sailpoint",
    "servicenow",
}

FILES = files()
ALONE = [file for file in FILES if not read(file).needs_hands]
WITH_HANDS = [file for file in FILES if read(file).needs_hands]


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


@pytest.mark.parametrize("file", ALONE, ids=_name)
async def test_a_client_is_answered(scim: httpx.AsyncClient, file: Path) -> None:
    await replay(read(file), scim)


@pytest.mark.parametrize("file", WITH_HANDS, ids=_name)
async def test_a_client_meets_what_was_made_by_hand(scim: httpx.AsyncClient, by_hand: Hands, file: Path) -> None:
    await replay(read(file), scim, by_hand)


def test_every_client_has_its_say() -> None:
    assert {folder.name for folder in DIRECTORY.iterdir()} == CLIENTS
    assert {file.parent.name for file in FILES} == CLIENTS


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_a_conversation_expects_more_than_a_status(file: Path) -> None:
    conversation = read(file)
    answered = [exchange for exchange in conversation.exchanges if not exchange.by_hand]
    assert any(exchange.answer for exchange in answered) or all(exchange.status in {204, 304} for exchange in answered)


def test_no_two_exchanges_of_a_conversation_have_one_name() -> None:
    for file in FILES:
        names = [exchange.name for exchange in read(file).exchanges]
        assert all(names), file
        assert len(names) == len(set(names)), file
