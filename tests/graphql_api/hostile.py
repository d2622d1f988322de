"""Requests that mean harm, drawn from a seed: documents, variables, bodies and headers. No test by itself.

`DOCUMENTS` are too large, too deep, too many or broken; what `request` draws is not even a document.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.graphql_api.questions import ODD, TEXTS

Json = Any


# --- documents --------------------------------------------------------------------------------------------------------

VALID = [
    "{account{id teams(first:5){nodes{name memberships{nodes{role user{name email}}}} totalCount}}}",
    'query Q($n:Int=3){account{users(first:$n,after:""){edges{cursor node{id ...on User{email}}} totalCount}}}',
    '{account{team(alias:"payments"){...T parentTeam{...T}}}} fragment T on Team{id name aliases}',
    "{viewer{role account{name}} __schema{queryType{name fields{name args{name}}}}}",
]
PIECES = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "...",
    "on",
    "@",
    "@skip(if:true)",
    "$",
    ":",
    "=",
    "!",
    '"',
    '"""',
    "#",
    "&",
    "|",
]
PIECES += [
    "\\",
    "\0",
    "\ufeff",
    "é",
    "😀",
    "query",
    "mutation",
    "subscription",
    "fragment F on Account",
    "type T",
    "null",
]
PIECES += [
    "account",
    "users",
    "teams",
    "nodes",
    "first",
    "9" * 400,
    "-1",
    "1e400",
    '"\\ud800"',
    "__schema",
    "__typename",
]


def spreads(chance: Random) -> str:
    """Fragments that spread the next one several times, or one another in a circle."""
    number, twice = chance.randint(2, 200), chance.randint(1, 4)
    last = chance.choice(["id", "", f"...F{chance.randint(0, number - 1)}"])
    chain = " ".join(f"fragment F{n} on Account{{{f'...F{n + 1} ' * twice}}}" for n in range(number))
    return f"{{account{{...F0}}}} {chain} fragment F{number} on Account{{{last}}}"


def repeated(chance: Random) -> str:
    """The same thing many times: fields, aliases, directives, arguments, operations, inline fragments, variables."""
    number = chance.choice([20, 31, 200, 1_000])
    made: list[Callable[[], str]] = [
        lambda: "{account{" + "id " * number + "}}",
        lambda: "{" + "".join(f"a{n}:account{{id}} " for n in range(number)) + "}",
        lambda: "{account{" + "".join(f"a{n}:users(first:500){{totalCount}} " for n in range(number)) + "}}",
        lambda: "{account{id" + "@include(if:true) " * number + "}}",
        lambda: "{account{id" + "".join(f"@d{n} " for n in range(number)) + "}}",
        lambda: "{account{user(" + "".join(f"a{n}:1 " for n in range(number)) + "){id}}}",
        lambda: "".join(f"query Q{n}{{account{{id}}}} " for n in range(number)),
        lambda: "{account{" + "".join(f"...on Acount{n}{{id}} " for n in range(number)) + "}}",
        lambda: "query(" + "".join(f"$v{n}:TeamPropertyDefinit{n} " for n in range(number)) + "){account{id}}",
        lambda: "{account{" + "".join(f"user(id:{n}){{id}} " for n in range(number)) + "}}",
        lambda: "{account{" + "".join(f"usr{n} " for n in range(number)) + "}}",
        lambda: (
            "mutation{"
            + "".join(f'a{n}:teamDelete(input:{{id:"{n}"}}){{errors{{code}}}} ' for n in range(number))
            + "}"
        ),
        lambda: "{__schema{" + "types{fields{type{fields{name}}}} " * number + "}}",
        lambda: "{" + "".join(f't{n}:__type(name:"Team"){{fields{{name}}}} ' for n in range(number)) + "}",
    ]
    return chance.choice(made)()


def deep(chance: Random) -> str:
    """The same thing within itself."""
    number = chance.choice([5, 9, 15, 40, 400, 20_000])
    made: list[Callable[[], str]] = [
        lambda: "{account{teams{nodes" + "{parentTeam" * number + "{id}" + "}" * number + "}}}",
        lambda: "{account{teams(where:" + "{not:" * number + "{}" + "}" * number + "){totalCount}}}",
        lambda: "{account{teams(where:{all:" + "[" * number + "]" * number + "}){totalCount}}}",
        lambda: "{" + "...{" * number + "account{id}" + "}" * number + "}",
        lambda: "query($v:" + "[" * number + "Int" + "]" * number + "){account{id}}",
        lambda: "{__schema{types{" + "ofType{" * number + "name" + "}" * number + "}}}",
        lambda: "{__schema" + "{types{fields{type" * min(number, 60) + "{name}" + "}}" * min(number, 60) + "}",
        lambda: (
            "{account"
            + "{teams{nodes{memberships{nodes{user" * min(number, 60)
            + "{id}"
            + "}}}}}" * min(number, 60)
            + "}"
        ),
        lambda: "[" * number,
        lambda: "{" * number,
    ]
    return chance.choice(made)()


