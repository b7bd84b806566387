"""The password once more, before what a stolen session must not be able to do."""

from __future__ import annotations

from app.core.errors import InvalidError, RateLimitedError
from app.core.redis import increment_within
from app.service.account.password import password_fits
from app.service.actor import Actor

TRIES = (10, 300)


def confirm_password(actor: Actor, password: str, field: str = "current_password") -> None:
    """Raise `InvalidError` at `field` unless it is the actor's password; ten tries in five minutes."""
    state = increment_within(f"confirm:{actor.user.id}", *TRIES)
    if not state.allowed:
        raise RateLimitedError(state.resets_in)
    if not password_fits(actor.user, password):
        raise InvalidError({field: "is wrong"})
