"""How often a second factor may be guessed at. Six digits are few: the tries are what is bounded."""

from __future__ import annotations

from app.core.errors import RateLimitedError
from app.core.redis import get_redis, increment_within
from app.models import User, write
from app.service.actor import Actor
from app.service.audit import record_change

# (tries, seconds). A day's thirty hit one of the three codes that are good at a time once in 11,000 days.
LIMITS = ((5, 300), (30, 86_400))


def count_try(user: User) -> None:
    """One more try; RateLimitedError when there were too many. To be called before a code is looked at."""
    for limit, seconds in LIMITS:
        state = increment_within(_key(user, seconds), limit, seconds)
        if not state.allowed:
            raise RateLimitedError(state.resets_in)


def forget_tries(user: User) -> None:
    """A right one: who knows the factor need not wait for having used it often."""
    get_redis().delete(*(f"limit:{_key(user, seconds)}" for _limit, seconds in LIMITS))


def note_failure(actor: Actor, kind: str) -> None:
    """Write into the audit log that a factor was wrong."""
    with write() as session:
        record_change(session, actor, "factor.failed", "user", actor.user.id, after={"kind": kind})


def _key(user: User, seconds: int) -> str:
    return f"factor:{user.id}:{seconds}"
