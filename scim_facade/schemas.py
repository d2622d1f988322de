"""The schemas of User, Group and the enterprise extension, as data (RFC 7643 §4.1–4.3, §8.7).

Pure. Formats are not enforced (country, locale, profileUrl): Entra's validator sends none that would hold.
"""

from __future__ import annotations

from typing import Any

from scim_facade.attributes import COMMON, Attribute, ResourceSchema, Schema, Type

__all__ = ["COMMON", "Attribute", "ResourceSchema", "Schema"]

CORE_USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _plural(name: str, description: str, *types: str, value: Type = "string", **more: Any) -> Attribute:
    """A multi-valued attribute of the usual form: value, display, type and primary (RFC 7643 §2.4)."""
    return Attribute(
        name,
        "complex",
        description,
        multi_valued=True,
        sub_attributes=(
            Attribute("value", value, **more),
            Attribute("display"),
            Attribute("type", canonical_values=types),
            Attribute("primary", "boolean", "The preferred one; true of one element at most."),
        ),
    )


USER = ResourceSchema(
    "User",
    "/Users",
    "A person.",
    Schema(
        CORE_USER_URN,
        "User",
        "User Account",
        (
            Attribute(
                "userName", description="By which the provider knows the person.", required=True, uniqueness="server"
            ),
            Attribute(
                "name",
                "complex",
                "The parts of the person's name.",
                sub_attributes=(
                    Attribute("formatted", description="The full name, formatted for display."),
                    Attribute("familyName", description="The last name."),
                    Attribute("givenName", description="The first name."),
                    Attribute("middleName", description="The middle names."),
                    Attribute("honorificPrefix", description="A title before the name."),
                    Attribute("honorificSuffix", description="A suffix after the name."),
                ),
            ),
            Attribute("displayName", description="The name as it is shown."),
            Attribute("nickName", description="The casual name."),
            Attribute("profileUrl", "reference", "The person's page.", case_exact=True, reference_types=("external",)),
            Attribute("title", description="The job title."),
            Attribute("userType", description="The kind of employment."),
            Attribute("preferredLanguage", description="As in an Accept-Language header."),
            Attribute("locale", description="For dates, numbers and currency."),
            Attribute("timezone", description="The IANA time zone."),
            Attribute("active", "boolean", "Whether the person may sign in.", required=True, is_implied=True),
            # Not listed: Entra's validator wants everything that is listed back.
            Attribute("password", description="Never kept.", mutability="writeOnly", returned="never", is_listed=False),
            _plural("emails", "Email addresses.", "work", "home", "other"),
            _plural("phoneNumbers", "Phone numbers.", "work", "home", "mobile", "fax", "pager", "other"),
            _plural("ims", "Instant messaging addresses."),
            _plural(
                "photos",
                "URLs of photos.",
                "photo",
                "thumbnail",
                value="reference",
                case_exact=True,
                reference_types=("external",),
            ),
            Attribute(
                "addresses",
                "complex",
                "Postal addresses.",
                multi_valued=True,
                sub_attributes=(
                    Attribute("formatted", description="The whole address, formatted."),
                    Attribute("streetAddress", description="Street, house number, and so on."),
                    Attribute("locality", description="The city."),
                    Attribute("region", description="The state or region."),
                    Attribute("postalCode", description="The postal code."),
                    Attribute("country", description="The country."),
                    Attribute("type", canonical_values=("work", "home", "other")),
                    Attribute("primary", "boolean", "The preferred one."),
                ),
            ),
            Attribute(
                "groups",
                "complex",
                "The groups that the person belongs to directly.",
                multi_valued=True,
                mutability="readOnly",
                sub_attributes=(
                    Attribute("value", case_exact=True, mutability="readOnly"),
                    Attribute("$ref", "reference", case_exact=True, mutability="readOnly", reference_types=("Group",)),
                    Attribute("display", mutability="readOnly"),
                    Attribute("type", mutability="readOnly", canonical_values=("direct", "indirect")),
                ),
            ),
            _plural("entitlements", "What the person is entitled to. Kept as it is; grants nothing here."),
            _plural("roles", "Roles elsewhere. Kept as they are; grant nothing here."),
            _plural("x509Certificates", "Certificates.", value="binary", case_exact=True),
        ),
    ),
    (
        Schema(
            ENTERPRISE_URN,
            "EnterpriseUser",
            "Enterprise User",
            (
                Attribute("employeeNumber", description="The organisation's number of the person."),
                Attribute("costCenter", description="The cost centre."),
                Attribute("organization", description="The organisation."),
                Attribute("division", description="The division."),
                Attribute("department", description="The department."),
                Attribute(
                    "manager",
                    "complex",
                    "Whom the person reports to: an id, a userName or an employee number.",
                    sub_attributes=(
                        Attribute("value", description="Kept as the provider sends it."),
                        Attribute("$ref", "reference", case_exact=True, reference_types=("User",)),
                        Attribute("displayName", mutability="readOnly"),
                    ),
                ),
            ),
        ),
    ),
)

GROUP = ResourceSchema(
    "Group",
    "/Groups",
    "A team.",
    Schema(
        CORE_GROUP_URN,
        "Group",
        "Group",
        (
            Attribute("displayName", description="The name of the group.", required=True, uniqueness="server"),
            Attribute(
                "members",
                "complex",
                "People, and teams below this one.",
                multi_valued=True,
                max_values=1_000_000,
                sub_attributes=(
                    # Required: were a member without an id passed over, a replace would empty the group.
                    Attribute(
                        "value", description="The member's id.", required=True, case_exact=True, mutability="immutable"
                    ),
                    Attribute(
                        "$ref", "reference", case_exact=True, mutability="immutable", reference_types=("User", "Group")
                    ),
                    # On request: a name beside each id makes the answer of a large group half as large again, and a
                    # client that compares what it pushed with what it reads finds a difference in every member.
                    Attribute("display", mutability="readOnly", returned="request"),
                    Attribute("type", mutability="immutable", canonical_values=("User", "Group")),
                ),
            ),
        ),
    ),
)

ENTERPRISE = USER.extensions[0]
