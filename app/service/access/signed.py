"""Signed calls: how a vendor's app proves that a request is its own, without ever sending its secret.

    X-EACH-VENDOR-ID, X-EACH-APP-ID   who calls
    X-EACH-TIMESTAMP                  Unix seconds, within 300 s of ours
    X-EACH-NONCE                      8 to 64 of A-Z a-z 0-9 - _, never used before by this app
    X-EACH-SIGNATURE                  hex HMAC-SHA256, keyed with the secret, over these lines:

        method, path, query, timestamp, nonce, hex SHA-256 of the body

Path and query are the bytes of the request line; the lines are joined by a line feed. Nothing is believed
before the signature is; a nonce is taken only by a call whose signature fits, so that nobody uses it up for
another. What a refused call did wrong is said by a code of its own (docs/signing.md).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Callable
from dataclasses import replace

from app.core.clock import now
from app.core.errors import NotLoggedInError
from app.core.redis import get_redis
from app.core.secret_box import SealBrokenError, unseal
from app.core.snowflake import BEYOND
from app.models import VendorApp, db, write
from app.service.access.api_tokens import is_use_to_note
from app.service.actor import Actor
from app.service.auth import load_actor

VENDOR, APP = "X-EACH-VENDOR-ID", "X-EACH-APP-ID"
TIMESTAMP, NONCE, SIGNATURE = "X-EACH-TIMESTAMP", "X-EACH-NONCE", "X-EACH-SIGNATURE"
HEADERS = (VENDOR, APP, TIMESTAMP, NONCE, SIGNATURE)
FRESH_SECONDS = 300
APP_MISMATCH, HEADER_MISSING, UNKNOWN = 900, 901, 902
SIGNATURE_WRONG, STALE, ADDRESS_REFUSED = 904, 905, 907
_ID = re.compile(r"[0-9]{1,19}\Z")
_STAMP = re.compile(r"[0-9]{1,12}\Z")
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
Header = Callable[[str], str]


class SignedCallError(NotLoggedInError):
    """A signed call that is refused, with the code that says why."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(msg)
        self.code = code


def signature_of(secret: str, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature of a call; `target` is what the request line says: path and query, as sent."""
    path, _, query = target.partition("?")
    lines = (method.upper(), path, query, timestamp, nonce, hashlib.sha256(body).hexdigest())
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def actor_of_signed(header: Header, method: str, target: str, body: Callable[[], bytes], *, ip: str) -> Actor:
    """Whom a signed call acts for, or `SignedCallError`. The body is read only when all else is in order."""
    _check_form(header)
    app = _app_of(header(VENDOR), header(APP))
    if app.networks and not _is_within(ip, app.networks):
        raise SignedCallError(ADDRESS_REFUSED, "calls of this app are not taken from this address")
    said = (method, target, header(TIMESTAMP), header(NONCE), body())
    fits = [
        hmac.compare_digest(signature_of(secret, *said).encode(), header(SIGNATURE).lower().encode())
        for secret in _secrets(app)
    ]
    if not any(fits):
        raise SignedCallError(SIGNATURE_WRONG, "the signature is wrong")
    if not get_redis().set(f"signed:{app.id}:{header(NONCE)}", "1", nx=True, ex=2 * FRESH_SECONDS + 1):
        raise SignedCallError(STALE, "this call was made already")
    return _acting_for(app, ip)


def _check_form(header: Header) -> None:
    if missing := [name for name in HEADERS if not header(name)]:
        raise SignedCallError(HEADER_MISSING, f"these headers are missing: {', '.join(missing)}")
    stamp = header(TIMESTAMP)
    if not _STAMP.match(stamp) or abs(now().timestamp() - int(stamp)) > FRESH_SECONDS:
        raise SignedCallError(STALE, f"the timestamp must be Unix seconds within {FRESH_SECONDS} s of now")
    if not _NONCE.match(header(NONCE)):
        raise SignedCallError(STALE, "the nonce must have 8 to 64 of A-Z, a-z, 0-9, - and _")


def _app_of(vendor_id: str, app_id: str) -> VendorApp:
    app = None
    if _ID.match(vendor_id) and _ID.match(app_id) and int(app_id) < BEYOND:
        app = db.session.get(VendorApp, int(app_id), populate_existing=True)
    if app is None or not app.is_enabled:
        raise SignedCallError(UNKNOWN, "there is no such vendor or app, or it is switched off")
    if app.vendor_id != int(vendor_id):
        raise SignedCallError(APP_MISMATCH, "the app is not this vendor's")
    return app


def _is_within(ip: str, networks: list[str]) -> bool:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in ipaddress.ip_network(network) for network in networks)


def _secrets(app: VendorApp) -> list[str]:
    """The secret, and the one before it while both are good."""
    sealed = [app.sealed_secret]
    if app.sealed_old_secret and app.old_until is not None and app.old_until > now():
        sealed.append(app.sealed_old_secret)
    try:
        return [unseal(each)["secret"] for each in sealed]
    except SealBrokenError as error:
        raise SignedCallError(SIGNATURE_WRONG, "the app's secret cannot be read; make a new one") from error


def _acting_for(app: VendorApp, ip: str) -> Actor:
    actor = None
    if app.user_id is not None:
        actor = load_actor(app.user_id, app.organization_id, None, way="signed", ip=ip)
    if actor is None:
        raise SignedCallError(UNKNOWN, "the member this app acts for is gone; choose another")
    at = now()
    if is_use_to_note(app.last_used_at, app.last_used_ip, at, ip):
        with write():
            app.last_used_at, app.last_used_ip = at, ip
    return replace(actor, name=app.name, scopes=frozenset(app.scopes))
