"""An OpenID provider of the tests' own, which can also lie; asked as the product asks, without a network."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from web.sso.fetching import Fetcher

ISSUER = "https://idp.example"
CLIENT_ID = "muster"
SECRET = "a secret of the client: with + and %"


@cache
def a_key(kid: str) -> RSAKey:
    """The key of this name, the same throughout the run: making one takes its time."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@cache
def a_curve_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


@dataclass
class Grant:
    """A code that was given out, and what the ID token for it will be."""

    claims: dict[str, Any]
    header: dict[str, Any]
    challenge: str
    key: Any
    sign: Callable[[Grant], str] | None = None
    is_used: bool = False

    def token(self) -> str:
        if self.sign is not None:
            return self.sign(self)
        return jwt.encode(self.header, self.claims, self.key, algorithms=[self.header["alg"]])


class Provider(Fetcher):
    """The provider, in the place of the way to it."""

    def __init__(self) -> None:
        super().__init__("https://muster.example")
        self.keys: list[Any] = [a_key("first")]
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "end_session_endpoint": f"{ISSUER}/logout",
        }
        self.grants: dict[str, Grant] = {}
        self.asked: list[str] = []

    async def bytes(self, url: str, *, form: Mapping[str, str] | None = None, **more: Any) -> tuple[int, bytes]:
        self.asked.append(url)
        match url.removeprefix(ISSUER):
            case "/.well-known/openid-configuration":
                return _json(self.metadata)
            case "/keys":
                return _json({"keys": [key.as_dict(private=False) for key in self.keys]})
            case "/token":
                return self._token(dict(form or {}), more.get("headers", {}))
        return 404, b"nothing"

    def _token(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, bytes]:
        grant = self.grants.get(form["code"])
        client = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
        if unquote(client) != f"{CLIENT_ID}:{SECRET}":
            return _json({"error": "invalid_client"}, 401)
        is_theirs = grant is not None and create_s256_code_challenge(form["code_verifier"]) == grant.challenge
        if grant is None or grant.is_used or not is_theirs:
            return _json({"error": "invalid_grant"}, 400)
        grant.is_used = True
        return _json({"access_token": "an-access-token", "token_type": "Bearer", "id_token": grant.token()})

    def signs_in(self, url: str, subject: str, **claims: Any) -> tuple[Grant, dict[str, str]]:
        """What comes of the address to which the browser was sent, where this person signs in: the grant, and the
        parameters with which the browser goes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        at = int(time.time())
        usual = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": subject,
            "iat": at,
            "exp": at + 300,
            "auth_time": at,
            "nonce": asked["nonce"],
        }
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(
            usual | claims, {"alg": "RS256", "kid": "first"}, asked["code_challenge"], a_key("first")
        )
        return self.grants[code], {"code": code, "state": asked["state"]}


@dataclass
class Forgery:
    """One lie: about the token, or about what the browser brings back."""

    name: str
    token: Callable[[Grant], None] = field(default=lambda grant: None)
    back: Callable[[dict[str, str]], None] = field(default=lambda back: None)


def says(**claims: Any) -> Callable[[Grant], None]:
    """The token says this; None leaves a claim out."""

    def lie(grant: Grant) -> None:
        for name, value in claims.items():
            if value is None:
                grant.claims.pop(name)
            else:
                grant.claims[name] = value

    return lie


def heads(**header: Any) -> Callable[[Grant], None]:
    """The token's header says this."""
    return lambda grant: grant.header.update(header)


def raw(header: dict[str, Any], signature: Callable[[bytes], bytes]) -> Callable[[Grant], None]:
    """The token is put together by hand, with this header and what signs it."""

    def sign(grant: Grant) -> str:
        parts = [_b64(json.dumps(part).encode()) for part in (header, grant.claims)]
        signed = ".".join(parts).encode()
        return f"{signed.decode()}.{_b64(signature(signed))}"

    def lie(grant: Grant) -> None:
        grant.sign = sign

    return lie


def _b64(raw_: bytes) -> str:
    return base64.urlsafe_b64encode(raw_).decode().rstrip("=")


def _json(document: Any, status: int = 200) -> tuple[int, bytes]:
    return status, json.dumps(document).encode()
