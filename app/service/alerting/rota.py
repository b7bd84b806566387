"""Rotas: who is on call now and in the weeks to come, who takes over for whom, and the calendar's address."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.engine.usability.alerting.calendar import to_ical
from app.engine.usability.alerting.hours import Strict, Zone
from app.engine.usability.alerting.rota import Duty, Layers, Turn
from app.models import EscalationPolicy, Membership, Rota, RotaOverride, User, db, write
from app.service.actor import Actor
from app.service.alerting.references import check_users, shaped
from app.service.alerting.target import rules_of
from app.service.audit import changed, record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.values import plain_name

FIELDS = ("name", "zone", "layers")
LONGEST = timedelta(days=366)
MAX_OVERRIDES = 200
FEED_AHEAD = timedelta(days=90)


class _Zoned(Strict):
    zone: Zone


def list_rotas(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Rota]:
    """The organization's rotas, oldest first."""
    own = select(Rota).where(Rota.organization_id == actor.organization_id)
    return page_by_id(own, Rota.id, cursor, limit, newest_first=False)


def get_rota(actor: Actor, rota_id: int) -> Rota:
    return fetch_own(db.session(), Rota, actor, rota_id)


def create_rota(actor: Actor, values: dict[str, Any]) -> Rota:
    """A rota from `name`, `layers` and optionally `zone` (the organization's otherwise)."""
    whole = {"zone": actor.organization.timezone, **values}
    with write() as session:
        rota = Rota(organization_id=actor.organization_id)
        _put(session, actor, rota, whole)
        session.add(rota)
        session.flush()
        record_change(session, actor, "rota.create", "rota", rota.id, after=facts(rota))
    return rota


def change_rota(actor: Actor, rota_id: int, values: dict[str, Any]) -> Rota:
    with write() as session:
        rota = fetch_own(session, Rota, actor, rota_id)
        before = facts(rota)
        _put(session, actor, rota, {**before, **values})
        old, new = changed(before, facts(rota))
        if new:
            record_change(session, actor, "rota.change", "rota", rota.id, before=old, after=new)
    return rota


def delete_rota(actor: Actor, rota_id: int) -> None:
    """Remove a rota with its overrides. Refused while a policy names it: its step would reach nobody."""
    with write() as session:
        rota = fetch_own(session, Rota, actor, rota_id)
        policies = session.scalars(
            select(EscalationPolicy).where(EscalationPolicy.organization_id == actor.organization_id)
        )
        if any(rota.id in step["rotas"] for policy in policies for step in policy.steps):
            raise ConflictError("an escalation policy still names this rota")
        record_change(session, actor, "rota.delete", "rota", rota.id, before=facts(rota))
        session.delete(rota)


def facts(rota: Rota) -> dict[str, Any]:
    return {name: getattr(rota, name) for name in FIELDS}


def _put(session: Session, actor: Actor, rota: Rota, values: dict[str, Any]) -> None:
    name = plain_name(values["name"])
    if not name:
        raise InvalidError({"name": "must not be empty"})
    zone = shaped(_Zoned, {"zone": values["zone"]}).zone
    layers = shaped(Layers, {"layers": values["layers"]}).layers
    for number, layer in enumerate(layers):
        check_users(session, actor, layer.participants, f"layers.{number}.participants")
    rota.name, rota.zone = name, zone
    rota.layers = [layer.model_dump(mode="json") for layer in layers]


# ---- who it is


def who_now(rota: Rota, at: datetime | None = None) -> Duty | None:
    """Who is on call at a moment, the present one by default."""
    at = at or now()
    return rules_of(rota, _overrides(rota, at, at)).duty(at)


def calendar(rota: Rota, start: datetime, end: datetime) -> list[Turn]:
    """The turns from `start` to `end`, at most a year; stretches without anybody among them."""
    if not start < end <= start + LONGEST:
        raise InvalidError({"to": "must come after the beginning, by a year at most"})
    return rules_of(rota, _overrides(rota, start, end)).turns(start, end)


def _overrides(rota: Rota, start: datetime, end: datetime) -> list[RotaOverride]:
    return list(
        db.session.scalars(
            select(RotaOverride)
            .where(
                RotaOverride.rota_id == rota.id,
                RotaOverride.ends_at > start,
                RotaOverride.starts_at <= end,
            )
            .order_by(RotaOverride.id)
        )
    )


