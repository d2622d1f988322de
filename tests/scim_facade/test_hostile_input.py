"""Malformed filters, paths, bodies and bytes: refused as SCIM errors, quickly; over HTTP never a 500.

Drawn from a seed, so that a failure can be drawn again. Time is CPU time, with a wide margin.
"""

from collections import Counter
from collections.abc import Callable
from random import Random
from time import process_time
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest

from scim_facade import filters, json_boundary, patch, paths
from scim_facade.errors import ScimError
from scim_facade.projection import Projection
from scim_facade.reading import read_resource
from scim_facade.schemas import CORE_USER_URN, ENTERPRISE_URN, GROUP
from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.scim_facade.strategies import OWN_URN, OWN_USER, TEXTS

Json = dict[str, Any]

SEED = 20261124
CASES = dose(4_000, 100_000)
OVER_HTTP = dose(300, 5_000)
MOST_S = 0.25

WORDS = [
    *("userName", "emails", "name", "members", "groups", "active", "meta", "id", "password", "schemas", "manager"),
    *("value", "type", "primary", ".value", "emails.value", "name.familyName", "meta.created", "$ref", "nosuch"),
    *("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "and", "or", "not", "EQ", "And", "NOT"),
    *("(", ")", "[", "]", "((", "))", "[[", "]]", '"', '"ada"', '"work"', '"\\"', '"\\u0000"', '"\\ud800"', "'x'"),
    *("true", "false", "null", "True", "1", "-1", "1.5", "1e400", "007", "NaN", "2026-11-24T22:33:44Z", "9" * 400),
    *(CORE_USER_URN, ENTERPRISE_URN, OWN_URN, f"{CORE_USER_URN}:userName", f"{ENTERPRISE_URN}:manager.value"),
    *(
        "urn:",
        "urn:nobody:x",
        "__proto__",
        "__class__.__init__",
        "constructor",
        "..",
        ".",
        ":",
        ",",
        "\\",
        "\0",
        "\u2028",
    ),
    *("{}", "$", "%00", "%", "'; DROP TABLE users; --", "😀", "İ", "\ud800", " ", "\t", "\n", "x" * 3000, "(" * 500),
]
ATTRIBUTES = ["userName", "emails", "emails.type", "name.givenName", "active", "meta.created", "members", "displayName"]
ATTRIBUTES += ["title", "addresses", "roles", f"{ENTERPRISE_URN}:manager", f"{OWN_URN}:floor", f"{OWN_URN}:since"]
PARTS = ["value", "type", "primary", "display", "nosuch"]
OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "xx"]
KEYS = [
    *("Operations", "operations", "op", "path", "value", "schemas", "userName", "displayName", "emails", "name"),
    *("members", "active", "externalId", "id", "meta", "groups", "addresses", "x509Certificates", "password", "type"),
    *("primary", "$ref", "manager", "__proto__", "", "name.givenName", 'emails[type eq "work"].value', "\0", "nosuch"),
    *(CORE_USER_URN, ENTERPRISE_URN, OWN_URN, f"{ENTERPRISE_URN}:manager", f"{OWN_URN}:since", f"{OWN_URN}:tags"),
]
SCALARS = [None, True, False, 0, -1, 1.5, 2**63, 2**64 - 1, 1e300, "", "True", "add", "Replace", "remove", *TEXTS]
BYTES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b":",
    b",",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\xc0\xaf",
    b"\x00",
    b"1e999",
]


def text(chance: Random) -> str:
    """A filter or a path, or something of the kind; most of them spoilt in one place or two."""
    if chance.random() < 0.2:
        return chance.choice([" ", ""]).join(chance.choice(WORDS) for _ in range(chance.randint(0, 14)))
    made = expression(chance) if chance.random() < 0.6 else path(chance)
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        at, words = chance.randint(0, len(made)), chance.choice(WORDS)
        cut = chance.choice([0, 0, 1, 5])
        made = made[:at] + (words if chance.random() < 0.6 else "") + made[at + cut :]
    return made


def expression(chance: Random, depth: int = 0) -> str:
    terms = [term(chance, depth) for _ in range(chance.choice([1, 1, 2, 3]))]
    return chance.choice([" and ", " or "]).join(terms)


