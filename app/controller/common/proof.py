"""Confirming that it is still the same person, before what opens the account is changed.

A log-in counts for ten minutes. Afterwards it takes a second factor, or where there is none the password:
who sits down at somebody's open session cannot make it their own.
"""

from __future__ import annotations

from typing import Any

from flask import request, session

from app.controller.common.challenge import put_challenge, take_challenge
from app.core.clock import now_ms
from app.core.errors import InvalidError, NotLoggedInError, ProofNeededError
from app.service.account.password import UNUSABLE, password_fits
from app.service.actor import Actor
from app.service.factor.passkey import check_passkey, login_options, party_of
from app.service.factor.second import check_code, ways_of
from app.service.factor.tries import count_try, forget_tries, note_failure

SECONDS = 600
PURPOSE = "proof"


def proof_ways(actor: Actor) -> list[str]:
    """By what they can confirm it: totp, passkey, recovery; or password; or sign_in, by logging in anew."""
    if actor.user.has_factor:
        return ways_of(actor.user)
    return ["sign_in"] if actor.user.password_hash == UNUSABLE else ["password"]


def is_proved() -> bool:
    return "uid" in session and now_ms() - session.get("proved_at", 0) < SECONDS * 1000


def need_proof(actor: Actor) -> None:
    """ProofNeededError unless it was confirmed within ten minutes, in this session."""
    if not is_proved():
        raise ProofNeededError(proof_ways(actor))


def need_fresh(actor: Actor) -> None:
    """The same, where any log-in within ten minutes will do, also one by a sign-in service."""
    if now_ms() - session.get("since", 0) >= SECONDS * 1000:
        need_proof(actor)


def prove_by_password(actor: Actor, password: str) -> None:
    """Only where there is no second factor: a password alone must not be enough to take one away."""
    if actor.user.has_factor:
        raise InvalidError({"password": "is not enough: confirm it by your second factor"})
    count_try(actor.user)
    if not password_fits(actor.user, password):
        note_failure(actor, "password")
        raise InvalidError({"password": "is wrong"})
    forget_tries(actor.user)
    _keep()


def prove_by_code(actor: Actor, code: str) -> None:
    check_code(actor, code)
    _keep()


def passkey_question(actor: Actor) -> dict[str, Any]:
    """What the browser needs to show one of the user's own passkeys."""
    options, challenge = login_options(party_of(request.host_url), actor.user)
    put_challenge(PURPOSE, {"challenge": challenge})
    return options


def prove_by_passkey(actor: Actor, credential: dict[str, Any]) -> None:
    kept = take_challenge(PURPOSE)
    try:
        check_passkey(party_of(request.host_url), kept["challenge"], credential, actor.user)
    except NotLoggedInError as error:
        raise InvalidError({"credential": error.msg}) from error
    _keep()


def _keep() -> None:
    session["proved_at"] = now_ms()
