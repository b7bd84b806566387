"""OpenID Connect as a client (OpenID Connect Core 1.0, RFC 6749, 7636, 9207), by Authlib over our own door.

What goes out: the discovery document, the keys and the exchange of the code, all through `app.core.http`,
which judges every address. What comes back is believed only when it is signed by one of the issuer's keys
with an algorithm of public keys, is for us, is fresh, and carries the nonce of this very log-in.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from app.core.errors import InvalidError, UpstreamError
from app.core.http import Door, DoorError, DoorResponse
from app.core.secret_box import unseal
from app.core.settings import get_settings
from app.engine.net.guard import AllowList
from app.models import OidcProvider, Organization
from app.service.account.address import clean_email
from app.service.factor.strength import shows_factors
from app.service.scheduling.schedule import allowed_networks
from app.service.values import plain_name

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Of public keys only: with HS256 a client secret would sign, and `none` would sign nothing."""
SCOPES = "openid email profile"
LEEWAY_SECONDS = 60
SECONDS = 10.0
MOST_BYTES = 262_144
_METADATA = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def verified_email(claims: dict[str, Any]) -> str | None:
    """The e-mail address that the service has verified, in the form that accounts are called by."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    try:
        return clean_email(email)
    except InvalidError:
        return None


class _Answer:
    """What Authlib reads of an answer."""

    def __init__(self, response: DoorResponse) -> None:
        self.status_code, self._body = response.status, response.body
        self.text = response.body.decode(errors="replace")

    def json(self) -> Any:
        return orjson.loads(self._body)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise UpstreamError(f"the sign-in service answered with status {self.status_code}")


class _DoorSession:
    """What Authlib posts through."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def post(
        self, url: str, *, data: dict[str, str], headers: dict[str, str], auth: Any, **_more: Any
    ) -> _Answer:
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return _Answer(self._door.post(url, headers=headers, data=body.encode()))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One log-in under way, as its session keeps it: what must come back as it went out."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the issuer says of somebody; `email` only where it says that it is verified.

    `has_factor`: whether two factors were shown there; None where it says nothing about that.
    """

    subject: str
    email: str | None
    name: str
    has_factor: bool | None = None


class Client:
    """CloudEye as a client of one organization's sign-in service. `UpstreamError` says what it did wrong."""

    def __init__(self, provider: OidcProvider, organization: Organization, redirect_uri: str) -> None:
        self._provider, self._redirect_uri = provider, redirect_uri
        self._door = Door(
            AllowList.of(allowed_networks(organization)),
            ca_file=get_settings().CA_FILE,
            total_seconds=SECONDS,
            max_bytes=MOST_BYTES,
            max_redirects=3,
            user_agent="CloudEye/1 (+sign-in)",
        )

    def begin(self) -> tuple[str, Attempt]:
        """The address to send the browser to, and what to keep until it comes back."""
        metadata = self.discover()
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        url, _state = self._oauth(metadata).create_authorization_url(
            metadata["authorization_endpoint"],
            state=attempt.state,
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
        )
        return str(url), attempt

    def finish(self, attempt: Attempt, code: str) -> Said:
        """Exchange the code and read the ID token."""
        from authlib.common.errors import AuthlibBaseError

        metadata = self.discover()
        try:
            token = self._oauth(metadata).fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
        except AuthlibBaseError as error:
            raise UpstreamError("the sign-in service did not accept the code") from error
        except DoorError as error:
            raise UpstreamError(f"the sign-in service cannot be reached: {error}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise UpstreamError("the sign-in service answered with what is no token") from error
        claims = self._claims(metadata, token, attempt)
        return self._said(claims, metadata, token)

    def discover(self) -> dict[str, Any]:
        """The issuer's own description (OpenID Connect Discovery 1.0, 4); it must name it as we do."""
        issuer = self._provider.issuer
        metadata = self._get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != issuer:
            raise UpstreamError("the sign-in service calls itself by another issuer")
        if not all(_is_address(metadata.get(name)) for name in _METADATA):
            raise UpstreamError("the sign-in service's description lacks an address")
        if issuer.startswith("https:") and any(not metadata[name].startswith("https:") for name in _METADATA):
            raise UpstreamError("the sign-in service's description leaves https")
        return metadata

    def _oauth(self, metadata: dict[str, Any]) -> Any:
        from authlib.oauth2.client import OAuth2Client

        sealed = self._provider.sealed_secret
        return OAuth2Client(
            _DoorSession(self._door),
            client_id=self._provider.client_id,
            client_secret=unseal(sealed)["secret"] if sealed else None,
            token_endpoint_auth_method=_auth_method(metadata, has_secret=sealed is not None),
            scope=SCOPES,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )

    def _claims(self, metadata: dict[str, Any], token: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            keys = KeySet.import_key_set(self._get_json(metadata["jwks_uri"]))  # type: ignore[arg-type]
            read = jwt.decode(str(token["id_token"]), keys, algorithms=list(ALGORITHMS))
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": self._provider.issuer},
                    "aud": {"essential": True, "value": self._provider.client_id},
                },
                params={
                    "nonce": attempt.nonce,
                    "client_id": self._provider.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(time.time()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise UpstreamError("the sign-in service's ID token does not hold") from error
        return dict(claims)

    def _said(self, claims: dict[str, Any], metadata: dict[str, Any], token: dict[str, Any]) -> Said:
        subject, signed = claims.get("sub"), claims
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise UpstreamError("the sign-in service names nobody")
        if "email" not in claims and isinstance(metadata.get("userinfo_endpoint"), str):
            more = self._userinfo(str(metadata["userinfo_endpoint"]), str(token.get("access_token", "")))
            # Only what is about the same person counts (OpenID Connect Core 1.0, 5.3.2).
            claims = {**more, **claims} if more.get("sub") == subject else claims
        name = claims.get("name")
        return Said(
            subject,
            verified_email(claims),
            plain_name(name)[:200] if isinstance(name, str) else "",
            shows_factors(signed),
        )

    def _userinfo(self, url: str, access_token: str) -> dict[str, Any]:
        return self._get_json(url, {"Authorization": f"Bearer {access_token}"})

    def _get_json(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            response = self._door.request(
                "GET", url, headers={"Accept": "application/json", **(headers or {})}
            )
        except DoorError as error:
            raise UpstreamError(f"the sign-in service cannot be reached: {error}") from error
        if response.status != 200:
            raise UpstreamError(f"the sign-in service answered with status {response.status}")
        try:
            document = orjson.loads(response.body)
        except orjson.JSONDecodeError as error:
            raise UpstreamError("the sign-in service answered with what is no JSON") from error
        if not isinstance(document, dict):
            raise UpstreamError("the sign-in service answered with what is no JSON object")
        return document


def _auth_method(metadata: dict[str, Any], *, has_secret: bool) -> str:
    """How the client shows itself: as the issuer likes it, by header where it says nothing."""
    if not has_secret:
        return "none"
    liked = metadata.get("token_endpoint_auth_methods_supported")
    if not isinstance(liked, list) or not liked or "client_secret_basic" in liked:
        return "client_secret_basic"
    return "client_secret_post"


def _is_address(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(urlsplit(value).hostname)
    except ValueError:
        return False
