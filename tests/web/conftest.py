"""What tests of the web layer leave as they found it; and who stands at the door."""

import logging
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import structlog

from catalog.actors import Actor
from catalog.models import User
from tests import builders
from tests.web.door import EMAIL, door, sign_in


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Commands configure the logging of their process, which in a test is everybody's."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
async def ada(actor: Actor) -> User:
    """An administrator with a password."""
    user = await builders.a_user(actor, EMAIL, name="Ada Lovelace", role="admin")
    await builders.a_password(actor, user)
    return user


@pytest.fixture
async def browser(ada: User) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody is signed in yet."""
    async with door() as client:
        yield client


@pytest.fixture
async def inside(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser in which Ada is signed in."""
    assert (await sign_in(browser, EMAIL)).status_code == 200
    return browser
