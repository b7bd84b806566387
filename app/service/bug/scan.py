"""Scans: ask for one, list them, look at one as it runs, stop it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from typing import Any, cast

import orjson
from kombu.exceptions import OperationalError
from redis import RedisError
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, RateLimitedError
from app.core.redis import get_redis, increment_within
from app.engine.bug.types import BUDGETS, PROFILES, ProfileName
from app.engine.net.guard import AllowList
from app.engine.net.target import parse_target
from app.models import HostOwnership, Organization, Scan, ScanSettings, Site, db, write
from app.models.errors import DATABASE_CLASH
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.bug.event import put_event
from app.service.bug.hours import next_allowed
from app.service.bug.live import publish_scan
from app.service.bug.proving import ACTIVE_METHODS
from app.service.bug.settings import budget_of, cleaned, settings_of, zone_of
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.queue import send
from app.service.scheduling.schedule import allowed_networks
from app.service.site import get_site

SCANS_AN_HOUR = 60
STOP_SECONDS = 2 * 3600
QUEUE = "bug"
POLITE_RATE, POLITE_CONNECTIONS = 2.0, 2
"""Requests a second, and at once, that a host is asked at most while nobody has shown that it is theirs."""


def list_scans(
    actor: Actor,
    *,
    site_id: int | None = None,
    state: str | None = None,
    with_retests: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Scan]:
    """The organization's scans, newest first."""
    statement = (
        select(Scan)
        .where(Scan.organization_id == actor.organization_id)
        .options(joinedload(Scan.site))
        .execution_options(populate_existing=True)
    )
    if site_id is not None:
        statement = statement.where(Scan.site_id == site_id)
    if state:
        statement = statement.where(Scan.state == state)
    if not with_retests:
        statement = statement.where(Scan.trigger != "retest")
    return page_by_id(statement, Scan.id, cursor, limit)


def get_scan(actor: Actor, scan_id: int) -> Scan:
    return own_scan(db.session(), actor, scan_id)


def own_scan(session: Session, actor: Actor, scan_id: int) -> Scan:
    return fetch_own(session, Scan, actor, scan_id, joinedload(Scan.site))


def progress_of(scan: Scan) -> dict[str, Any] | None:
    """How far a running scan is: the engine's `Progress` as a mapping; None when it does not run."""
    if scan.state != "running":
        return None
    try:
        raw = cast("bytes | None", get_redis().get(f"bug:progress:{scan.id}"))
    except RedisError:
        return None
    return cast("dict[str, Any]", orjson.loads(raw)) if raw else None


def request_scan(actor: Actor, site_id: int, values: dict[str, Any] | None = None) -> Scan:
    """Ask for a scan by the site's settings; `profile`, `budget` and `rate` of `values` are for this one.

    It waits for the allowed hours, and for a scan of the same host that runs.
    """
    site = get_site(actor, site_id)
    if site.archived_at:
        raise ConflictError("the site is archived; restore it first")
    settings = settings_of(db.session(), site)
    profile, budget, rate = _wished(settings, values or {})
    if profile != "passive" and not is_verified(db.session(), site):
        raise ConflictError(
            "nobody has shown that the site's host is yours: only the profile passive may run"
        )
    limit = increment_within(f"bug.scan:{actor.organization_id}", SCANS_AN_HOUR, 3600)
    if not limit.allowed:
        raise RateLimitedError(limit.resets_in)
    try:
        with write() as session:
            scan = put_scan(
                session,
                site,
                settings,
                actor.organization,
                "demand",
                by=actor.user.account,
                profile=profile,
                budget=budget,
                rate=rate,
            )
            after = {"site_id": str(site.id), "profile": profile, "budget": budget}
            record_change(session, actor, "bug.scan", "scan", scan.id, after=after)
    except DATABASE_CLASH as error:
        raise ConflictError("a scan of this site is waiting or running already") from error
    nudge()
    return get_scan(actor, scan.id)


def _wished(settings: ScanSettings, values: dict[str, Any]) -> tuple[ProfileName, int, float]:
    profile = values.get("profile") or settings.profile
    if profile not in PROFILES:
        raise InvalidError({"profile": f"must be one of: {', '.join(PROFILES)}"})
    clean = cleaned({name: values[name] for name in ("budget", "rate") if values.get(name)})
    budget = clean.get("budget") or budget_of(settings, profile)
    if budget > BUDGETS[profile]:
        raise InvalidError({"budget": f"must be at most {BUDGETS[profile]} with the profile {profile}"})
    return profile, budget, clean.get("rate") or settings.rate


