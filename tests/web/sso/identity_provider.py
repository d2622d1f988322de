"""A SAML identity provider of the tests' own: it asserts, signs, and lets tests change what it has made."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod

from tests.catalog.certificates import Certificate, a_certificate
from web.sso.assertions import SAML, SAMLP

ENTITY = "https://idp.example/entity"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0

Alter = Callable[[etree._Element], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says, as the provider reads it."""

    id: str
    acs_url: str
    audience: str
    is_forced: bool


def asked(url: str) -> Asked:
    """The request in the address to which the browser was sent."""
    packed = parse_qs(urlsplit(url).query)["SAMLRequest"][0]
    root = etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))
    return Asked(
        root.get("ID") or "",
        root.get("AssertionConsumerServiceURL") or "",
        root.findtext(f"{SAML}Issuer") or "",
        root.get("ForceAuthn") == "true",
    )


@dataclass
class Says:
    """What the provider is going to assert, and how it signs."""

    to: Asked
    name_id: str = "grace@navy.example"
    issuer: str = ENTITY
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    certificate: Certificate = field(default_factory=a_certificate)
    method: SignatureMethod = SignatureMethod.RSA_SHA256
    digest: DigestAlgorithm = DigestAlgorithm.SHA256
    signs: str = "assertion"
    """assertion, response, both or nothing."""
    alter: Alter | None = None
    """What is changed before it is signed."""
    key: Any = None

    def response(self) -> etree._Element:
        """The response, signed."""
        root = etree.fromstring(self._text().encode())
        if self.alter is not None:
            self.alter(root)
        if self.signs in ("assertion", "both"):
            assertion = root.find(f"{SAML}Assertion")
            assert assertion is not None
            root.replace(assertion, self.signed(assertion))
        if self.signs in ("response", "both"):
            root = self.signed(root)
        return root

    def encoded(self) -> str:
        """The response as it is posted."""
        return encoded(self.response())

    def signed(self, element: etree._Element) -> etree._Element:
        """The element with a signature after its Issuer, where SAML wants it."""
        placed = etree.Element("{http://www.w3.org/2000/09/xmldsig#}Signature", Id="placeholder", nsmap={"ds": DS})
        element.insert(1, placed)
        signer = _Signer(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=self.method,
            digest_algorithm=self.digest,
            c14n_algorithm=EXCLUSIVE,
        )
        alone = etree.fromstring(etree.tostring(element))
        return signer.sign(
            alone, key=self.key or self.certificate.key, cert=self.certificate.pem, reference_uri=alone.get("ID")
        )

    def _text(self) -> str:
        at, ends = _z(self.at), _z(self.at + timedelta(minutes=5))
        name = f"<saml:NameID>{self.name_id}</saml:NameID>"
        return (
            f'<samlp:Response xmlns:samlp="{SAMLP[1:-1]}" xmlns:saml="{SAML[1:-1]}" ID="_r{uuid4().hex}" Version="2.0" '
            f'IssueInstant="{at}" Destination="{self.to.acs_url}" InResponseTo="{self.to.id}">'
            f"<saml:Issuer>{self.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode "
            'Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f'<saml:Assertion ID="_a{uuid4().hex}" Version="2.0" IssueInstant="{at}"><saml:Issuer>{self.issuer}'
            f"</saml:Issuer><saml:Subject>{name}<saml:SubjectConfirmation "
            'Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData '
            f'InResponseTo="{self.to.id}" Recipient="{self.to.acs_url}" NotOnOrAfter="{ends}"/>'
            f'</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{at}" NotOnOrAfter="{ends}">'
            f"<saml:AudienceRestriction><saml:Audience>{self.to.audience}</saml:Audience></saml:AudienceRestriction>"
            f'</saml:Conditions><saml:AuthnStatement AuthnInstant="{at}" SessionIndex="_s"><saml:AuthnContext>'
            "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
            "</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute "
            'Name="displayName"><saml:AttributeValue>Grace Hopper</saml:AttributeValue></saml:Attribute>'
            "</saml:AttributeStatement></saml:Assertion></samlp:Response>"
        )


DS = "http://www.w3.org/2000/09/xmldsig#"


class _Signer(XMLSigner):
    """signxml's, which signs by SHA-1 too: what must be refused must be made first."""

    def check_deprecated_methods(self) -> None:
        return


def encoded(response: etree._Element | bytes) -> str:
    """The response as it is posted."""
    raw = response if isinstance(response, bytes) else etree.tostring(response)
    return base64.b64encode(raw).decode()


def _z(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
