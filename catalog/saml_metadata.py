"""An identity provider's metadata (SAML 2.0 Metadata §2.4): who it is, where it is asked, what it signs with.

Its own signature is not looked at: metadata are believed because an administrator pasted them, or said from which
https address they come.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog import xml_reading
from catalog.errors import Invalid

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


@dataclass(frozen=True, slots=True)
class Provider:
    """What is used of them. Certificates are as they stand there, base64."""

    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]


def read(text: str | bytes) -> Provider:
    """The provider that the metadata describe. Raises Invalid, saying what is missing."""
    raw = text.encode(errors="replace") if isinstance(text, str) else text
    try:
        root = xml_reading.parse(raw.strip())
    except xml_reading.Unreadable as problem:
        raise Invalid("metadata", f"these are no metadata: {str(problem)[:1].lower()}{str(problem)[1:]}") from None
    found = [root] if root.tag == f"{MD}EntityDescriptor" else list(root.iterfind(f"{MD}EntityDescriptor"))
    described = [(one, role) for one in found if (role := one.find(f"{MD}IDPSSODescriptor")) is not None]
    if len(described) != 1:
        raise Invalid("metadata", "they must describe exactly one identity provider (an IDPSSODescriptor).")
    entity, role = described[0]
    services = role.iterfind(f"{MD}SingleSignOnService")
    sso_url = next((one.get("Location", "") for one in services if one.get("Binding") == REDIRECT), "")
    if not sso_url:
        raise Invalid("metadata", "they name no SingleSignOnService with the binding HTTP-Redirect.")
    certificates = tuple(
        "".join((one.text or "").split())
        for key in role.iterfind(f"{MD}KeyDescriptor")
        if key.get("use", "signing") == "signing"
        for one in key.iterfind(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    )
    if not certificates:
        raise Invalid("metadata", "there is no certificate for signing in them.")
    return Provider(entity.get("entityID", ""), sso_url, tuple(dict.fromkeys(certificates)))
