"""SAML 2.0 as a service provider: who we are, what is asked (HTTP-Redirect), what comes back (HTTP-POST).

The request's ID is the secret of the state that waits for its answer, so that InResponseTo redeems it. Nothing is taken
from RelayState: where the browser goes on to is kept with the state.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from urllib.parse import quote, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from catalog import connection_settings, saml_metadata
from catalog.connection_settings import SamlSettings
from catalog.errors import Invalid, SignInRefused
from catalog.saml_metadata import DS, MD
from catalog.services.identities import Asserted
from web.sso import assertions
from web.sso.assertions import SAML, SAMLP, Assertion, Expected
from web.sso.fetching import Fetcher

KEPT_S = 3600
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

_NAMES = ("displayName", "name", "http://schemas.microsoft.com/identity/claims/displayname")
_EMAILS = ("email", "mail", "emailAddress", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress")
"""Attributes by which providers call them; used for somebody who is admitted just in time."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the connection is found: the entity ID is the address of its metadata."""

    entity_id: str
    acs_url: str


class ServiceProvider:
    """Muster before SAML identity providers. Metadata read from an address are kept for an hour, by this process."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._known: dict[str, tuple[float, saml_metadata.Provider]] = {}

    async def request(
        self,
        settings: SamlSettings,
        ours: Addresses,
        *,
        id: str,
        at: datetime,
        again: bool,
        key: RSAPrivateKey | None = None,
    ) -> str:
        """The address to which the browser is sent, with a request signed by the key where there is one.

        With `again` the person has to prove anew who they are. Raises SignInRefused.
        """
        provider = await self.provider(settings)
        root = etree.Element(f"{SAMLP}AuthnRequest", nsmap={"samlp": SAMLP[1:-1], "saml": SAML[1:-1]})
        root.set("ID", id)
        root.set("Version", "2.0")
        root.set("IssueInstant", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        root.set("Destination", provider.sso_url)
        root.set("ProtocolBinding", POST)
        root.set("AssertionConsumerServiceURL", ours.acs_url)
        if again:
            root.set("ForceAuthn", "true")
        etree.SubElement(root, f"{SAML}Issuer").text = ours.entity_id
        deflate = zlib.compressobj(wbits=-15)
        packed = deflate.compress(etree.tostring(root)) + deflate.flush()
        query = urlencode({"SAMLRequest": base64.b64encode(packed).decode()})
        if key is not None:
            # SAML Bindings §3.4.4.1: the signature is over the query as it is sent.
            query = f"{query}&SigAlg={quote(RSA_SHA256, safe='')}"
            signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
            query = f"{query}&{urlencode({'Signature': base64.b64encode(signature).decode()})}"
        return f"{provider.sso_url}{'&' if urlsplit(provider.sso_url).query else '?'}{query}"

    async def answer(self, settings: SamlSettings, ours: Addresses, encoded: str, at: datetime) -> Assertion:
        """What the response asserts, if all of it holds at this instant. Raises SignInRefused."""
        try:
            raw = base64.b64decode(encoded, validate=False)
        except ValueError:
            raise SignInRefused("bad_response", "The SAMLResponse is no base64.") from None
        provider = await self.provider(settings)
        expected = Expected(provider.entity_id, ours.entity_id, ours.acs_url, provider.certificates)
        return assertions.read(raw, expected, at)

    async def provider(self, settings: SamlSettings) -> saml_metadata.Provider:
        """Who the identity provider is, with its certificates as PEM: by its metadata's address, or as it was written
        down. Raises SignInRefused."""
        if not settings.metadata_url:
            if settings.missing():
                raise SignInRefused("incomplete", f"The connection lacks {', '.join(settings.missing())}.")
            return saml_metadata.Provider(settings.entity_id, settings.sso_url, settings.certificates)
        known = self._known.get(settings.metadata_url)
        if known is not None and monotonic() - known[0] < KEPT_S:
            return known[1]
        status, body = await self._fetcher.bytes(settings.metadata_url)
        if status != 200:
            raise SignInRefused("provider_refused", f"The provider answers {status} where its metadata should be.")
        try:
            found = saml_metadata.read(body)
            connection_settings.address("sso_url", found.sso_url)
            certificates = tuple(connection_settings.certificate(one) for one in found.certificates)
        except Invalid as problem:
            raise SignInRefused("provider_incomplete", f"The provider's metadata are of no use: {problem}") from None
        provider = replace(found, certificates=certificates)
        self._known[settings.metadata_url] = monotonic(), provider
        return provider


def metadata(ours: Addresses, certificate: str | None) -> bytes:
    """What an identity provider is told of us (SAML Metadata §2.4.4); the certificate is that of signed requests."""
    root = etree.Element(f"{MD}EntityDescriptor", {"entityID": ours.entity_id}, nsmap={"md": MD[1:-1], "ds": DS[1:-1]})
    signs = "true" if certificate else "false"
    role = etree.SubElement(
        root,
        f"{MD}SPSSODescriptor",
        {"protocolSupportEnumeration": PROTOCOL, "AuthnRequestsSigned": signs, "WantAssertionsSigned": "true"},
    )
    if certificate:
        described = etree.SubElement(role, f"{MD}KeyDescriptor", {"use": "signing"})
        info = etree.SubElement(etree.SubElement(described, f"{DS}KeyInfo"), f"{DS}X509Data")
        der = x509.load_pem_x509_certificate(certificate.encode()).public_bytes(serialization.Encoding.DER)
        etree.SubElement(info, f"{DS}X509Certificate").text = base64.b64encode(der).decode()
    etree.SubElement(
        role,
        f"{MD}AssertionConsumerService",
        {"Binding": POST, "Location": ours.acs_url, "index": "0", "isDefault": "true"},
    )
    told: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return told


def asserted(assertion: Assertion) -> Asserted:
    """Whom the assertion names."""
    found = assertion.attributes
    name = next((found[key] for key in _NAMES if found.get(key)), None)
    email = next((found[key] for key in _EMAILS if found.get(key)), None)
    return Asserted(assertion.subject, name=name[:200] if name and name.isprintable() else None, email=email)
