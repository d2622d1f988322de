"""OpenID Connect 1.0 as a relying party: the authorization code flow with PKCE, state and nonce.

What a token says of itself decides nothing: which algorithms count is said here, and which keys count the issuer's own
address says. The nonce and the PKCE verifier follow from a cookie that the browser alone has and from the state, so
that neither is stored, and an answer that another browser brings opens nothing (CVE-2025-68158).
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from catalog.connection_settings import OidcSettings
from catalog.errors import SignInRefused
from catalog.services.identities import Asserted
from web.sso.fetching import Fetcher

ALGORITHMS = ("RS256", "PS256", "ES256")
LEEWAY_S = 60
KEPT_S = 3600
REFETCHED_AFTER_S = 60
"""Unknown keys ask for the issuer's keys anew, at most once in so many seconds: anybody can name an unknown key."""
_FORBIDDEN_HEADERS = ("jku", "jwk", "x5u", "crit", "b64")
"""Where a token says which key, or which processing, it wants."""


@dataclass(slots=True)
class Provider:
    """What the issuer says of itself, and its keys."""

    metadata: dict[str, Any]
    read_at: float
    keys: list[Key] = field(default_factory=list)
    keys_read_at: float = float("-inf")

    def address(self, name: str) -> str:
        """An endpoint. Raises SignInRefused where there is none that may be asked."""
        url = self.metadata.get(name)
        if not isinstance(url, str) or urlsplit(url).scheme not in ("https", "http"):
            raise SignInRefused("provider_incomplete", f"The provider's discovery document has no {name}.")
        return url


class RelyingParty:
    """Muster before OpenID providers. What they say of themselves is kept for an hour, by this process."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._known: dict[str, Provider] = {}

    async def request(self, settings: OidcSettings, *, redirect_uri: str, state: str, cookie: str, again: bool) -> str:
        """The address to which the browser is sent. With `again` the person has to prove anew who they are.

        Raises SignInRefused.
        """
        provider = await self.provider(settings)
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": settings.scopes,
            "state": state,
            "nonce": _derived(cookie, state, "nonce"),
            "code_challenge": create_s256_code_challenge(_derived(cookie, state, "verifier")),
            "code_challenge_method": "S256",
        }
        if again:
            asked |= {"prompt": "login", "max_age": "0"}
        url = provider.address("authorization_endpoint")
        return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(asked)}"

    async def answer(
        self,
        settings: OidcSettings,
        given: dict[str, str],
        *,
        redirect_uri: str,
        state: str,
        cookie: str,
        client_secret: str | None,
        proven_since: float | None = None,
    ) -> Asserted:
        """Whom the provider asserts, by the parameters with which the browser came back.

        `proven_since` is set where the person had to prove anew who they are: not earlier than then, in seconds from
        1970. Raises SignInRefused.
        """
        provider = await self.provider(settings)
        # RFC 9207: an answer that names its issuer must name this one, or it is another provider's code.
        named = given.get("iss")
        if named is None and provider.metadata.get("authorization_response_iss_parameter_supported") is True:
            raise SignInRefused("mixed_up", "The provider promises to name itself (iss), and did not.")
        if named is not None and named != settings.issuer:
            raise SignInRefused("mixed_up", f"The answer is of {named[:200]!r}, not of {settings.issuer!r}.")
        if "error" in given:
            said = given.get("error_description") or given["error"]
            raise SignInRefused("provider_refused", f"The provider refused: {given['error'][:100]} ({said[:300]}).")
        code = given.get("code")
        if not code:
            raise SignInRefused("no_code", "The provider sent the browser back without a code.")
        verifier = _derived(cookie, state, "verifier")
        tokens = await self._exchange(provider, settings, code, redirect_uri, verifier, client_secret)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise SignInRefused("no_id_token", "The provider gave no ID token: the scope openid must be granted.")
        access_token = tokens.get("access_token")
        claims = await self._verified(
            provider,
            settings,
            id_token,
            nonce=_derived(cookie, state, "nonce"),
            access_token=access_token if isinstance(access_token, str) else None,
        )
        if proven_since is not None:
            proven_at = claims.get("auth_time")
            if not isinstance(proven_at, int | float) or proven_at < proven_since - LEEWAY_S:
                raise SignInRefused("not_proven_anew", "The provider did not ask the person again who they are.")
        return _asserted(claims, settings.subject_claim)

    async def provider(self, settings: OidcSettings) -> Provider:
        """The issuer, as it describes itself (OpenID Connect Discovery 1.0). Raises SignInRefused."""
        kept = self._known.get(settings.issuer)
        if kept is not None and monotonic() - kept.read_at < KEPT_S:
            return kept
        metadata = await self._fetcher.document(get_well_known_url(settings.issuer, external=True))
        if metadata.get("issuer") != settings.issuer:
            raise SignInRefused(
                "other_issuer",
                f"The document found for {settings.issuer!r} describes {str(metadata.get('issuer'))[:200]!r}. "
                "Give the issuer exactly as it stands there.",
            )
        provider = self._known[settings.issuer] = Provider(metadata, monotonic())
        return provider

    async def sign_out(self, settings: OidcSettings, *, back_to: str) -> str | None:
        """Where the browser ends the session at the provider too (RP-Initiated Logout 1.0); None, if nowhere, or if the
        provider does not say."""
        try:
            url = (await self.provider(settings)).metadata.get("end_session_endpoint")
        except SignInRefused:
            return None
        if not isinstance(url, str) or urlsplit(url).scheme not in ("https", "http"):
            return None
        asked = urlencode({"client_id": settings.client_id, "post_logout_redirect_uri": back_to})
        return f"{url}{'&' if urlsplit(url).query else '?'}{asked}"

    # --- what the verbs lean on ---------------------------------------------------------------------------------

    async def _exchange(
        self,
        provider: Provider,
        settings: OidcSettings,
        code: str,
        redirect_uri: str,
        verifier: str,
        client_secret: str | None,
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json"}
        methods = provider.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if client_secret and "client_secret_basic" in methods:
            # What is not unreserved is encoded before it is put into the header (RFC 6749 §2.3.1).
            pair = f"{quote(settings.client_id, safe='')}:{quote(client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = settings.client_id
            if client_secret:
                form["client_secret"] = client_secret
        return await self._fetcher.document(provider.address("token_endpoint"), form=form, headers=headers)

    async def _verified(
        self, provider: Provider, settings: OidcSettings, id_token: str, *, nonce: str, access_token: str | None
    ) -> dict[str, Any]:
        """The claims of the ID token (OpenID Connect Core §3.1.3.7). Raises SignInRefused."""
        try:
            header = jws.extract_compact(id_token.encode()).headers()
            if any(name in header for name in _FORBIDDEN_HEADERS):
                raise SignInRefused("bad_token", "The ID token wants to choose its own key.")
            key = await self._key(provider, header)
            claims = jwt.decode(id_token, key, algorithms=list(ALGORITHMS)).claims
            token = CodeIDToken(
                claims,
                header,
                {
                    "iss": {"essential": True, "value": settings.issuer},
                    "aud": {"essential": True, "value": settings.client_id},
                },
                {"nonce": nonce, "client_id": settings.client_id, "access_token": access_token},
            )
            token.validate(now=int(time()), leeway=LEEWAY_S)
        except JoseError as problem:
            raise SignInRefused("bad_token", f"The ID token does not hold: {_short(problem)}.") from None
        except (ValueError, TypeError, KeyError, AttributeError, UnicodeError):
            raise SignInRefused("bad_token", "The ID token can't be read.") from None
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if len(audience) > 1 and claims.get("azp") != settings.client_id:
            raise SignInRefused("bad_token", "The ID token is for several, and was not given to Muster (azp).")
        return claims

    async def _key(self, provider: Provider, header: dict[str, Any]) -> Key:
        """The issuer's key that the token names. Raises SignInRefused."""
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise SignInRefused(
                "bad_token", f"The ID token is signed by {str(algorithm)[:20]!r}; {', '.join(ALGORITHMS)} are taken."
            )
        for _ in range(2):
            suitable = [key for key in provider.keys if _is_good_for(key, str(algorithm))]
            named = [key for key in suitable if key.kid == kid] if kid is not None else suitable
            if len(named) == 1:
                return named[0]
            if monotonic() - provider.keys_read_at < REFETCHED_AFTER_S:
                break
            found = await self._fetcher.document(provider.address("jwks_uri"))
            provider.keys, provider.keys_read_at = _keys(found), monotonic()
        raise SignInRefused("unknown_key", "The ID token is signed with a key that is not among the issuer's keys.")


