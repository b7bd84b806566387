"""Who asks: the session's user or the token's."""

from __future__ import annotations

import os
import re
from typing import Any, cast

from flask import Flask, current_app, g, request, session

from app.controller.common.credentials import from_cookie, from_request
from app.controller.common.csrf import check_csrf, csrf_token
from app.controller.common.headers import REQUEST_ID
from app.controller.common.host import at_host, held_to_host
from app.core.clock import now_ms
from app.core.log import bind, start_context
from app.service.access.known import known_actor
from app.service.access.sessions import forget_session, left_ms, new_key, note_session, touch_session
from app.service.account.own_password import check_password_due
from app.service.actor import Actor
from app.service.auth import load_actor
from app.service.factor.second import check_requirement
from app.service.permission.check import authorise, rule_of
from app.service.permission.roles import PUBLIC
from app.service.scope.current import enter

SAFE = ("GET", "HEAD", "OPTIONS")
_REQUEST_ID = re.compile(r"[\w.-]{1,64}\Z")


def init_app(app: Flask) -> None:
    app.before_request(_begin)


def _begin() -> None:
    """Give the request its id, before anything can fail."""
    environ = request.environ
    given = environ.get("HTTP_X_REQUEST_ID", "")
    request_id = given if _REQUEST_ID.match(given) else os.urandom(8).hex()
    g.request_id = environ[REQUEST_ID] = request_id
    start_context(request_id=request_id)
    enter(None)  # A worker's thread serves one request after another.


def current_actor() -> Actor | None:
    """Who asks, or None. A token that is given and not valid is an error, never nobody."""
    if "actor" in g:
        return cast("Actor | None", g.actor)
    ip = client_address()
    actor = held_to_host(from_request(ip) or _from_session(ip) or from_cookie(ip))
    if actor is not None:
        bind(user_id=str(actor.user.id))
        enter(actor.scope)
    g.actor = actor
    return actor


def _from_session(ip: str) -> Actor | None:
    # The session itself: each look through Flask's stand-in for it costs, and here are many, every time.
    held: Any = session._get_current_object()  # type: ignore[attr-defined]
    if "uid" not in held or not _is_in_time(held):
        return None
    actor = _stood_for(held, ip)
    if actor is None:
        return None
    if not _is_by_itself():
        touch_session(held.sid, held["key"], held["since"], ip)
    if held["role"] != actor.role:
        _follow_role(actor)
    return actor


def _stood_for(held: Any, ip: str) -> Actor | None:
    """Who looks is known from a moment ago; who changes something is asked of the database."""
    person, began = (held["uid"], held["org"], held["ver"]), held.get("since")
    mark = getattr(held, "people_mark", None)
    if mark is not None and request.method in SAFE:
        return known_actor(*person, mark, ip=ip, began_ms=began)
    return load_actor(*person, way="session", ip=ip, began_ms=began)


def _is_by_itself() -> bool:
    """Whether a page asks that nobody touches: for news, a chart, a picture. That keeps no session open."""
    environ = request.environ
    if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"].startswith("/api/"):
        return False
    is_fragment = "HTTP_HX_REQUEST" in environ and "HTTP_HX_BOOSTED" not in environ
    return is_fragment or "text/html" not in environ.get("HTTP_ACCEPT", "text/html")


def _is_in_time(held: Any) -> bool:
    """Whether the session is younger than any may become; an older one ends."""
    if left_ms(held.get("since", 0), now_ms()) > 0:
        return True
    end_session()
    return False


def _follow_role(actor: Actor) -> None:
    """Other rights, another id; what forms on open pages carry stays good."""
    session["role"] = actor.role
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    _note_session(actor)


def client_address() -> str:
    return request.remote_addr or ""


def check_access() -> Actor | None:
    """Authorise this request by the table of permissions; a change by cookie needs its CSRF token."""
    endpoint, method = request.endpoint or "", request.method
    if rule_of(endpoint, method) == PUBLIC:
        return None
    actor = current_actor()
    authorise(actor, endpoint, method)
    if actor is not None:
        check_password_due(actor, endpoint)
    if actor is not None and not (actor.way == "session" and session.get("vouched")):
        check_requirement(actor, endpoint)
    if method not in SAFE and actor is not None and came_by_cookie(actor):
        check_csrf(g.get("csrf_secret"))
    return actor


def came_by_cookie(actor: Actor) -> bool:
    """Whether a browser brought what it says by itself, so that another site may have made it ask."""
    return actor.way == "session" or "csrf_secret" in g


def begin_session(actor: Actor, *, how: str = "password") -> str:
    """Log in: a new session id, so that one known before is worth nothing. Returns the CSRF token.

    `how` is what was shown for it, as the list of sessions says it: password, totp, passkey, oidc.
    """
    if "uid" in session:
        forget_session(session["uid"], session.get("key", ""))
    session.clear()
    session["key"], session["how"], session["since"] = new_key(), how, now_ms()
    return renew_session(actor)


def renew_session(actor: Actor) -> str:
    """The same log-in under a new id, with new rights: another organization, role or password.

    Returns the new CSRF token.
    """
    actor = at_host(actor, may_move="uid" not in session)
    session["uid"], session["org"], session["role"] = actor.user.id, actor.organization_id, actor.role
    session["ver"] = actor.user.session_version
    session.pop("csrf", None)
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    _note_session(actor)
    g.actor = actor
    enter(actor.scope)
    return csrf_token()


def _note_session(actor: Actor) -> None:
    sid: str = session.sid  # type: ignore[attr-defined]
    agent = request.headers.get("User-Agent", "")
    note_session(actor, sid, session["key"], session["since"], how=session["how"], agent=agent)


def current_session_key() -> str:
    """The name under which the asking session stands on its user's list; empty without a session."""
    return str(session.get("key", "")) if "uid" in session else ""


def end_session() -> None:
    """Log out."""
    if "uid" in session:
        forget_session(session["uid"], session.get("key", ""))
    session.clear()
    current_app.session_interface.forget_id(session)  # type: ignore[attr-defined]
    g.pop("actor", None)