def people(actor: Actor, user_ids: Collection[int] | None = None) -> dict[int, str]:
    """The organization's members by id: name, else address."""
    return _people(actor.organization_id, user_ids)


_ACCOUNT = func.coalesce(User.email, User.phone).label("account")


def _people(organization_id: int, user_ids: Collection[int] | None) -> dict[int, str]:
    statement = (
        select(User.id, User.name, _ACCOUNT)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organization_id == organization_id)
        .order_by(User.name, _ACCOUNT)
        .limit(1000)
    )
    if user_ids is not None:
        statement = statement.where(User.id.in_(user_ids))
    return {row.id: row.name or row.account for row in db.session.execute(statement)}


# ---- taking over


def list_overrides(actor: Actor, rota_id: int) -> list[RotaOverride]:
    """What is still to come, or lasts; the soonest first."""
    rota = get_rota(actor, rota_id)
    statement = select(RotaOverride).where(RotaOverride.rota_id == rota.id, RotaOverride.ends_at > now())
    return list(db.session.scalars(statement.order_by(RotaOverride.starts_at).limit(MAX_OVERRIDES)))


def take_over(actor: Actor, rota_id: int, values: dict[str, Any]) -> RotaOverride:
    """Somebody (`user_id`) is on call from `starts_at` to `ends_at`, whatever the layers say."""
    with write() as session:
        rota = fetch_own(session, Rota, actor, rota_id)
        if missing := {name for name in ("user_id", "starts_at", "ends_at") if values.get(name) is None}:
            raise InvalidError(dict.fromkeys(sorted(missing), "is missing"))
        starts_at, ends_at = values["starts_at"], values["ends_at"]
        if not starts_at < ends_at <= starts_at + LONGEST:
            raise InvalidError({"ends_at": "must come after the beginning, by a year at most"})
        check_users(session, actor, [values["user_id"]], "user_id")
        override = RotaOverride(
            rota_id=rota.id,
            organization_id=actor.organization_id,
            user_id=values["user_id"],
            starts_at=starts_at,
            ends_at=ends_at,
            created_by=actor.user.id,
        )
        session.add(override)
        session.flush()
        record_change(session, actor, "rota.take_over", "rota", rota.id, after=_said(override))
    return override


def give_back(actor: Actor, rota_id: int, override_id: int) -> None:
    """Call off that somebody takes over."""
    with write() as session:
        override = fetch_own(session, RotaOverride, actor, override_id)
        if override.rota_id != rota_id:
            raise NotFoundError("there is no such override")
        record_change(session, actor, "rota.give_back", "rota", rota_id, before=_said(override))
        session.delete(override)


def _said(override: RotaOverride) -> dict[str, str]:
    return {
        "user_id": str(override.user_id),
        "starts_at": override.starts_at.isoformat(),
        "ends_at": override.ends_at.isoformat(),
    }


# ---- the calendar's address


def make_feed(actor: Actor, rota_id: int) -> str:
    """A new secret for the address of the rota's calendar; the one before ends. It is shown this once."""
    token = secrets.token_urlsafe(24)
    with write() as session:
        rota = fetch_own(session, Rota, actor, rota_id)
        rota.feed_hash = _hashed(token)
        record_change(session, actor, "rota.feed", "rota", rota.id, after={"feed": "made"})
    return token


def end_feed(actor: Actor, rota_id: int) -> None:
    with write() as session:
        rota = fetch_own(session, Rota, actor, rota_id)
        rota.feed_hash = None
        record_change(session, actor, "rota.feed", "rota", rota.id, after={"feed": "ended"})


def feed(token: str, at: datetime | None = None) -> bytes:
    """The calendar behind an address: from a week ago to three months ahead, as iCalendar."""
    at = at or now()
    rota = db.session.scalar(select(Rota).where(Rota.feed_hash == _hashed(token)))
    if rota is None:
        raise NotFoundError("there is no such calendar")
    turns = calendar(rota, at - timedelta(days=7), at + FEED_AHEAD)
    users = {turn.duty.user_id for turn in turns if turn.duty}
    return to_ical(rota.name, rota.id, turns, _people(rota.organization_id, users), at)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