def _derived(cookie: str, state: str, use: str) -> str:
    """256 bits that follow from the browser's cookie and the state, as 43 unreserved characters (RFC 7636 §4.1)."""
    digest = hmac.digest(cookie.encode(), f"{use} {state}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _keys(found: dict[str, Any]) -> list[Key]:
    """The keys of a JWK Set that can be read; others may stand beside them (RFC 7517 §5)."""
    keys: list[Key] = []
    for one in found.get("keys") or ():
        try:
            keys += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return keys


def _is_good_for(key: Key, algorithm: str) -> bool:
    """Whether the issuer means the key for signatures of this algorithm: a public key of the right kind."""
    stated = key.as_dict(private=False)
    kind = "EC" if algorithm.startswith("ES") else "RSA"
    return key.key_type == kind and stated.get("use", "sig") == "sig" and stated.get("alg", algorithm) == algorithm


def _asserted(claims: dict[str, Any], subject_claim: str) -> Asserted:
    subject = claims.get(subject_claim)
    if not isinstance(subject, str):
        raise SignInRefused("no_subject", f"The ID token has no text in the claim {subject_claim!r}.")
    name, email = claims.get("name"), claims.get("email")
    is_unverified = claims.get("email_verified") in (False, "false")
    return Asserted(
        subject,
        name=name[:200] if isinstance(name, str) and name.isprintable() else None,
        email=email if isinstance(email, str) and not is_unverified else None,
    )


def _short(problem: JoseError) -> str:
    """What the library says, which names claims and never shows a token."""
    return str(problem.description or problem.error).strip(" .")[:200]
