"""The key with which a SAML connection signs its requests, and the certificate that tells providers of it."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from catalog.ids import now

LIFETIME = timedelta(days=3650)
"""Providers pin the certificate; nobody gains by its end, and everybody signs in no more that day."""


def make(name: str) -> tuple[str, str]:
    """A new private key and its self-signed certificate, both as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def read(private: str) -> rsa.RSAPrivateKey | None:
    """The key again; None for a text that is none."""
    try:
        key = serialization.load_pem_private_key(private.encode(), password=None)
    except ValueError:
        return None
    return key if isinstance(key, rsa.RSAPrivateKey) else None
