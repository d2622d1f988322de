"""What is believed of a SAML response: what `verify()` gave back, and nothing else.

The form of the whole is looked at first, so that there is one assertion in one place and one signature that can only
mean it; then the signature is verified with a certificate that an administrator gave; and then the assertion is read
from the bytes that were signed, never from the document that was sent. So a second assertion, wherever it is wrapped
(XSW 1 to 8, CVE-2024-45409, CVE-2026-25922), is either refused by the form or never looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from catalog import xml_reading
from catalog.errors import SignInRefused
from catalog.saml_metadata import DS

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
EC = "{http://www.w3.org/2001/10/xml-exc-c14n#}"

SKEW = timedelta(seconds=60)
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
MAX_DEPTH = 40

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_SIGNATURES = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_NOWHERE = {f"{SAML}Advice", f"{SAML}EncryptedAssertion", f"{SAMLP}Extensions", f"{DS}Object", f"{DS}Manifest"}
"""Elements that nobody needs, and in which something else is easily hidden."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an assertion for us must say."""

    issuer: str
    audience: str
    acs_url: str
    certificates: Sequence[str]
    """PEM; any of them may have signed."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What was signed, as far as it is used."""

    id: str
    subject: str
    in_response_to: str | None
    good_until: datetime
    """Until then it could be sent again."""
    authenticated_at: datetime | None
    attributes: dict[str, str]
    """The first value of each, by name."""


def read(raw: bytes, expected: Expected, at: datetime) -> Assertion:
    """The one assertion of the response, if all of it holds at this instant. Raises SignInRefused."""
    try:
        response = xml_reading.parse(raw)
    except xml_reading.Unreadable as problem:
        raise _refused(f"The response can't be read: {problem}") from None
    assertion, signature = _form(response)
    _status(response)
    _envelope(response, expected)
    signed = _signed(raw, signature, expected)
    if signed.tag == f"{SAMLP}Response":
        signed = _only(signed, f"{SAML}Assertion")
    if signed.tag != f"{SAML}Assertion" or signed.get("ID") != assertion.get("ID"):
        raise _refused("What is signed is not the assertion.")
    return _believed(signed, expected, at)


# --- the form ---------------------------------------------------------------------------------------------------------


def _form(response: etree._Element) -> tuple[etree._Element, etree._Element]:
    """The assertion, and the signature that stands for it. Raises SignInRefused where there may be doubt."""
    if response.tag != f"{SAMLP}Response":
        raise _refused("It is no SAML response.")
    assertions = list(response.iter(f"{SAML}Assertion"))
    if any(True for node in response.iter(*_NOWHERE)):
        raise _refused("It has parts that are not taken: encrypted assertions, advice, extensions or objects.")
    if len(assertions) != 1 or assertions[0].getparent() is not response:
        raise _refused("It must have exactly one assertion, directly in the response.")
    if sum(1 for _ in response.iter(f"{SAMLP}Response")) != 1:
        raise _refused("It has a response within the response.")
    assertion = assertions[0]
    _unique_ids(response)
    of_response, of_assertion = _signatures(response), _signatures(assertion)
    everywhere = sum(1 for _ in response.iter(f"{DS}Signature"))
    if everywhere != len(of_response) + len(of_assertion) or not 1 <= everywhere <= 2:
        raise _refused("The signature is missing, or stands where it should not.")
    if len(of_response) > 1 or len(of_assertion) > 1:
        raise _refused("There are several signatures in one place.")
    # Where both are signed, the assertion's own signature is the one that counts: it covers all that is read.
    for signature in (*of_response, *of_assertion):
        _signature_form(signature)
    return assertion, (of_assertion or of_response)[0]


def _unique_ids(response: etree._Element) -> None:
    ids: Counter[str] = Counter()
    for depth, node in _with_depth(response):
        if depth > MAX_DEPTH:
            raise _refused("It is nested too deeply.")
        for name, value in node.attrib.items():
            bare = etree.QName(name).localname.lower()
            if bare == "id" and name != "ID" and not str(node.tag).startswith(DS):
                raise _refused("It has an ID that is written in another way.")
            if bare == "id":
                ids[str(value)] += 1
        if any(uri is not None and uri and ":" not in uri for uri in node.nsmap.values()):
            raise _refused("It has a relative namespace.")
    if any(count > 1 for count in ids.values()) or "" in ids:
        raise _refused("It uses one ID twice.")


