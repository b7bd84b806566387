"""Who looks at a page. Sessions, log-in and CSRF are those of the API: one cookie for both faces."""

from __future__ import annotations

from typing import cast

from flask import g, has_request_context, request

from app.controller.common.csrf import check_csrf, csrf_token
from app.controller.common.identity import (
    begin_session,
    check_access,
    client_address,
    current_actor,
    end_session,
)
from app.core.errors import NotLoggedInError
from app.service.actor import Actor
from app.service.permission.check import may

__all__ = [
    "actor",
    "begin_session",
    "can",
    "check_csrf",
    "client_address",
    "csrf_token",
    "end_session",
    "guard",
    "reader",
]


def guard() -> None:
    """Before every page: the table of permissions decides; a form without our token is refused."""
    check_access()


def reader() -> Actor | None:
    """Whoever reads, logged in or not. A bad token is nobody here: it has its own answer at the API."""
    if not has_request_context():
        return None
    if "actor" not in g and "Authorization" in request.headers:
        return None
    try:
        return current_actor()
    except NotLoggedInError:
        return None


def actor() -> Actor:
    """The actor of a page that only logged-in people reach."""
    return cast(Actor, g.actor)


def can(permission: str) -> bool:
    """May the reader do this? Decides which buttons a page shows; the route asks again."""
    who = reader()
    return who is not None and may(who, permission)
