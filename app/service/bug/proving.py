"""Looking whether a host is still ours: on demand, before each active scan, and every 30 days.

What is certain counts at once: the proof is there, or it is not. A time-out teaches nothing, so it takes no
permission away; but nothing active is done on its strength either, and after a week of silence it is over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.core.settings import get_settings
from app.models import HostOwnership, Organization, OwnershipCheck, db, write
from app.service.bug.event import put_event
from app.service.bug.telling import tell_revoked
from app.service.scheduling.schedule import allowed_networks

if TYPE_CHECKING:
    from app.engine.bug.ownership import Checked

log = logging.getLogger("cloudeye.bug")
EVERY = timedelta(days=30)
AGAIN = timedelta(hours=6)
SILENCE = timedelta(days=7)
"""So long after its time a host may stay verified though nothing can be learned of it."""
ACTIVE_METHODS = ("dns", "file")
KEPT_CHECKS = 200
DNS_SECONDS = 5.0


def look(
    ownership: HostOwnership, organization: Organization, methods: Sequence[str], *, timeout: float = 10.0
) -> list[Checked]:
    """Ask in these ways, up to the first that permits active checks.

    All of them are asked at once, so that `timeout` (seconds for one way) bounds them together: a site and
    name servers that never answer would otherwise cost somebody who waits for it the sum of them.
    """
    from app.engine.bug.ownership import check_dns, check_file, check_meta

    settings = get_settings()
    host, token, at = ownership.host, ownership.token, now().timestamp()
    ca_file, servers = settings.CA_FILE, settings.DNS_SERVERS
    allow = allowed_networks(organization)

    def ask(method: str) -> Checked:
        if method == "dns":
            return check_dns(host, token, dns_servers=servers, timeout=min(timeout, DNS_SECONDS), now=at)
        fetch = check_file if method == "file" else check_meta
        return fetch(host, token, ca_file=ca_file, allow=allow, dns_servers=servers, timeout=timeout, now=at)

    with ThreadPoolExecutor(len(methods)) as pool:
        checks = list(pool.map(ask, methods))
    enough = next((place for place, each in enumerate(checks, 1) if each.permits_active), len(checks))
    return checks[:enough]


def note_checks(session: Session, row: HostOwnership, checks: Sequence[Checked], *, by: str = "") -> int:
    """Write down what was seen, and what follows; returns how many deliveries were put in the outbox."""
    at = now()
    for each in checks:
        session.add(
            OwnershipCheck(
                ownership_id=row.id,
                at=at,
                method=each.method,
                is_ok=each.ok,
                code=each.code,
                detail=dict(each.detail),
                by=by,
            )
        )
    row.last_checked_at = at
    good = next((each for each in checks if each.permits_active), None)
    good = good or next((each for each in checks if each.ok), None)
    own = next((each for each in checks if each.method == row.method), None)
    if row.state == "verified" and good is not None and not good.permits_active and own is not good:
        # A meta tag says less than what was shown before: it counts only where that has been lost.
        good = good if own is not None and own.is_certain and not own.ok else None
    if good is not None:
        _verify(session, row, good.method, at, by)
        return 0
    if row.state != "verified" or own is None:
        return 0
    is_silent_too_long = row.verified_at is None or at - row.verified_at > EVERY + SILENCE
    if own.is_certain or is_silent_too_long:
        return _revoke(session, row, own, at)
    row.next_check_at = at + AGAIN
    return 0


def _verify(session: Session, row: HostOwnership, method: str, at: datetime, by: str) -> None:
    if row.state != "verified" or row.method != method:
        put_event(
            session,
            row.organization_id,
            row.site_id,
            "host_verified",
            at=at,
            host=row.host,
            method=method,
            by=by,
        )
    row.state, row.method, row.verified_at, row.next_check_at = "verified", method, at, at + EVERY


def _revoke(session: Session, row: HostOwnership, checked: Checked, at: datetime) -> int:
    row.state, row.next_check_at = "revoked", None
    put_event(
        session,
        row.organization_id,
        row.site_id,
        "host_revoked",
        severity="warning",
        cause=checked.code,
        at=at,
        host=row.host,
        method=checked.method,
        values=dict(checked.detail),
    )
    return tell_revoked(session, row, checked, at)


def prove_again(
    site_id: int, organization: Organization, beat: Callable[[], object] = lambda: None
) -> frozenset[str]:
    """Look again at a site's verified hosts before an active scan; those that may be asked now. `beat` is
    called between them, since each may take half a minute."""
    rows = db.session.scalars(
        select(HostOwnership)
        .where(
            HostOwnership.site_id == site_id,
            HostOwnership.state == "verified",
            HostOwnership.method.in_(ACTIVE_METHODS),
        )
        .execution_options(populate_existing=True)
    ).all()
    db.session.commit()
    proved: set[str] = set()
    for row in rows:
        beat()
        if _prove(row, organization):
            proved.add(row.host)
    return frozenset(proved)


def _prove(row: HostOwnership, organization: Organization) -> bool:
    token = row.token
    checks = look(row, organization, [row.method or "file"])
    with write() as session:
        present = session.scalar(
            select(HostOwnership)
            .where(HostOwnership.id == row.id)
            .options(joinedload(HostOwnership.site))
            .execution_options(populate_existing=True)
        )
        # Who gave it up meanwhile has taken another token.
        is_ours = present is not None and present.token == token
        if present is not None and is_ours:
            note_checks(session, present, checks)
    return is_ours and any(each.permits_active for each in checks)


def prove_due(at: datetime) -> int:
    """Look at every host whose 30 days are over; returns how many."""
    rows = db.session.scalars(
        select(HostOwnership)
        .where(HostOwnership.state == "verified", HostOwnership.next_check_at <= at)
        .order_by(HostOwnership.next_check_at)
        .limit(20)
    ).all()
    for row in rows:
        organization = db.session.get_one(Organization, row.organization_id)
        db.session.commit()
        _prove(row, organization)
    _forget_old_checks()
    return len(rows)


def _forget_old_checks() -> None:
    """The history of a host that is scanned daily must not grow for ever."""
    old = now() - timedelta(days=400)
    with write() as session:
        for row in session.scalars(select(OwnershipCheck).where(OwnershipCheck.at < old).limit(KEPT_CHECKS)):
            session.delete(row)
