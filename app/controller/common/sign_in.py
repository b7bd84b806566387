"""The way to a sign-in service and back, for both faces.

Each service has a return address of its own, so that one cannot pass off another's answer as its own (RFC
9700, 4.4); what comes back must carry the state that this session went out with, once.
"""

from __future__ import annotations

import hmac
from typing import Any

from flask import request, session

from app.controller.common.challenge import put_challenge, take_challenge
from app.controller.common.entering import enter
from app.controller.common.identity import client_address
from app.core.asker import asker
from app.core.errors import InvalidError, NotFoundError, RateLimitedError
from app.core.redis import increment_within
from app.core.settings import get_settings
from app.models import OidcLink, OidcProvider
from app.service.account.password import UNUSABLE
from app.service.actor import Actor
from app.service.factor.openid import Attempt, Client, Said
from app.service.factor.providers import find_provider
from app.service.factor.sign_in import enter_by, is_of_one_organization, link_account, organization_of

PURPOSE = "sign_in"


def redirect_uri(provider_id: int) -> str:
    """Where a service sends the browser back to; its operator enters it there."""
    base = str(vars(get_settings())["BASE_URL"]) or request.host_url.rstrip("/")
    return f"{base}/login/with/{provider_id}/answer"


def provider_of(key: str) -> OidcProvider:
    provider = find_provider(key)
    if provider is None:
        raise NotFoundError("there is no such sign-in service")
    return provider


def begin_sign_in(provider: OidcProvider, *, purpose: str = PURPOSE, onward: str | None = None) -> str:
    """The address to send the browser to. `onward` is where it goes afterwards."""
    url, attempt = _client(provider).begin()
    put_challenge(
        purpose,
        {
            "provider": provider.id,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "onward": onward or "",
        },
    )
    return url


def sign_in(provider: OidcProvider, answer: dict[str, str]) -> tuple[Actor, str]:
    """Log in who comes back; gives where to go on to. `answer` is what the service said: code, state, iss."""
    said, onward = _finish(provider, answer, PURPOSE)
    actor = enter_by(provider, said, ip=client_address())
    # A session by one organization's service must not open what is other organizations' too.
    is_own = actor.user.password_hash == UNUSABLE and is_of_one_organization(actor.user)
    # What the service says of this log-in counts; where it says nothing, what the owner wrote down of it.
    is_vouched = provider.proves_factor and said.has_factor is not False
    enter(actor, how="oidc", is_vouched=is_vouched, is_bound=True, is_proof=is_own)
    return actor, onward


def link(actor: Actor, provider: OidcProvider, answer: dict[str, str]) -> OidcLink:
    """Link who is logged in and comes back."""
    said, _onward = _finish(provider, answer, f"link:{actor.user.id}")
    return link_account(actor, provider, said)


def begin_link(actor: Actor, provider: OidcProvider) -> str:
    if provider.organization_id != actor.organization_id:
        raise NotFoundError("there is no such sign-in service")
    return begin_sign_in(provider, purpose=f"link:{actor.user.id}")


def _finish(provider: OidcProvider, answer: dict[str, str], purpose: str) -> tuple[Said, str]:
    kept = take_challenge(purpose, "state")
    state, issuer = answer.get("state", ""), answer.get("iss")
    if kept["provider"] != provider.id or not hmac.compare_digest(state.encode(), kept["state"].encode()):
        raise InvalidError({"state": "is not of this log-in; try again"})
    if issuer is not None and issuer != provider.issuer:
        raise InvalidError({"iss": "is not the issuer this log-in went to"})
    if not answer.get("code"):
        raise InvalidError({"code": "is missing: the sign-in service let nobody in"})
    attempt = Attempt(kept["state"], kept["nonce"], kept["verifier"])
    return _client(provider).finish(attempt, answer["code"]), str(kept["onward"])


def _client(provider: OidcProvider) -> Client:
    return Client(provider, organization_of(provider), redirect_uri(provider.id))


def is_linking() -> bool:
    """Whether this session went out to link an account, and not to log in."""
    return str((session.get("challenge") or {}).get("purpose", "")).startswith("link:")


def throttle() -> None:
    """Each beginning makes us ask the service: not more often than people do."""
    state = increment_within(f"sign_in:{asker(client_address())}", 30, 300)
    if not state.allowed:
        raise RateLimitedError(state.resets_in)


def answer_of(values: Any) -> dict[str, str]:
    """The parts of an answer that are looked at."""
    return {name: str(values[name]) for name in ("code", "state", "iss") if values.get(name)}
