"""What a request brings to say who it is, besides a session's cookie: signatures and tokens.

Tokens come in the header, or, for pages of others that should not hold them, in cookies no script can read.
What a browser sends by itself needs a CSRF token for changes; what somebody put there does not.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Request, Response, g, request

from app.controller.common.csrf import masked
from app.core.errors import NotLoggedInError
from app.core.settings import get_settings
from app.service.access.api_tokens import API_TOKEN_PREFIX, actor_of_api_token
from app.service.access.signed import HEADERS, SIGNATURE, actor_of_signed
from app.service.access.tokens import ACCESS_SECONDS, bearer_of, csrf_of_family
from app.service.actor import Actor
from app.service.tamper.deployment_token import SIGNATURE as DEPLOYMENT_SIGNATURE
from app.service.tamper.deployment_token import actor_of_call, is_token_call

ACCESS_COOKIE, REFRESH_COOKIE = "cloudeye_access", "cloudeye_refresh"
API_PATH = "/api/cloudeye/v1"
SIGNED_BODY_BYTES = 2 * 1024 * 1024
"""A signature is over the whole body, which is read for it at once: what is larger comes with a token."""
REFRESH_PATH = f"{API_PATH}/user/token"
_SIGNED, _BRINGING = (
    frozenset(f"HTTP_{name.upper().replace('-', '_')}" for name in names)
    for names in (HEADERS, (*HEADERS, "Authorization", DEPLOYMENT_SIGNATURE))
)


def brings_credentials(asked: Request) -> bool:
    """Whether a request has a token or a signature, which counts instead of any cookie."""
    return not _BRINGING.isdisjoint(asked.environ)


def header(name: str) -> str:
    return request.headers.get(name, "")


def from_request(ip: str) -> Actor | None:
    """Whom a signature or a token in the header stands for. A bad one is an error, never nobody."""
    if not brings_credentials(request):
        return None
    if SIGNATURE in request.headers:
        return _from_signature(ip)
    if is_token_call(header):
        body = request.get_data(cache=True)
        return actor_of_call(header, request.method, request.path, body, ip=ip)
    if "Authorization" in request.headers:
        return _from_authorization(ip)
    if not _SIGNED.isdisjoint(request.environ):
        return _from_signature(ip)  # It lacks the signature itself, and is told so.
    return None


def _from_signature(ip: str) -> Actor:
    request.max_content_length = SIGNED_BODY_BYTES
    return actor_of_signed(header, request.method, _target(), lambda: request.get_data(cache=True), ip=ip)


def _target() -> str:
    """Path and query as they were sent, before anything was decoded."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    if raw.startswith("/"):
        return raw
    parts = urlsplit(raw or request.url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _from_authorization(ip: str) -> Actor:
    scheme, _, token = header("Authorization").partition(" ")
    token = token.strip()
    if scheme.lower() not in ("bearer", "jwt") or not token:
        raise NotLoggedInError("the Authorization header must be: Bearer <token>")
    if token.startswith(API_TOKEN_PREFIX):
        return actor_of_api_token(token, ip=ip)
    bearer = bearer_of(token, ip=ip)
    g.family_id = bearer.family_id
    return bearer.actor


def from_cookie(ip: str) -> Actor | None:
    """Whom the access token in a cookie stands for; the cookie goes to the API alone."""
    token = request.cookies.get(ACCESS_COOKIE)
    if not token or not request.path.startswith(API_PATH):
        return None
    bearer = bearer_of(token, ip=ip)
    g.family_id = bearer.family_id
    g.csrf_secret = csrf_of_family(bearer.family_id)
    return bearer.actor


def family_id() -> int | None:
    """The log-in by tokens that the request is of."""
    found: int | None = g.get("family_id")
    return found


def token_csrf() -> str | None:
    """The CSRF token of a log-in by cookie tokens, masked; None when the tokens came in the header."""
    secret = g.get("csrf_secret")
    return masked(secret) if secret else None


def put_cookies(response: Response, tokens: dict[str, Any], refresh_seconds: int) -> None:
    """Give a pair of tokens as cookies that no script reads and that no other site's request brings."""
    for name, value, seconds, path in (
        (ACCESS_COOKIE, tokens["access_token"], ACCESS_SECONDS, API_PATH),
        (REFRESH_COOKIE, tokens["refresh_token"], refresh_seconds, REFRESH_PATH),
    ):
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            httponly=True,
            secure=get_settings().SESSION_COOKIE_SECURE,
            samesite="Strict",
        )


def drop_cookies(response: Response) -> None:
    response.delete_cookie(ACCESS_COOKIE, path=API_PATH)
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH)
