"""Log-ins by tokens (JWT): short access tokens, and refresh tokens that are each good for one exchange.

All that a log-in's refresh tokens were ever exchanged for is one family, a row in the database. An exchange
moves the family's generation on by a conditional UPDATE; a refresh token of an earlier generation has been
used before, by its owner or by a thief, and nobody can tell which: the family ends, and the audit log says so
(RFC 9700, 4.14.2). Access tokens are looked up by their family too, so ending it counts at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import jwt
from sqlalchemy import CursorResult, delete, select, update

from app.core.clock import from_ms, now, to_ms
from app.core.errors import NotFoundError, NotLoggedInError
from app.core.settings import get_settings
from app.core.snowflake import BEYOND
from app.models import TokenFamily, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.auth import load_actor

AUDIENCE = "cloudeye-api"
ACCESS_SECONDS = 15 * 60
REFRESH_DAYS = 30
FAMILY_DAYS = 90
"""How old a log-in by tokens may become, however often it is refreshed."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token stands for, and of which log-in it is."""

    actor: Actor
    family_id: int


def issue_tokens(actor: Actor, *, agent: str = "", began_ms: int | None = None) -> dict[str, Any]:
    """A log-in by tokens: an access token (15 min) and a refresh token (30 days), both HS256.

    `began_ms`: of one that goes on in another organization, when it began; it grows no younger by that.
    """
    at = now()
    began_at = at if began_ms is None else from_ms(began_ms)
    family = TokenFamily(
        created_at=began_at,
        user_id=actor.user.id,
        organization_id=actor.organization_id,
        session_version=actor.user.session_version,
        ip=actor.ip,
        agent=agent[:300],
        last_used_at=at,
        expires_at=min(at + timedelta(days=REFRESH_DAYS), began_at + timedelta(days=FAMILY_DAYS)),
    )
    with write() as session:
        over = (TokenFamily.user_id == actor.user.id, TokenFamily.expires_at < at)
        session.execute(delete(TokenFamily).where(*over).execution_options(synchronize_session=False))
        session.add(family)
        session.flush()
    return _pair(actor, family)


def exchange(refresh_token: str, *, ip: str, agent: str = "") -> tuple[Actor, dict[str, Any]]:
    """A new pair for a refresh token, which is worth nothing afterwards."""
    claims = _claims(refresh_token, "refresh")
    family_id, generation = claims["fam"], claims["gen"]
    actor = load_actor(claims["sub"], claims["org"], claims["ver"], way="jwt", ip=ip)
    at = now()
    with write() as session:
        family = session.get(TokenFamily, family_id, populate_existing=True, with_for_update=True)
        if actor is not None and family is not None and _moves_on(family_id, generation, at, ip, agent):
            session.refresh(family)
        elif family is not None and family.ended_at is None and family.generation > generation:
            _note_reuse(family, ip)
            family = None
        else:
            family = None
    if family is None or actor is None:
        raise NotLoggedInError("the token has been ended")
    return actor, _pair(actor, family)


def _moves_on(family_id: int, generation: int, at: datetime, ip: str, agent: str) -> bool:
    """Whether this exchange is the one that the family's present generation is good for."""
    statement = (
        update(TokenFamily)
        .where(TokenFamily.id == family_id, TokenFamily.generation == generation)
        .where(TokenFamily.ended_at.is_(None), TokenFamily.expires_at > at)
        .values(generation=generation + 1, last_used_at=at, ip=ip, agent=agent[:300])
        .execution_options(synchronize_session=False)
    )
    result = cast("CursorResult[Any]", db.session.execute(statement))
    if result.rowcount != 1:
        return False
    family = db.session.get_one(TokenFamily, family_id, populate_existing=True)
    most = family.created_at + timedelta(days=FAMILY_DAYS)
    family.expires_at = min(at + timedelta(days=REFRESH_DAYS), most)
    db.session.flush()
    return True


def _note_reuse(family: TokenFamily, ip: str) -> None:
    """End it, and leave a line for whoever looks into it."""
    family.ended_at = now()
    actor = load_actor(family.user_id, family.organization_id, None, way="jwt", ip=ip)
    if actor is not None:
        facts = {"login": str(family.id), "why": "a refresh token was used twice"}
        record_change(db.session(), actor, "token.reuse", "user", family.user_id, after=facts)


