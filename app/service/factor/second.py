"""The second step of a log-in, and the organization's word on who needs one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.core.clock import now
from app.core.errors import FactorRequiredError, InvalidError, SecondFactorNeededError
from app.core.settings import get_settings
from app.models import Organization, Passkey, User, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.factor.recovery import codes_left, is_recovery, take_recovery
from app.service.factor.totp import confirmed_since, take_totp
from app.service.factor.tries import count_try, forget_tries, note_failure

IN_PERSON = ("session", "jwt")
"""Ways in that begin with a password. Tokens and signatures were made by somebody who was in already."""
OPEN = frozenset(
    {
        "v1.logout",
        "v1.me",
        "v1.factors",
        "v1.proof",
        "v1.proof_options",
        "v1.totp",
        "v1.totp_confirm",
        "v1.recovery_codes",
        "v1.passkeys",
        "v1.passkey_options",
        "v1.organizations",
        "v1.organization_switch",
        "web.logout",
        "web.keep_theme",
        "web.account_security",
        "web.confirm",
        "web.confirm_post",
        "web.totp_begin",
        "web.totp_setup",
        "web.totp_setup_post",
        "web.passkey_add",
        "web.recovery_codes_new",
        "web.switch_organization",
    }
)
"""What somebody may do who has no second factor where one is required: set one up, or leave."""


def ways_of(user: User) -> list[str]:
    """By what the user can do the second step: totp, passkey, recovery."""
    mine = select(Passkey.id).where(Passkey.user_id == user.id).limit(1)
    has_passkey = db.session.scalar(mine) is not None
    found = {
        "totp": confirmed_since(user) is not None,
        "passkey": has_passkey,
        "recovery": codes_left(user) > 0,
    }
    return [way for way, is_there in found.items() if is_there]


def check_code(actor: Actor, code: str, *, at: datetime | None = None) -> str:
    """Take a code of the authenticator app, or a recovery code; gives which it was, totp or recovery.

    `InvalidError` when it is neither, `RateLimitedError` when there were too many of those.
    """
    count_try(actor.user)
    code = code.strip()
    kind = "recovery" if is_recovery(code) else "totp"
    fits = (
        take_recovery(actor.user, code)
        if kind == "recovery"
        else take_totp(actor.user, code.replace(" ", ""), at or now())
    )
    if not fits:
        note_failure(actor, kind)
        raise InvalidError({"code": "is wrong, or was used before"})
    forget_tries(actor.user)
    if kind == "recovery":
        with write() as session:
            left = {"left": codes_left(actor.user)}
            record_change(session, actor, "recovery_code.use", "user", actor.user.id, after=left)
    return kind


def check_second(actor: Actor, code: str | None) -> None:
    """The second step in one go with the first, by a code, of who has a second factor.

    SecondFactorNeededError without one, InvalidError when it is wrong.
    """
    if not actor.user.has_factor:
        return
    if code is None:
        raise SecondFactorNeededError(ways_of(actor.user))
    note_second_step(actor, check_code(actor, code))


def note_second_step(actor: Actor, kind: str) -> None:
    """Write into the audit log that somebody is in, by a password and this."""
    with write() as session:
        record_change(session, actor, "login.factor", "user", actor.user.id, after={"kind": kind})


def is_required(organization: Organization) -> bool:
    """Whether its members must have a second factor: by its own word, or by the installation's."""
    return organization.requires_factor or bool(vars(get_settings())["REQUIRE_FACTOR"])


def check_requirement(actor: Actor, endpoint: str) -> None:
    """FactorRequiredError where a second factor is asked for, and this is done without any."""
    if actor.user.has_factor or actor.way not in IN_PERSON or endpoint in OPEN:
        return
    if is_required(actor.organization):
        raise FactorRequiredError
