"""Keys and certificates of made-up identity providers, and the metadata that name them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Certificate:
    """A key, and its self-signed certificate as PEM."""

    key: rsa.RSAPrivateKey
    pem: str

    @property
    def bare(self) -> str:
        """As metadata have it: base64 in one line."""
        return "".join(self.pem.splitlines()[1:-1])


@cache
def a_certificate(name: str = "idp.example") -> Certificate:
    """The key of this name, the same throughout the run: making one takes its time."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    body = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return Certificate(key, f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")


def metadata(*certificates: Certificate, entity_id: str = "https://idp.example/entity") -> str:
    """What the provider says of itself."""
    keys = "".join(
        '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
        f"{one.bare}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for one in certificates or (a_certificate(),)
    )
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        f'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity_id}">'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}'
        '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        'Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>'
    )