def broken(chance: Random) -> str:
    """A good document with pieces lost, doubled or foreign; or nothing but pieces."""
    if chance.random() < 0.3:
        return " ".join(chance.choices(PIECES, k=chance.randint(0, 300)))
    text = chance.choice(VALID)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(text))
        match chance.randint(0, 3):
            case 0:
                text = text[:at] + text[at + chance.randint(1, 6) :]
            case 1:
                text = text[:at] + chance.choice(PIECES) + text[at:]
            case 2:
                text = text[:at] + text[at // 2 : at] + text[at:]
            case _:
                text = text[:at]
    return text


def large(chance: Random) -> str:
    """Long tokens, numbers and texts."""
    number = chance.choice([300, 5_000, 60_000])
    made = [
        "{account{users(first:" + "9" * number + "){totalCount}}}",
        "{account{users(last:-" + "9" * number + "){totalCount}}}",
        '{account{team(alias:"' + "a" * number + '"){id}}}',
        '{account{team(alias:"""' + "a\\" * (number // 2) + '"""){id}}}',
        '{account{team(id:"' + "\\u00e9" * (number // 6) + '"){id}}}',
        "{account{users(first:1e" + "9" * number + "){totalCount}}}",
        "{" + "a" * number + "}",
        "{account{id}}" + "\n#" * (number // 2),
        "{account{id}}" + " " * number,
        '{account{users(after:"' + "A" * number + '"){totalCount}}}',
    ]
    return chance.choice(made)


DOCUMENTS = [spreads, repeated, deep, broken, large]


def variables(chance: Random) -> Json:
    """What is sent as `variables`: awkward, or no object at all."""
    value: Json = chance.choice([*ODD, *TEXTS])
    for _ in range(chance.choice([0, 0, 1, 30, 200])):
        value = chance.choice([[value], {"a": value}])
    return chance.choice([{"n": value, "v": value}, value, None, dict.fromkeys(TEXTS[:9], value)])


# --- requests that are not even documents ---------------------------------------------------------------------------

Request = tuple[str, dict[str, str], bytes]
"""Method, headers, body."""

GOOD = b'{"query":"{account{id}}"}'
BODIES = [
    *(b"", b"null", b"1", b'"{account{id}}"', b"[]", b"{}", b"[" + GOOD + b"]", b"[" + b",".join([GOOD] * 50) + b"]"),
    *(
        b'{"query":1}',
        b'{"query":null}',
        b'{"query":["{account{id}}"]}',
        b'{"query":""}',
        b'{"query":"{account{id}}",}',
    ),
    *(b'{"query":"{account{id}}","variables":[]}', b'{"query":"{account{id}}","variables":"{}"}'),
    *(b'{"query":"{account{id}}","operationName":1}', b'{"query":"{account{id}}","operationName":"Nobody"}'),
    *(b'{"query":"{account{id}}","operationName":""}', b'{"query":"{account{id}}","extensions":{"persistedQuery":{}}}'),
    *(b'{"query":"\xff\xfe"}', b"\xef\xbb\xbf" + GOOD, b'{"query":"\\ud800"}', b'{"query":"\\u0000"}', b"\0" * 100),
    *(
        b"[" * 30_000,
        b'{"a":' * 10_000,
        b'{"query":"{account{id}}","variables":{"a":' + b"[" * 900 + b"]" * 900 + b"}}",
    ),
    *(b"query={account{id}}", b"--x\r\n\r\n{}\r\n--x--", b'{"query":"{account{id}}"', b"NaN", b'{"query":NaN}'),
]
TYPES = [
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "application/graphql",
    "",
    "a/b/c;;;=",
    "*/*",
]
TYPES += [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "APPLICATION/JSON",
]
METHODS = ["POST", "POST", "POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PROPFIND"]


def request(chance: Random) -> Request:
    """A request that is wrong from the outside."""
    headers = {"content-type": chance.choice(TYPES)} if chance.random() < 0.6 else {"content-type": TYPES[0]}
    if chance.random() < 0.2:
        headers["idempotency-key"] = chance.choice(["", "x" * 300, "a b", "é".encode().decode("latin-1"), "k"])
    if chance.random() < 0.1:
        headers["authorization"] = chance.choice(
            ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer muster_api_x", "Bearer \xff"]
        )
    return chance.choice(METHODS), headers, chance.choice([*BODIES, GOOD])


def plain(made: Json) -> Json:
    """The same, of what every JSON library can say: no numbers beyond 64 bits, no half of a character."""
    if isinstance(made, dict):
        return {plain(name): plain(part) for name, part in made.items()}
    if isinstance(made, list):
        return [plain(part) for part in made]
    if isinstance(made, str):
        return made.encode("utf-8", "replace").decode()
    return float(made) if isinstance(made, int) and abs(made) >= 2**63 else made
