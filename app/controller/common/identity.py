"""Who asks: the session's user or the token's, and the CSRF token of those who come with a cookie."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import cast

from flask import Flask, current_app, g, request, session

from app.core.errors import CsrfError, NotLoggedInError
from app.core.log import bind, start_context
from app.service.actor import Actor
from app.service.auth import actor_of_token, load_actor
from app.service.permission import PUBLIC, authorise, rule_of
from app.service.tamper.deployment_token import actor_of_call, is_token_call

SAFE = ("GET", "HEAD", "OPTIONS")
_REQUEST_ID = re.compile(r"[\w.-]{1,64}\Z")


def init_app(app: Flask) -> None:
    app.before_request(_begin)


def _begin() -> None:
    """Give the request its id, before anything can fail."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.match(given) else secrets.token_hex(8)
    start_context(request_id=g.request_id)


def current_actor() -> Actor | None:
    """Who asks, or None. A token that is given and not valid is an error, never nobody."""
    if "actor" not in g:
        g.actor = _from_call() or (_from_header() if "Authorization" in request.headers else _from_session())
        if g.actor is not None:
            bind(user_id=str(g.actor.user.id))
    return cast("Actor | None", g.actor)


def _header(name: str) -> str:
    return request.headers.get(name, "")


def _from_call() -> Actor | None:
    """A release script's, with a deployment token."""
    if not is_token_call(_header):
        return None
    body = request.get_data(cache=True)
    return actor_of_call(_header, request.method, request.path, body, ip=client_address())


def _from_header() -> Actor:
    scheme, _, token = request.headers["Authorization"].partition(" ")
    if scheme.lower() not in ("bearer", "jwt") or not token.strip():
        raise NotLoggedInError("the Authorization header must be: Bearer <token>")
    return actor_of_token(token.strip(), ip=client_address())


def _from_session() -> Actor | None:
    if "uid" not in session:
        return None
    return load_actor(session["uid"], session["org"], session["ver"], way="session", ip=client_address())


def client_address() -> str:
    return request.remote_addr or ""


def check_access() -> Actor | None:
    """Authorise this request by the table of permissions; a change by cookie needs its CSRF token."""
    endpoint = request.endpoint or ""
    if rule_of(endpoint, request.method) == PUBLIC:
        return None
    actor = current_actor()
    authorise(actor, endpoint, request.method)
    if request.method not in SAFE and actor is not None and actor.way == "session":
        check_csrf()
    return actor


def check_csrf() -> None:
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), csrf_token().encode()):
        raise CsrfError


def csrf_token() -> str:
    """The session's CSRF token, made at the first call (which begins a session)."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(32)
    return cast(str, session["csrf"])


def begin_session(actor: Actor) -> str:
    """Log in: a new session id, so that one known before is worth nothing. Returns the CSRF token."""
    session.clear()
    session["uid"], session["org"] = actor.user.id, actor.organization_id
    session["ver"] = actor.user.session_version
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    g.actor = actor
    return csrf_token()


def end_session() -> None:
    session.clear()
    g.pop("actor", None)
