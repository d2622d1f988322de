"""What an administrator says of an identity provider, by its kind. Pure: values in, values or Invalid out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlsplit

import orjson
from cryptography import x509

from catalog import saml_metadata
from catalog.errors import Invalid

MAX_CHARACTERS = 2_000
MOST_CERTIFICATES = 4
"""Two live ones, and two more that a metadata file may list already."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """An OpenID provider. Everything else is found at `issuer` (OpenID Connect Discovery 1.0)."""

    issuer: str = ""
    client_id: str = ""
    scopes: str = "openid profile email"
    subject_claim: str = "sub"
    """The claim that the subject is read from: `sub`; Entra's `oid` is what it sends over SCIM."""

    def missing(self) -> list[str]:
        """What must still be said before anybody can sign in."""
        return [name for name in ("issuer", "client_id") if not getattr(self, name)]


@dataclass(frozen=True, slots=True)
class SamlSettings:
    """A SAML identity provider: by the address of its metadata, or by what stands in them."""

    metadata_url: str = ""
    entity_id: str = ""
    sso_url: str = ""
    certificates: tuple[str, ...] = ()
    """PEM. Any of them may have signed, so that a new one is there before the old one goes."""
    sign_requests: bool = False
    request_certificate: str = ""
    """What requests are signed by, as PEM; made when `sign_requests` is first chosen, and not anybody's to choose."""
    idp_initiated: bool = False
    """An assertion that nobody here asked for lets in. Whoever is sent a form may be signed in as somebody else."""

    def missing(self) -> list[str]:
        """What must still be said before anybody can sign in."""
        if self.metadata_url:
            return []
        return [name for name in ("entity_id", "sso_url", "certificates") if not getattr(self, name)]


Settings = OidcSettings | SamlSettings
KINDS: dict[str, type[OidcSettings] | type[SamlSettings]] = {"oidc": OidcSettings, "saml": SamlSettings}


def read(kind: str, stored: dict[str, Any] | str | None) -> Settings:
    """The settings as stored, defaults for the rest."""
    chosen = orjson.loads(stored) if isinstance(stored, str) else stored or {}
    of_kind = KINDS[kind]
    known = {one.name: chosen[one.name] for one in fields(of_kind) if one.name in chosen}
    if "certificates" in known:
        known["certificates"] = tuple(known["certificates"])
    return of_kind(**known)


def altered(settings: Settings, choices: dict[str, Any]) -> Settings:
    """The same with these choices; `metadata`, pasted XML, gives a SAML provider's three fields. Raises Invalid."""
    chosen = dict(choices)
    metadata = chosen.pop("metadata", None)
    if metadata is not None:
        if not isinstance(settings, SamlSettings):
            raise Invalid("metadata", "it is SAML that has metadata; for OpenID Connect give the issuer.")
        found = saml_metadata.read(metadata)
        chosen |= {"entity_id": found.entity_id, "sso_url": found.sso_url, "certificates": list(found.certificates)}
        chosen.setdefault("metadata_url", "")
    known = {one.name for one in fields(settings)} - {"request_certificate"}
    for name in chosen:
        if name not in known:
            raise Invalid(name, "a connection of this kind has no such setting.")
    return replace(settings, **{name: _checked(name, value) for name, value in chosen.items()})


def stored(settings: Settings) -> dict[str, Any]:
    """What is kept of them: the choices that differ from the defaults."""
    usual = asdict(type(settings)())
    return {name: value for name, value in asdict(settings).items() if value != usual[name]}


def address(field: str, value: str) -> str:
    """The address, which must be https; plain http only of this very machine. Raises Invalid."""
    parts = urlsplit(value)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not is_safe or not parts.hostname or parts.username or parts.fragment:
        raise Invalid(field, f"{value[:200]!r} is no https:// address.")
    return value


def _checked(name: str, value: Any) -> Any:
    match name:
        case "certificates":
            if not isinstance(value, list | tuple) or len(value) > MOST_CERTIFICATES:
                raise Invalid(name, f"it is a list of at most {MOST_CERTIFICATES} certificates.")
            return tuple(certificate(one) for one in value)
        case "sign_requests" | "idp_initiated":
            if not isinstance(value, bool):
                raise Invalid(name, "it must be true or false.")
            return value
    if not isinstance(value, str) or len(value) > MAX_CHARACTERS or not value.isprintable():
        raise Invalid(name, f"it is a text of at most {MAX_CHARACTERS} characters in one line.")
    value = value.strip()
    match name:
        case "issuer" | "metadata_url" | "sso_url" if value:
            return address(name, value.rstrip("/") if name == "issuer" and value.endswith("//") else value)
        case "scopes" if "openid" not in value.split():
            raise Invalid(name, "the scope openid must be among them.")
        case "subject_claim" if not value.replace("_", "").isalnum() or value == "email":
            raise Invalid(name, "it is the name of a claim that never changes: sub, or Entra's oid; never email.")
    return value


def certificate(text: Any) -> str:
    """The certificate as PEM, given as PEM or as bare base64. Raises Invalid."""
    if not isinstance(text, str) or len(text) > 20_000:
        raise Invalid("certificates", "a certificate is a text that begins with -----BEGIN CERTIFICATE-----.")
    bare = "".join(line for line in text.split() if "-" not in line and line not in ("BEGIN", "END", "CERTIFICATE"))
    bare = bare.replace("CERTIFICATE", "")
    lines = "\n".join(bare[at : at + 64] for at in range(0, len(bare), 64))
    pem = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    try:
        x509.load_pem_x509_certificate(pem.encode()).public_key()
    except Exception as problem:  # the library answers an odd certificate with many kinds of errors
        raise Invalid("certificates", "this is no X.509 certificate that can be read.") from problem
    return pem
