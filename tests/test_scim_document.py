"""docs/scim.md cannot lie: its tables are compared with the code, and what they name as proof is there."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from catalog import cursors
from catalog.actors import Actor, ActorKind
from catalog.ids import new_id
from catalog.services.integrations import Settings as Choices
from scim_facade import discovery, errors, filters, json_boundary, patch
from scim_facade.resources import Caller
from web import middleware
from web.rehearsal import STYLES
from web.settings import Settings

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "scim_facade"
SAMPLES = TESTS / "rfc_samples"

Rows = dict[str, list[str]]


def tables() -> dict[str, Rows]:
    """The rows of the page's tables by heading: each by the code in its first cell, which no other row has."""
    found: dict[str, Rows] = {}
    heading = ""
    for line in (ROOT / "docs" / "scim.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line.startswith("| `"):
            first, *rest = [cell.strip() for cell in line.strip("|").split("|")]
            rows = found.setdefault(heading, {})
            assert first not in rows, f"{heading}: {first} stands there twice"
            rows[first.strip("`")] = rest
    return found


def number(cell: str) -> int:
    return int(cell.strip("`").replace(",", ""))


def test_every_client_is_told_with_the_number_of_its_conversations() -> None:
    counted = Counter(path.parent.name for path in (TESTS / "conversations").glob("*/*.json"))
    assert {client: number(cells[0]) for client, cells in tables()["Clients"].items()} == counted


def proofs() -> list[tuple[str, str]]:
    return [
        (section, proof)
        for section, cells in tables()["Sections"].items()
        for proof in re.findall(r"`([^`]+)`", cells[2])
    ]


@pytest.mark.parametrize(("section", "proof"), proofs())
def test_what_shows_a_section_is_there(section: str, proof: str) -> None:
    if proof.startswith("rfc_samples/"):
        named = proof.removeprefix("rfc_samples/")
        assert section == f"RFC 7644 §{named}"
        assert list(SAMPLES.glob(f"{named}-*.json"))
    else:
        tree = ast.parse((TESTS / proof).read_text(encoding="utf-8"))
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        assert [name for name in functions if name.startswith("test_")], f"{proof} holds no test"


def test_every_section_is_shown_by_something() -> None:
    assert {section for section, _ in proofs()} == set(tables()["Sections"])


def test_every_section_of_which_examples_are_kept_is_told() -> None:
    kept = {f"RFC 7644 §{path.name.partition('-')[0]}" for path in SAMPLES.glob("*.json")}
    assert kept
    assert not kept - set(tables()["Sections"])


def flat(value: Any, name: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return {
            key: leaf for part in value for key, leaf in flat(value[part], f"{name}.{part}" if name else part).items()
        }
    return {name: value}


def written(value: Any) -> str:
    """A value as the page writes it."""
    return str(value).lower() if isinstance(value, bool) else f"{value:,}" if isinstance(value, int) else str(value)


def test_the_configuration_is_what_discovery_answers() -> None:
    nobody = Actor(new_id(), ActorKind.INTEGRATION, "Okta", frozenset())
    config = discovery.service_provider_config(Caller(nobody, "https://muster.example.com/scim/v2", Choices()))
    said = ("schemas", "documentationUri", "authenticationSchemes", "meta")
    answered = flat({name: value for name, value in config.items() if name not in said})
    assert {name: cells[0].strip("`") for name, cells in tables()["Configuration"].items()} == {
        name: written(value) for name, value in answered.items()
    }
    assert config["documentationUri"] == "https://muster.example.com/docs/scim", "this page"
    assert config["bulk"]["maxPayloadSize"] == middleware.MAX_BODY_BYTES["/scim/"], "or the gate would refuse it"


def test_the_limits_are_those_that_are_kept() -> None:
    assert {limit: number(cells[0]) for limit, cells in tables()["Limits"].items()} == {
        "characters of a filter": filters.MAX_CHARACTERS,
        "depth of a filter": filters.MAX_DEPTH,
        "terms of a filter": filters.MAX_TERMS,
        "depth of a body": json_boundary.MAX_DEPTH,
        "operations of a PATCH": patch.MAX_OPERATIONS,
        "attributes of a PATCH, members apart": patch.MAX_ATTRIBUTES,
        "bytes of a body": middleware.MAX_BODY_BYTES["/scim/"],
        "seconds for a body to arrive": middleware.BODY_DEADLINE_S,
        "seconds that a bookmark is kept": cursors.BOOKMARK_LIFETIME_S,
        "writes a second and token": Settings.model_fields["scim_writes_per_s"].default,
    }


def test_the_errors_are_those_that_are_answered() -> None:
    raised = {
        kind.named: kind.http_status
        for kind in vars(errors).values()
        if isinstance(kind, type) and hasattr(kind, "named") and issubclass(kind, errors.ScimError)
    }
    assert raised
    assert {name: int(cells[0]) for name, cells in tables()["Errors"].items()} == raised
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "scim_facade").glob("*.py") if path.name != "errors.py"
    )
    for kind in vars(errors).values():
        if isinstance(kind, type) and hasattr(kind, "named"):
            assert re.search(rf"\b{kind.__name__}\(", code), f"nothing raises {kind.__name__}"


def test_the_styles_of_a_rehearsal_are_those_there_are() -> None:
    assert list(tables()["Before you connect"]) == list(STYLES)
