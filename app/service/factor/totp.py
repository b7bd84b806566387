"""Codes by time (TOTP, RFC 6238): SHA-1, six digits, steps of 30 s, as every authenticator app has them.

1. The secret is made and sealed; it has no effect until a code confirms that an app has it.
2. A code is good in its step and the ones before and after, since clocks differ (RFC 6238, 5.2).
3. A step whose code was taken is not taken again, nor any before it: one conditional UPDATE decides, so two
   requests with the same code cannot both pass.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.core.secret_box import seal, unseal
from app.models import Totp, User, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.factor.recovery import renew_codes
from app.service.factor.standing import note_standing
from app.service.factor.tries import count_try, forget_tries, note_failure

ISSUER = "CloudEye"
STEP_SECONDS = 30
WINDOW = 1
"""Steps before and after the present one that are good too."""


@dataclass(frozen=True, slots=True)
class TotpOffer:
    """What an authenticator app is given: by hand, or as the address within a QR code, drawn as an SVG."""

    secret: str
    uri: str
    qr: str


def begin_totp(actor: Actor) -> TotpOffer:
    """A new secret, of effect once `confirm_totp` had a code of it. One that waits is replaced."""
    import pyotp

    secret = pyotp.random_base32()
    sealed = seal({"secret": secret})
    with write() as session:
        row = session.get(Totp, actor.user.id, populate_existing=True)
        if row is not None and row.confirmed_at is not None:
            raise ConflictError("there is an authenticator app already; remove it first")
        if row is None:
            session.add(Totp(user_id=actor.user.id, sealed_secret=sealed))
        else:
            row.sealed_secret, row.last_step = sealed, 0
    uri = pyotp.TOTP(secret).provisioning_uri(name=actor.user.account, issuer_name=ISSUER)
    return TotpOffer(secret, uri, qr_of(uri))


def waiting_totp(actor: Actor) -> TotpOffer | None:
    """The secret that waits to be confirmed; None when there is none."""
    import pyotp

    row = db.session.get(Totp, actor.user.id, populate_existing=True)
    if row is None or row.confirmed_at is not None:
        return None
    secret = _secret_of(row)
    uri = pyotp.TOTP(secret).provisioning_uri(name=actor.user.account, issuer_name=ISSUER)
    return TotpOffer(secret, uri, qr_of(uri))


def qr_of(uri: str) -> str:
    """A QR code as an SVG, dark on light in either theme: cameras read no other."""
    import io

    import segno

    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out, kind="svg", border=3, dark="#000", light="#fff", xmldecl=False, svgns=True, omitsize=True
    )
    return out.getvalue().decode()


def confirm_totp(actor: Actor, code: str, *, at: datetime | None = None) -> list[str]:
    """Take the waiting secret into use. Gives recovery codes when it is the first factor, else nothing."""
    at = at or now()
    row = db.session.get(Totp, actor.user.id, populate_existing=True)
    if row is None or row.confirmed_at is not None:
        raise NotFoundError("no authenticator app waits to be confirmed")
    count_try(actor.user)
    step = step_of(_secret_of(row), code, at)
    if step is None:
        note_failure(actor, "totp")
        raise InvalidError({"code": "is wrong"})
    with write() as session:
        changed = session.execute(
            update(Totp)
            .where(Totp.user_id == actor.user.id, Totp.confirmed_at.is_(None))
            .values(confirmed_at=at, last_step=step)
        )
        if cast(CursorResult[Any], changed).rowcount != 1:
            raise ConflictError("there is an authenticator app already; remove it first")
        is_first = note_standing(session, actor.user.id)
        codes = renew_codes(session, actor.user.id) if is_first else []
        record_change(session, actor, "factor.add", "user", actor.user.id, after={"kind": "totp"})
    forget_tries(actor.user)
    return codes


def remove_totp(actor: Actor) -> None:
    with write() as session:
        gone = session.execute(
            delete(Totp).where(Totp.user_id == actor.user.id, Totp.confirmed_at.is_not(None))
        )
        if cast(CursorResult[Any], gone).rowcount != 1:
            raise NotFoundError("there is no authenticator app")
        note_standing(session, actor.user.id)
        record_change(session, actor, "factor.remove", "user", actor.user.id, before={"kind": "totp"})


def confirmed_since(user: User) -> datetime | None:
    return db.session.scalar(select(Totp.confirmed_at).where(Totp.user_id == user.id))


def take_totp(user: User, code: str, at: datetime) -> bool:
    """Whether it is a code of now that was not used; from now on it is."""
    row = db.session.get(Totp, user.id, populate_existing=True)
    if row is None or row.confirmed_at is None:
        return False
    step = step_of(_secret_of(row), code, at)
    if step is None:
        return False
    with write() as session:
        taken = session.execute(
            update(Totp).where(Totp.user_id == user.id, Totp.last_step < step).values(last_step=step)
        )
    return cast(CursorResult[Any], taken).rowcount == 1


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The step a code belongs to, of those that are good at this moment; None when it is none of them."""
    import pyotp

    present = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _secret_of(row: Totp) -> str:
    return str(unseal(row.sealed_secret)["secret"])