def _with_depth(root: etree._Element) -> list[tuple[int, etree._Element]]:
    found, waiting = [], [(0, root)]
    while waiting:
        depth, node = waiting.pop()
        found.append((depth, node))
        if depth <= MAX_DEPTH:
            waiting += [(depth + 1, child) for child in node]
    return found


def _signatures(parent: etree._Element) -> list[etree._Element]:
    return list(parent.iterchildren(f"{DS}Signature"))


def _signature_form(signature: etree._Element) -> None:
    """One reference, to its own parent, by the two usual transforms. Raises SignInRefused."""
    parent = signature.getparent()
    info = _only(signature, f"{DS}SignedInfo")
    reference = _only(info, f"{DS}Reference")
    if parent is None or not parent.get("ID") or reference.get("URI") != f"#{parent.get('ID')}":
        raise _refused("The signature is not of the element that it stands in.")
    if _only(info, f"{DS}CanonicalizationMethod").get("Algorithm") != _EXCLUSIVE:
        raise _refused("It is not canonicalised in the usual way (exclusive C14N).")
    transforms = list(_only(reference, f"{DS}Transforms"))
    named = [transform.get("Algorithm") for transform in transforms]
    if named != [_ENVELOPED, _EXCLUSIVE]:
        raise _refused("The signature transforms what it signs in an unusual way.")
    for transform in transforms:
        if any(child.tag != f"{EC}InclusiveNamespaces" for child in transform):
            raise _refused("The signature transforms what it signs in an unusual way.")


def _only(parent: etree._Element, tag: str) -> etree._Element:
    """The only child of this name. Raises SignInRefused."""
    found = list(parent.iterchildren(tag))
    if len(found) != 1:
        raise _refused(f"It must have exactly one {etree.QName(tag).localname}.")
    return found[0]


def _status(response: etree._Element) -> None:
    """Raises SignInRefused, with what the provider says, where it is no success."""
    code = _only(_only(response, f"{SAMLP}Status"), f"{SAMLP}StatusCode").get("Value")
    if code != SUCCESS:
        message = response.findtext(f"{SAMLP}Status/{SAMLP}StatusMessage") or ""
        raise SignInRefused(
            "provider_refused", f"The provider refused: {str(code).rpartition(':')[2][:60]}. {message.strip()[:300]}"
        )


def _envelope(response: etree._Element, expected: Expected) -> None:
    """What the response says of itself, where it does. Raises SignInRefused."""
    if response.get("Version") != "2.0":
        raise _refused("It is not SAML 2.0.")
    destination = response.get("Destination")
    if destination is not None and destination != expected.acs_url:
        raise _refused(f"It was sent to {destination[:200]!r}, not to {expected.acs_url!r}.")
    issuer = response.find(f"{SAML}Issuer")
    if issuer is not None and _text(issuer) != expected.issuer:
        raise _refused(f"The response is of {_text(issuer)[:200]!r}, not of {expected.issuer!r}.")


# --- the signature ----------------------------------------------------------------------------------------------------


