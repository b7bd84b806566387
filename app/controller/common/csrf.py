"""The token that a change by cookie must carry, so that no other site can make it (CSRF).

One secret a session; what is given out is that secret under a fresh mask each time, so that it never looks
the same twice: pages are compressed, and a text that repeats could be guessed from their length (BREACH).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from typing import cast

from flask import g, request, session

from app.core.errors import CsrfError


def csrf_token() -> str:
    """A token for this session, the same within one request. The first call begins a session."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(32)
        g.pop("csrf_token", None)
    if "csrf_token" not in g:
        g.csrf_token = masked(session["csrf"])
    return cast(str, g.csrf_token)


def check_csrf(secret: str | None = None) -> None:
    """Raises CsrfError unless the request carries a token of its session, or of this secret."""
    secret = secret or session.get("csrf", "")
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not secret or not hmac.compare_digest(unmasked(given), secret.encode()):
        raise CsrfError


def masked(secret: str) -> str:
    """The secret under a random mask, which stands before it."""
    data = secret.encode()
    mask = secrets.token_bytes(len(data))
    return base64.urlsafe_b64encode(mask + _exclusive_or(mask, data)).decode()


def unmasked(token: str) -> bytes:
    """The secret within a token; empty when it is none."""
    try:
        data = base64.urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError):
        return b""
    half = len(data) // 2
    return _exclusive_or(data[:half], data[half:]) if len(data) == 2 * half else b""


def _exclusive_or(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
