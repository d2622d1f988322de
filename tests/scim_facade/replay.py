"""Replaying a conversation: each request sent as it is written, each answer compared with what the file expects.

Speaks HTTP through the client it is given and knows no more of the server than its answers.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from tests.scim_facade.conversation import Conversation, Exchange, HeaderValues, Variables, fill, part, person
from tests.scim_facade.manners import breaches
from tests.scim_facade.matching import MISSING, differences


class Hands(Protocol):
    """What an administrator does, beside the client: people and teams made by hand, and links to what is pushed."""

    async def a_user(self, *, email: str, name: str) -> str:
        """The id of a person made by hand."""

    async def a_team(self, *, name: str, members: list[str]) -> str:
        """The id of a team made by hand, with these people in it."""

    async def link_user(self, id: str) -> None:
        """Give the person to the integration whose token the client uses."""

    async def link_team(self, id: str) -> None:
        """Give the team to the integration whose token the client uses."""


async def replay(conversation: Conversation, client: httpx.AsyncClient, hands: Hands | None = None) -> None:
    """The whole conversation, to its end.

    Raises AssertionError at the first answer that is not as expected, naming the file, the exchange, every
    difference, the request and the answer.
    """
    variables = await _set_the_scene(conversation, client, hands)
    for exchange in conversation.exchanges:
        if exchange.by_hand:
            assert hands is not None
            for step, subject in exchange.by_hand.items():
                await getattr(hands, step)(fill(subject, variables))
        else:
            await _exchange(conversation, exchange, client, variables)


async def _set_the_scene(conversation: Conversation, client: httpx.AsyncClient, hands: Hands | None) -> Variables:
    given, variables = conversation.given, Variables()
    for name, user in given.users_by_hand.items():
        assert hands is not None
        variables[name] = await hands.a_user(**fill(user, variables))
    for name, team in given.teams_by_hand.items():
        assert hands is not None
        variables[name] = await hands.a_team(**fill({"members": [], **team}, variables))
    pushed = [(name, "/Users", user) for name, user in given.users.items()]
    pushed += [("", "/Users", person(f"member{number:04}.crowd@crowd.example")) for number in range(1, given.crowd + 1)]
    pushed += [(name, "/Groups", group) for name, group in given.groups.items()]
    for name, path, body in pushed:
        answer = await client.post(path, json=fill(body, variables))
        assert answer.status_code == 201, f"{conversation.file}: what is given was refused: {answer.text}"
        if name:
            variables[name] = answer.json()["id"]
    return variables


async def _exchange(
    conversation: Conversation, exchange: Exchange, client: httpx.AsyncClient, variables: Variables
) -> None:
    request = _request(client, conversation.headers, exchange, variables)
    answer = await client.send(request)
    body = _json(answer)
    found = differences(exchange.status, answer.status_code, "status")
    found += breaches(answer.status_code, answer.headers, answer.content, body)
    if not found:
        for name, wanted in fill(dict(exchange.answer_headers), variables).items():
            found += differences(wanted, answer.headers.get(name, MISSING), name)
        if exchange.answer is not None:
            found += differences(fill(exchange.answer, variables), body)
    if found:
        raise AssertionError(_report(conversation, exchange, request, answer, found))
    for name, path in exchange.capture.items():
        variables[name] = part(path, body, answer.headers)


def _request(
    client: httpx.AsyncClient, common: HeaderValues, exchange: Exchange, variables: Variables
) -> httpx.Request:
    body = exchange.body
    content = body if isinstance(body, bytes) else None if body is None else json.dumps(fill(body, variables)).encode()
    request = client.build_request(exchange.method, fill(exchange.path, variables), content=content)
    if content is not None:
        request.headers["Content-Type"] = "application/scim+json; charset=utf-8"
    _set(request, common, variables)
    _set(request, exchange.headers, variables)
    return request


def _set(request: httpx.Request, headers: HeaderValues, variables: Variables) -> None:
    for name, value in headers.items():
        request.headers.pop(name, None)
        sent = [] if value is None else value if isinstance(value, list) else [value]
        lines = [(name, fill(line, variables)) for line in sent]
        request.headers = httpx.Headers([*request.headers.multi_items(), *lines])


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return MISSING


def _report(
    conversation: Conversation, exchange: Exchange, request: httpx.Request, answer: httpx.Response, found: list[str]
) -> str:
    lines = [f"{conversation.file}, “{exchange.name}”: {conversation.about}", *(f"  - {line}" for line in found), ""]
    lines += [f"{request.method} {request.url.raw_path.decode()}", *_shown(request.headers)]
    lines += [request.content.decode(), ""]
    lines += [f"{answer.status_code} {answer.reason_phrase}", *_shown(answer.headers), answer.text]
    return "\n".join(lines)


def _shown(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items() if name != "authorization"]