def bearer_of(token: str, *, ip: str) -> Bearer:
    """Whom an access token stands for, or `NotLoggedInError` with the reason."""
    claims = _claims(token, "access")
    began = select(TokenFamily.created_at).where(
        TokenFamily.id == claims["fam"], TokenFamily.ended_at.is_(None)
    )
    actor, began_at = None, db.session.scalar(began)
    if began_at is not None:
        who = (claims["sub"], claims["org"], claims["ver"])
        actor = load_actor(*who, way="jwt", ip=ip, began_ms=to_ms(began_at))
    if actor is None:
        raise NotLoggedInError("the token has been ended")
    return Bearer(actor, claims["fam"])


def list_families(actor: Actor) -> list[TokenFamily]:
    """The user's log-ins by tokens that can still be used, the last used first."""
    statement = (
        select(TokenFamily)
        .where(TokenFamily.user_id == actor.user.id, TokenFamily.ended_at.is_(None))
        .where(TokenFamily.expires_at > now(), TokenFamily.session_version == actor.user.session_version)
        .order_by(TokenFamily.last_used_at.desc())
        .limit(200)
    )
    return list(db.session.scalars(statement))


def end_family(actor: Actor, family_id: int, action: str = "session.end") -> None:
    """End one of one's own log-ins by tokens: neither of its tokens opens anything any more."""
    with write() as session:
        family = session.get(TokenFamily, family_id, populate_existing=True)
        if family is None or family.user_id != actor.user.id:
            raise NotFoundError("there is no such session")
        if family.ended_at is None:
            family.ended_at = now()
            facts = {"session": str(family.id)}
            record_change(session, actor, action, "user", actor.user.id, after=facts)


def end_families(actor: Actor, *, but: int | None = None) -> int:
    """End all of one's own log-ins by tokens but one; gives how many."""
    ended = 0
    with write() as session:
        for family in list_families(actor):
            if family.id != but:
                family.ended_at = now()
                ended += 1
        if ended:
            facts = {"ended": ended}
            record_change(session, actor, "token.end_others", "user", actor.user.id, after=facts)
    return ended


def csrf_of_family(family_id: int) -> str:
    """The secret that a change by cookie must know, the same as long as the log-in lasts."""
    key = get_settings().SECRET_KEY.encode()
    return hmac.new(key, f"csrf of tokens:{family_id}".encode(), hashlib.sha256).hexdigest()


def family_of_refresh(token: str) -> int:
    """The log-in a refresh token is of, without using it up."""
    return int(_claims(token, "refresh")["fam"])


def _pair(actor: Actor, family: TokenFamily) -> dict[str, Any]:
    until = int(family.expires_at.timestamp())
    return {
        "access_token": _sign(actor, family, "access", min(until, int(time.time()) + ACCESS_SECONDS)),
        "refresh_token": _sign(actor, family, "refresh", until),
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
    }


def _sign(actor: Actor, family: TokenFamily, kind: str, until: int) -> str:
    claims = {
        "sub": str(actor.user.id),
        "org": str(actor.organization_id),
        "ver": actor.user.session_version,
        "fam": str(family.id),
        "gen": family.generation,
        "kind": kind,
        "iat": int(time.time()),
        "exp": until,
        "jti": secrets.token_hex(16),
        "iss": "cloudeye",
        "aud": AUDIENCE,
    }
    return jwt.encode(claims, get_settings().SECRET_KEY, algorithm="HS256")


def _claims(token: str, kind: str) -> dict[str, Any]:
    """What a token of this kind says, its ids as numbers, or `NotLoggedInError`."""
    try:
        claims = jwt.decode(
            token,
            get_settings().SECRET_KEY,
            algorithms=["HS256"],
            issuer="cloudeye",
            audience=AUDIENCE,
            options={"require": ["exp", "iat", "sub", "aud"]},
        )
        numbers = {name: int(claims[name]) for name in ("sub", "org", "fam", "gen", "ver")}
    except jwt.ExpiredSignatureError as error:
        raise NotLoggedInError("the token has expired") from error
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        raise NotLoggedInError("the token is not valid") from error
    if not all(0 < number < BEYOND for number in numbers.values()):
        raise NotLoggedInError("the token is not valid")
    if claims.get("kind") != kind:
        article = "an" if kind == "access" else "a"
        raise NotLoggedInError(f"this is not {article} {kind} token")
    return numbers