def may_ask_actively(site: Site) -> bool:
    """Whether somebody has shown that the site's own host may be asked more than a visitor asks."""
    return is_verified(db.session(), site)


def is_verified(session: Session, site: Site) -> bool:
    """Whether the host of the site's own address may be asked actively."""
    row = session.scalar(
        select(HostOwnership.id).where(
            HostOwnership.site_id == site.id,
            HostOwnership.host == parse_target(site.base_url).authority,
            HostOwnership.state == "verified",
            HostOwnership.method.in_(ACTIVE_METHODS),
        )
    )
    return row is not None


def _is_within(networks: Sequence[str], site: Site) -> bool:
    """Whether the site's host is an address of the private networks that an administrator named."""
    target = parse_target(site.base_url)
    if not target.is_address:
        return False
    address = ip_address(target.host)
    return not address.is_global and AllowList.of(networks).has(address)


def put_scan(
    session: Session,
    site: Site,
    settings: ScanSettings,
    organization: Organization,
    trigger: str,
    *,
    by: str = "",
    profile: ProfileName,
    budget: int,
    rate: float,
    waiting_key: str | None = None,
    **values: Any,
) -> Scan:
    """A waiting scan, in the caller's transaction; a second one of the site clashes (`DATABASE_CLASH`)."""
    at = now()
    is_ours = is_verified(session, site) or _is_within(allowed_networks(organization), site)
    scan = Scan(
        organization_id=site.organization_id,
        site_id=site.id,
        trigger=trigger,
        url=site.base_url,
        profile=profile,
        budget=budget,
        rate=rate if is_ours else min(rate, POLITE_RATE),
        connections=settings.connections if is_ours else min(settings.connections, POLITE_CONNECTIONS),
        requested_by=by,
        starts_at=starts_at(settings, organization, at),
        waiting_key=waiting_key or f"site:{site.id}",
        **values,
    )
    session.add(scan)
    session.flush()
    return scan


def starts_at(settings: ScanSettings, organization: Organization, at: datetime) -> datetime:
    return next_allowed(at, zone_of(settings, organization), settings.from_hour, settings.until_hour)


def nudge() -> None:
    """Rows are the queue: the scheduler nudges again should this one be lost."""
    try:
        send("bug.work", QUEUE, [])
    except (RedisError, OperationalError, OSError):
        return


def stop_scan(actor: Actor, scan_id: int) -> Scan:
    """Stop at once: a waiting scan never begins, a running one ends within a second."""
    with write() as session:
        scan = own_scan(session, actor, scan_id)
        if scan.state not in ("queued", "running"):
            raise ConflictError(f"the scan is {scan.state} already")
        detail = {"by": actor.user.account}
        done = session.execute(
            update(Scan)
            .where(Scan.id == scan.id, Scan.state == "queued")
            .values(
                state="stopped",
                waiting_key=None,
                finished_at=now(),
                stopped_by=actor.user.account,
                reason="stopped",
                reason_detail=detail,
            )
            .execution_options(synchronize_session=False)
        )
        is_over = isinstance(done, CursorResult) and done.rowcount == 1
        if is_over:
            session.refresh(scan)
        else:
            scan.stopped_by = actor.user.account
        put_event(
            session,
            scan.organization_id,
            scan.site_id,
            "scan_stopped",
            scan_id=str(scan.id),
            by=actor.user.account,
        )
        record_change(session, actor, "bug.scan_stop", "scan", scan.id)
    if not is_over:
        get_redis().set(f"bug:stop:{scan.id}", "1", ex=STOP_SECONDS)
    scan = get_scan(actor, scan_id)
    publish_scan(scan)
    return scan


def stop_scans_of(actor: Actor, site_id: int) -> None:
    """Stop what waits or runs of a site, as when it is archived."""
    own = (Scan.organization_id == actor.organization_id, Scan.site_id == site_id)
    ids = db.session.scalars(select(Scan.id).where(*own, Scan.state.in_(["queued", "running"]))).all()
    for scan_id in ids:
        with suppress(ConflictError):
            stop_scan(actor, scan_id)


def is_stopped(scan_id: int) -> bool:
    """Whether somebody has told a running scan to stop. Redis away: nobody has."""
    try:
        return bool(get_redis().exists(f"bug:stop:{scan_id}"))
    except RedisError:
        return False
