"""SAML responses that mean harm: none lets anybody in as somebody else, and none breaks anything."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from catalog.errors import SignInRefused
from tests.catalog.certificates import a_certificate
from tests.guarantees.ledger import Ledger
from tests.web.sso import wrapping
from tests.web.sso.identity_provider import ENTITY, Asked, Says, encoded
from web.sso import assertions
from web.sso.assertions import SAML, Expected

TO = Asked("muster_sso_request", "https://muster.example/acs", "https://muster.example/metadata", is_forced=False)
NAME = "grace@navy.example"
EXPECTED = Expected(ENTITY, TO.audience, TO.acs_url, [a_certificate().pem])
MUTATIONS = 3_000


def reads(raw: bytes) -> str | None:
    """Who comes in by it; None for nobody. Whatever else it raises would be a failure of the product's."""
    try:
        return assertions.read(raw, EXPECTED, datetime.now(UTC)).subject
    except SignInRefused:
        return None


def signed(**says: Any) -> etree._Element:
    return Says(TO, **says).response()


def test_what_the_provider_signs_is_read() -> None:
    for signs in ("assertion", "response", "both"):
        assert reads(etree.tostring(signed(signs=signs))) == NAME


@pytest.mark.parametrize("attack", wrapping.ON_RESPONSE, ids=lambda attack: attack.__name__)
def test_wrapping_a_signed_response_is_refused(attack: wrapping.Attack) -> None:
    assert reads(attack(signed(signs="response"))) is None


@pytest.mark.parametrize("attack", wrapping.ON_ASSERTION, ids=lambda attack: attack.__name__)
def test_wrapping_a_signed_assertion_is_refused(attack: wrapping.Attack) -> None:
    raw = attack(signed())
    assert wrapping.VICTIM.encode() in raw or attack is wrapping.xsw7
    assert reads(raw) is None


def before_the_name(text: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: raw.replace(b"grace@navy", text + b"grace@navy", 1)


DOCUMENTS: dict[str, Callable[[bytes], bytes]] = {
    "a comment in the name": lambda raw: raw.replace(b"grace@navy.example<", b"grace@navy.example<!---->.evil<", 1),
    "a comment elsewhere": lambda raw: raw.replace(b"<saml:Subject>", b"<!-- x --><saml:Subject>", 1),
    "an instruction": before_the_name(b"<?x y?>"),
    "an instruction before the root": lambda raw: b"<?x y?>" + raw,
    "a comment after the root": lambda raw: raw + b"<!-- x -->",
    "a document type": lambda raw: b"<!DOCTYPE x>" + raw,
    "an entity of a file": lambda raw: (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + raw.replace(b"grace@", b"&e;@", 1)
    ),
    "entities that grow": lambda raw: (
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + raw.replace(b"grace@", b"&b;@", 1)
    ),
    "an unknown entity": before_the_name(b"&nbsp;"),
    "another encoding": lambda raw: (
        '<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16") + raw.decode().encode("utf-16")[2:]
    ),
    "a NUL": before_the_name(b"\0"),
    "no UTF-8": before_the_name(b"\xff"),
    "nothing": lambda raw: b"",
    "no XML": lambda raw: b"nonsense",
    "half of it": lambda raw: raw[: len(raw) // 2],
    "twice": lambda raw: raw + raw,
    "deep": lambda raw: raw.replace(b"</saml:Subject>", b"<x>" * 50_000 + b"</x>" * 50_000 + b"</saml:Subject>", 1),
    "large": lambda raw: raw.replace(b"</saml:Subject>", b"<x>" + b"y" * 300_000 + b"</x></saml:Subject>", 1),
    "compressed": zlib.compress,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_no_provider_sends_is_refused(name: str) -> None:
    assert reads(DOCUMENTS[name](etree.tostring(signed()))) is None


def test_a_name_with_a_comment_is_not_cut_even_where_it_is_signed() -> None:
    """Canonicalisation leaves comments out, so the signature holds of both (CVE-2017-11427)."""

    def comment(root: etree._Element) -> None:
        name = root.find(f"{SAML}Assertion/{SAML}Subject/{SAML}NameID")
        assert name is not None
        name.text = "root@navy.example"
        name.append(etree.Comment(""))
        name[0].tail = ".evil.example"

    assert reads(etree.tostring(signed(alter=comment))) is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("SHA-1", {"method": SignatureMethod.RSA_SHA1}),
        ("a digest by SHA-1", {"digest": DigestAlgorithm.SHA1}),
        ("HMAC with the certificate", {"method": SignatureMethod.HMAC_SHA256, "key": a_certificate().pem.encode()}),
        ("a foreign key", {"certificate": a_certificate("foreign")}),
        ("nothing", {"signs": "nothing"}),
    ],
)
def test_a_signature_of_another_kind_or_key_is_refused(name: str, says: dict[str, Any]) -> None:
    assert reads(etree.tostring(signed(**says))) is None


def test_a_foreign_key_is_refused_though_it_brings_our_certificate() -> None:
    """KeyInfo names the certificate that is trusted; what signed is another key."""
    ours, foreign = a_certificate().bare, a_certificate("foreign").bare
    raw = etree.tostring(signed(certificate=a_certificate("foreign")))
    pem = raw.decode().replace("\n", "")
    assert foreign in pem
    assert reads(pem.replace(foreign, ours).encode()) is None


def test_a_key_value_of_the_attackers_is_not_believed() -> None:
    raw = etree.tostring(signed(certificate=a_certificate("foreign")))
    root = etree.fromstring(raw)
    info = root.find(".//{*}KeyInfo")
    assert info is not None
    for child in list(info):
        info.remove(child)
    assert reads(etree.tostring(root)) is None


def mutations(raw: bytes, number: int, seed: int) -> Iterator[bytes]:
    """Versions of the document, each changed in one to three places: bytes, and whole elements."""
    chance = random.Random(seed)
    for _ in range(number):
        changed = bytearray(raw)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(changed))
            match chance.randrange(6):
                case 0:
                    changed[at] = chance.randrange(256)
                case 1:
                    del changed[at : at + chance.randint(1, 40)]
                case 2:
                    changed[at:at] = bytes(changed[at : at + chance.randint(1, 200)])
                case 3:
                    changed[at:at] = chance.choice([b"<!---->", b"&#x0;", b"<x/>", b"]]>", b"&lt;", b' ID="_a"', b"\r"])
                case 4:
                    changed[:] = _moved(bytes(changed), chance)
                case 5:
                    changed[:] = bytes(changed).replace(b"grace@navy", b"root@navy", chance.randint(1, 2))
        yield bytes(changed)


def _moved(raw: bytes, chance: random.Random) -> bytes:
    """The document with one element copied to another place; as it is, where it can't be read any more."""
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return raw
    nodes = [node for node in root.iter() if isinstance(node.tag, str)]
    source, target = chance.choice(nodes), chance.choice(nodes)
    target.insert(chance.randint(0, len(target)), etree.fromstring(etree.tostring(source, with_tail=False)))
    return etree.tostring(root)


@pytest.mark.parametrize("signs", ["assertion", "response"])
def test_g21_no_change_of_a_signed_response_changes_who_comes(signs: str, ledger: Ledger) -> None:
    raw = etree.tostring(signed(signs=signs))
    found = [reads(changed) for changed in mutations(raw, MUTATIONS, seed=20261127)]
    ledger(mutations=len(found), accepted_as_another=len(found) - found.count(None) - found.count(NAME))
    assert set(found) <= {None, NAME}
    assert None in found


def test_what_is_posted_is_what_was_made() -> None:
    assert encoded(b"<x/>") == "PHgvPg=="