def term(chance: Random, depth: int) -> str:
    match chance.randint(0, 9):
        case 0 if depth < 12:
            return f"({expression(chance, depth + 1)})"
        case 1 if depth < 12:
            return f"not ({expression(chance, depth + 1)})"
        case 2:
            return path(chance)
        case 3:
            return f"{chance.choice(ATTRIBUTES)} pr"
        case _:
            literal = chance.choice(
                [orjson.dumps(chance.choice(TEXTS)).decode(), "true", "3", "null", "x@y", '"2026-01-01"']
            )
            return f"{chance.choice(ATTRIBUTES)} {chance.choice(OPERATORS)} {literal}"


def path(chance: Random) -> str:
    parts = [f'{chance.choice(PARTS)} {chance.choice(OPERATORS)} "work"' for _ in range(chance.choice([1, 2]))]
    end = chance.choice(["", "", f".{chance.choice(PARTS)}"])
    return chance.choice(ATTRIBUTES) + (f"[{' and '.join(parts)}]" if chance.random() < 0.5 else "") + end


def value(chance: Random, depth: int = 0) -> Any:
    match chance.randint(0, 9):
        case 0 | 1 | 2 if depth < 6:
            return {chance.choice(KEYS): value(chance, depth + 1) for _ in range(chance.randint(0, 4))}
        case 3 | 4 if depth < 6:
            return [value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
        case 5:
            return text(chance)
        case _:
            return chance.choice(SCALARS)


def operation(chance: Random) -> Any:
    if chance.random() < 0.1:
        return value(chance)
    made: Json = {"op": chance.choice([*["add", "Replace", "remove"] * 6, "move", None, 1, [], {}])}
    if chance.random() < 0.7:
        made["path"] = text(chance) if chance.random() < 0.7 else chance.choice(KEYS)
    if chance.random() < 0.8:
        made["value"] = value(chance)
    return made


def message(chance: Random) -> Any:
    return {
        "schemas": value(chance, 5),
        "Operations": [operation(chance) for _ in range(chance.choice([1, 1, 1, 2, 3, 0]))],
    }


def resource(chance: Random) -> Json:
    names = {chance.choice(["userName", "displayName", "USERNAME"]): chance.choice(["ada", "grace", value(chance, 4)])}
    return {**names, **{chance.choice(KEYS): value(chance) for _ in range(chance.randint(0, 6))}}


def raw(chance: Random) -> bytes:
    """JSON with something cut out, put in or put twice; or no JSON at all."""
    made = orjson.dumps(_plain(message(chance) if chance.random() < 0.5 else resource(chance)))
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(made))
        match chance.randint(0, 3):
            case 0:
                made = made[:at] + made[at + chance.randint(1, 9) :]
            case 1:
                made = made[:at] + chance.choice(BYTES) * chance.choice([1, 1, 2, 300]) + made[at:]
            case 2:
                made = made[:at] + made[at // 2 : at] + made[at:]
            case _:
                made = bytes(chance.randrange(256) for _ in range(40)) if chance.random() < 0.2 else made[:at]
    return made


def _plain(made: Any) -> Any:
    """The same, of what JSON can say."""
    if isinstance(made, dict):
        return {_plain(name): _plain(part) for name, part in made.items()}
    if isinstance(made, list):
        return [_plain(part) for part in made]
    return made.encode("utf-8", "replace").decode() if isinstance(made, str) else made


ADA: Json = {"userName": "ada", "active": True, "emails": [{"value": "a", "type": "work"}], OWN_URN: {"floor": 3}}


def _edited(chance: Random) -> None:
    schema, before = chance.choice([(OWN_USER, ADA), (GROUP, {"displayName": "x", "members": [{"value": "1"}]})])
    edits = patch.read(message(chance), schema, strict=chance.random() < 0.2)
    patch.apply(edits, before, schema)


ENGINE: dict[str, Callable[[Random], object]] = {
    "filter": lambda chance: filters.matches(filters.parse(text(chance), OWN_USER), ADA),
    "path": lambda chance: paths.parse(text(chance), OWN_USER),
    "patch": _edited,
    "resource": lambda chance: read_resource(resource(chance), chance.choice([OWN_USER, GROUP]), strict=False),
    "projection": lambda chance: Projection.read(text(chance), None, OWN_USER).shape(ADA),
    "bytes": lambda chance: json_boundary.load_object(raw(chance)),
}


@pytest.mark.parametrize("part", ENGINE)
def test_whatever_comes_is_understood_or_refused_by_a_scim_error_in_little_time(part: str) -> None:
    chance, outcomes, slowest = Random(f"{SEED} {part}"), Counter[str](), 0.0
    for _ in range(CASES // len(ENGINE) + 1):
        before = process_time()
        try:
            ENGINE[part](chance)
            outcomes["understood"] += 1
        except ScimError as refused:
            outcomes[f"{refused.status} {refused.scim_type}"] += 1
        slowest = max(slowest, process_time() - before)
    assert slowest < MOST_S
    assert outcomes["understood"] > outcomes.total() / 100, outcomes
    assert part == "projection" or outcomes.total() - outcomes["understood"] > outcomes.total() / 20, outcomes
    assert {outcome[:3] for outcome in outcomes} <= {"und", "400"}


async def test_g11_whatever_is_sent_no_answer_is_the_servers_fault(scim: httpx.AsyncClient, ledger: Ledger) -> None:
    chance = Random(SEED)
    ada = (await scim.post("/Users", json={"userName": "ada", "title": "Countess"})).json()
    team = (await scim.post("/Groups", json={"displayName": "Payments", "members": [{"value": ada["id"]}]})).json()
    statuses: Counter[int] = Counter()
    for _ in range(OVER_HTTP):
        method, path, content = request(chance, ada["id"], team["id"])
        answer = await scim.request(method, path, content=content)
        assert answer.status_code < 500, (method, path, content, answer.text)
        assert answer.status_code == 204 or b'"schemas":' in answer.content, (method, path, content, answer.text)
        if answer.status_code >= 400:
            assert answer.json()["status"] == str(answer.status_code)
        statuses[answer.status_code] += 1
    ledger(inputs=statuses.total(), faults=sum(count for status, count in statuses.items() if status >= 500))
    assert statuses[400] > OVER_HTTP / 3
    assert (await scim.get("/ServiceProviderConfig")).status_code == 200


def request(chance: Random, user: str, team: str) -> tuple[str, str, bytes | None]:
    """A request with something wrong in it: in the path, in the query or in the body."""
    one = chance.choice([f"/Users/{user}", f"/Groups/{team}", f"/Users/{quoted(chance)}"])
    match chance.randint(0, 6):
        case 0:
            name = chance.choice(["filter", "sortBy", "attributes", "excludedAttributes", "cursor", "startIndex"])
            path = chance.choice(["/Users", "/Groups", "/", one])
            return (
                "GET",
                f"{path}?{name}={quoted(chance)}&count={chance.choice(['1', '-1', 'x', '1.5', ''])}",
                None,
            )
        case 1:
            return "PATCH", one, orjson.dumps(_plain(message(chance)))
        case 2:
            return chance.choice(["POST", "PUT"]), chance.choice(["/Users", "/Groups", one]), _dumped(resource(chance))
        case 3:
            return chance.choice(["POST", "PUT", "PATCH"]), chance.choice(["/Users", one, "/Bulk"]), raw(chance)
        case 4:
            search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": text(chance)}
            names = ["sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "filter", "schemas"]
            search |= {chance.choice(names): value(chance)}
            return "POST", chance.choice(["/.search", "/Users/.search", "/Groups/.search"]), _dumped(search)
        case 5:
            bulk = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]}
            return "POST", "/Bulk", _dumped({**bulk, "Operations": [_in_bulk(chance, one) for _ in range(2)]})
        case _:
            return chance.choice(["GET", "DELETE", "PUT", "OPTIONS"]), f"/{quoted(chance)}", b"{}"


def _in_bulk(chance: Random, one: str) -> Any:
    if chance.random() < 0.2:
        return value(chance)
    return {
        "method": chance.choice(["POST", "PUT", "PATCH", "GET", 1]),
        "path": chance.choice(["/Users", "/Groups", one, "/Users/bulkId:a", "/Bulk", "", None]),
        "bulkId": chance.choice(["a", "b", "bulkId:a", None, 1]),
        "version": chance.choice([None, 'W/"1"', "x", 1]),
        "data": chance.choice([message, resource, value])(chance),
    }


def _dumped(made: Any) -> bytes:
    return orjson.dumps(_plain(made))


def quoted(chance: Random) -> str:
    """Something for an address, but for what never comes to a mounted application: a line's end, and `..`."""
    return quote(text(chance).encode("utf-8", "replace")[:1500].replace(b"\n", b"").strip(b"."))