def _signed(raw: bytes, signature: etree._Element, expected: Expected) -> etree._Element:
    """What was signed with one of the certificates, as an element of its own. Raises SignInRefused."""
    is_in_assertion = signature.getparent().tag == f"{SAML}Assertion"
    configuration = SignatureConfiguration(
        location=f"./{SAML}Assertion/" if is_in_assertion else "./",
        expect_references=1,
        signature_methods=_SIGNATURES,
        digest_algorithms=_DIGESTS,
        ignore_ambiguous_key_info=True,
        default_reference_c14n_method=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    expired = False
    for pem in expected.certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        # Expired ones are refused by the library as well; that is worth a sentence of its own.
        if certificate.not_valid_after_utc < datetime.now(UTC):
            expired = True
            continue
        try:
            result = XMLVerifier().verify(
                raw, x509_cert=certificate, parser=xml_reading.parser(), id_attribute="ID", expect_config=configuration
            )
        except Exception:  # noqa: BLE001, S112 # nosec B112
            # A stranger's document brings many kinds of errors out of the libraries: none of them is a signature.
            continue
        if isinstance(result, list) or result.signed_xml is None:
            break
        return result.signed_xml
    if expired and len(expected.certificates) == 1:
        raise SignInRefused("certificate_expired", "The provider's certificate has expired: give the new one.")
    raise SignInRefused(
        "bad_signature",
        "The signature does not hold with any of the provider's certificates. If it has changed its certificate, add "
        "the new one. Signatures by SHA-1 or HMAC are not taken.",
    )


# --- what is read -----------------------------------------------------------------------------------------------------


def _believed(assertion: etree._Element, expected: Expected, at: datetime) -> Assertion:
    """The assertion as it is used. `assertion` is what was signed. Raises SignInRefused."""
    if assertion.get("Version") != "2.0":
        raise _refused("It is not SAML 2.0.")
    issuer = _text(_only(assertion, f"{SAML}Issuer"))
    if issuer != expected.issuer:
        raise SignInRefused("other_issuer", f"The assertion is of {issuer[:200]!r}, not of {expected.issuer!r}.")
    subject = _only(assertion, f"{SAML}Subject")
    until, in_response_to = _confirmed(subject, expected, at)
    conditions = _only(assertion, f"{SAML}Conditions")
    _within(conditions, at)
    restrictions = list(conditions.iterchildren(f"{SAML}AudienceRestriction"))
    if not restrictions:
        raise _refused("It does not say for whom it is (Audience).")
    for restriction in restrictions:
        audiences = [_text(one) for one in restriction.iterchildren(f"{SAML}Audience")]
        if expected.audience not in audiences:
            told = ", ".join(audiences)[:200]
            raise SignInRefused("other_audience", f"It is for {told!r}, not for {expected.audience!r} (Audience URI).")
    statements = list(assertion.iterchildren(f"{SAML}AuthnStatement"))
    if not statements:
        raise _refused("It does not say that somebody signed in (AuthnStatement).")
    for statement in statements:
        ends = _instant(statement.get("SessionNotOnOrAfter"))
        if ends is not None and ends + SKEW <= at:
            raise _late("The provider's session has ended")
    return Assertion(
        id=assertion.get("ID") or "",
        subject=_text(_only(subject, f"{SAML}NameID")),
        in_response_to=in_response_to,
        good_until=until + SKEW,
        authenticated_at=_instant(statements[0].get("AuthnInstant")),
        attributes=_attributes(assertion),
    )


def _confirmed(subject: etree._Element, expected: Expected, at: datetime) -> tuple[datetime, str | None]:
    """Until when the bearer may come, and what was asked (SAML Profiles §4.1.4.2). Raises SignInRefused."""
    for confirmation in subject.iterchildren(f"{SAML}SubjectConfirmation"):
        found = confirmation.find(f"{SAML}SubjectConfirmationData")
        if confirmation.get("Method") != BEARER or found is None:
            continue
        if found.get("Recipient") != expected.acs_url:
            raise SignInRefused(
                "other_recipient",
                f"It is for {str(found.get('Recipient'))[:200]!r}, not for {expected.acs_url!r} (Single sign-on URL).",
            )
        if found.get("NotBefore") is not None:
            raise _refused("A bearer's confirmation must have no NotBefore.")
        until = _instant(found.get("NotOnOrAfter"))
        if until is None:
            raise _refused("It does not say until when it is good.")
        if until + SKEW <= at:
            raise _late("It is too old")
        return until, found.get("InResponseTo")
    raise _refused("It is not for whoever brings it (bearer).")


def _within(conditions: etree._Element, at: datetime) -> None:
    before, after = _instant(conditions.get("NotBefore")), _instant(conditions.get("NotOnOrAfter"))
    if before is not None and before - SKEW > at:
        raise _late("It is not good yet")
    if after is not None and after + SKEW <= at:
        raise _late("It is too old")


def _attributes(assertion: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in assertion.iterfind(f"{SAML}AttributeStatement/{SAML}Attribute"):
        value = attribute.find(f"{SAML}AttributeValue")
        name = attribute.get("Name")
        if name and value is not None and not len(value):
            found.setdefault(name, (value.text or "").strip())
    return found


def _text(node: etree._Element) -> str:
    """The text of an element that has nothing else in it. Raises SignInRefused."""
    if len(node):
        raise _refused(f"{etree.QName(node).localname} must be a text.")
    return (node.text or "").strip()


def _instant(text: str | None) -> datetime | None:
    """An xs:dateTime in UTC (SAML Core §1.3.3). Raises SignInRefused."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _refused(f"{text[:40]!r} is no time.") from None
    if found.tzinfo is None:
        raise _refused(f"{text[:40]!r} has no time zone.")
    return found


def _refused(reason: str) -> SignInRefused:
    return SignInRefused("bad_response", reason)


def _late(reason: str) -> SignInRefused:
    return SignInRefused("wrong_time", f"{reason}: a minute's difference of the clocks is allowed, and no more.")
