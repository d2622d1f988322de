"""The examples of RFC 7644 §3.5.2 and §3.7, as files named after their sections.

Those of PATCH are a resource before, the request, and the resource after (the RFC prints the requests alone); those of
bulk are conversations. Ids and versions of what is there beforehand are the server's own, and the two groups that are
each other's member end as a conflict, as teams here are a tree.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from scim_facade import patch
from scim_facade.reading import read_resource
from scim_facade.schemas import GROUP, USER, ResourceSchema
from tests.scim_facade.conversation import read
from tests.scim_facade.replay import replay

DIRECTORY = Path(__file__).parent / "rfc_samples"
PATCHES = sorted(DIRECTORY.glob("3.5.2.*.json"))
BULKS = sorted(DIRECTORY.glob("3.7.*.json"))


@pytest.mark.parametrize("file", PATCHES, ids=lambda file: file.stem)
def test_a_patch_does_what_the_rfc_says(file: Path) -> None:
    sample: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    schema: ResourceSchema = {"User": USER, "Group": GROUP}[sample["type"]]
    before = read_resource(sample["before"], schema, strict=True)
    edits = patch.read(sample["request"], schema, strict=True)
    assert patch.apply(edits, before, schema) == read_resource(sample["after"], schema)
    assert before == read_resource(sample["before"], schema)


@pytest.mark.parametrize("file", BULKS, ids=lambda file: file.stem)
async def test_a_bulk_does_what_the_rfc_says(scim: httpx.AsyncClient, file: Path) -> None:
    await replay(read(file), scim)


def test_every_section_with_examples_has_them() -> None:
    sections = {file.stem.partition("-")[0] for file in [*PATCHES, *BULKS]}
    assert sections == {"3.5.2.1", "3.5.2.2", "3.5.2.3", "3.7.1", "3.7.2", "3.7.3"}
    assert len(PATCHES) == 10
