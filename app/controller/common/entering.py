"""Log-in in two steps. Between them there is half a session: it names somebody, and opens nothing.

What makes a session one is its `uid`, which half a session does not have; so nothing has to remember to
refuse it.
"""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, g, session

from app.controller.common.identity import begin_session, client_address, end_session
from app.core.clock import now_ms
from app.core.errors import NotLoggedInError, SecondFactorNeededError
from app.service.actor import Actor
from app.service.auth import load_actor
from app.service.factor.second import note_second_step, ways_of

HALF_SECONDS = 600


def enter(
    actor: Actor,
    *,
    how: str = "password",
    is_whole: bool = False,
    is_vouched: bool = False,
    is_bound: bool = False,
    is_proof: bool = True,
) -> str:
    """Log somebody in who has done the first step. Returns the CSRF token.

    Raises SecondFactorNeededError, with half a session begun, when they have a second factor, unless the
    first step was the whole (`is_whole`) or a sign-in service asked for a factor itself (`is_vouched`).
    `is_bound` says that the session is for this organization alone; `is_proof` that who came in so may change
    how they come in.
    """
    facts = {"how": how, "is_vouched": is_vouched, "is_bound": is_bound, "is_proof": is_proof}
    if actor.user.has_factor and not (is_whole or is_vouched):
        _begin_half(actor, facts)
        raise SecondFactorNeededError(ways_of(actor.user))
    return _begin(actor, facts)


def half_actor() -> Actor | None:
    """Who has done the first step, and has time left for the second."""
    half = cast("dict[str, Any] | None", session.get("half"))
    if half is None or now_ms() - half["at"] > HALF_SECONDS * 1000:
        return None
    return load_actor(half["uid"], half["org"], half["ver"], way="session", ip=client_address())


def need_half() -> Actor:
    actor = half_actor()
    if actor is None:
        raise NotLoggedInError("log in with your password first")
    return actor


def complete(actor: Actor, kind: str) -> str:
    """The second step is done by this kind of factor. Returns the CSRF token."""
    token = _begin(actor, {**session["half"]["facts"], "how": kind, "is_proof": True})
    note_second_step(actor, kind)
    return token


def is_bound() -> bool:
    """Whether the session came by one organization's sign-in service, and is for that organization alone."""
    return bool(session.get("bound"))


def _begin_half(actor: Actor, facts: dict[str, Any]) -> None:
    end_session()
    session["half"] = {
        "uid": actor.user.id,
        "org": actor.organization_id,
        "ver": actor.user.session_version,
        "at": now_ms(),
        "facts": facts,
    }
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    g.pop("csrf_token", None)


def _begin(actor: Actor, facts: dict[str, Any]) -> str:
    token = begin_session(actor, how=facts["how"])
    session["vouched"], session["bound"] = facts["is_vouched"], facts["is_bound"]
    if facts["is_proof"]:
        session["proved_at"] = now_ms()
    return token
