"""What goes wrong in the protocol: HTTP status, `scimType` and a sentence (RFC 7644 §3.12).

Pure. The `detail` is read by administrators: Okta shows it among its tasks.
"""

from __future__ import annotations

from typing import Any, ClassVar

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """A request that is answered with an Error message."""

    def __init__(
        self,
        status: int,
        detail: str,
        scim_type: str | None = None,
        *,
        retry_after_s: int | None = None,
        allow: tuple[str, ...] = (),
    ) -> None:
        self.status, self.detail, self.scim_type = status, detail, scim_type
        self.retry_after_s, self.allow = retry_after_s, allow
        super().__init__(detail)

    def as_json(self) -> dict[str, Any]:
        """The Error message; `status` is a text, as the RFC has it."""
        body: dict[str, Any] = {"schemas": [ERROR], "status": str(self.status), "detail": self.detail}
        if self.scim_type is not None:
            body["scimType"] = self.scim_type
        return body


class _Typed(ScimError):
    """An error that the RFC gave a name."""

    http_status: ClassVar[int] = 400
    named: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(self.http_status, detail, self.named)


class InvalidFilter(_Typed):
    """The filter is malformed, or asks of an attribute what cannot be asked of it."""

    named = "invalidFilter"


class InvalidPath(_Typed):
    """The path of a PATCH operation, or of a sort, is malformed or names nothing."""

    named = "invalidPath"


class NoTarget(_Typed):
    """The path of a PATCH operation meets no value."""

    named = "noTarget"


class Mutability(_Typed):
    """The attribute may not be changed (so)."""

    named = "mutability"


class InvalidSyntax(_Typed):
    """The body is no JSON, or not of the message's form."""

    named = "invalidSyntax"


class InvalidValue(_Typed):
    """A value is missing, or of another type than the attribute's."""

    named = "invalidValue"


class InvalidCursor(_Typed):
    """The cursor is none of ours, or belongs to another question (RFC 9865)."""

    named = "invalidCursor"


class ExpiredCursor(_Typed):
    """The cursor is too old (RFC 9865)."""

    named = "expiredCursor"


class InvalidCount(_Typed):
    """`count` beside a cursor is no number (RFC 9865)."""

    named = "invalidCount"


class Uniqueness(_Typed):
    """Another resource has the value, which must be unique."""

    http_status = 409
    named = "uniqueness"
