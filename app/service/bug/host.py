"""The hosts of a site, and showing that they are ours: add, check at once, look at the history, remove."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.errors import ConflictError, InvalidError, RateLimitedError
from app.core.redis import increment_within
from app.engine.net.target import TargetError, parse_target
from app.models import HostOwnership, OwnershipCheck, Site, db, write
from app.models.bug import OWNERSHIP_METHODS
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.bug.event import put_event
from app.service.bug.proving import look, note_checks
from app.service.owned import fetch_own
from app.service.site import get_site

MAX_HOSTS = 20
CHECKS_A_MINUTE = 30
WAIT_SECONDS = 4.0
"""For all ways together, which are asked at once: somebody waits for the answer."""


def list_hosts(actor: Actor, site_id: int) -> list[HostOwnership]:
    """The site's hosts, that of its own address first; it is made known at the first call."""
    site = get_site(actor, site_id)
    main = parse_target(site.base_url).authority
    rows = _rows(site)
    if not any(row.host == main for row in rows):
        with write() as session:
            session.execute(select(Site.id).where(Site.id == site.id).with_for_update())
            if session.scalar(_of(site).where(HostOwnership.host == main)) is None:
                session.add(_new(site, main))
        rows = _rows(site)
    return sorted(rows, key=lambda row: row.host != main)


def _of(site: Site) -> Any:
    return select(HostOwnership).where(HostOwnership.site_id == site.id)


def _rows(site: Site) -> list[HostOwnership]:
    statement = _of(site).order_by(HostOwnership.id).execution_options(populate_existing=True)
    return list(db.session.scalars(statement.options(joinedload(HostOwnership.site))))


def get_host(actor: Actor, host_id: int) -> HostOwnership:
    return own_host(db.session(), actor, host_id)


def own_host(session: Session, actor: Actor, host_id: int) -> HostOwnership:
    return fetch_own(session, HostOwnership, actor, host_id, joinedload(HostOwnership.site))


def host_history(ownership: HostOwnership) -> list[OwnershipCheck]:
    """Its newest 100 checks, newest first."""
    statement = select(OwnershipCheck).where(OwnershipCheck.ownership_id == ownership.id)
    return list(db.session.scalars(statement.order_by(OwnershipCheck.id.desc()).limit(100)))


def ways_of(ownership: HostOwnership) -> dict[str, dict[str, Any]]:
    """What to put where, by method; `permits_active` says what it opens."""
    from app.engine.bug.ownership import METHODS, file_path, meta_tag, proof, record_name

    said = proof(ownership.token)
    ways: dict[str, dict[str, Any]] = {
        "dns": {"name": record_name(ownership.host), "type": "TXT", "value": said},
        "file": {
            "url": f"{_scheme_of(ownership)}://{ownership.host}{file_path(ownership.token)}",
            "body": said,
        },
        "meta": {"url": f"{_scheme_of(ownership)}://{ownership.host}/", "tag": meta_tag(ownership.token)},
    }
    for method in METHODS.values():
        ways[method.name] |= {"permits_active": method.permits_active, "title": dict(method.title)}
    return ways


def _scheme_of(ownership: HostOwnership) -> str:
    return ownership.site.base_url.partition(":")[0].lower()


def add_host(actor: Actor, site_id: int, host: str) -> HostOwnership:
    """Another host of a site, such as www.site.example or site.example:8443, with a token of its own."""
    site = get_site(actor, site_id)
    if site.archived_at:
        raise ConflictError("the site is archived; restore it first")
    name = _cleaned(host)
    list_hosts(actor, site_id)
    with write() as session:
        session.execute(select(Site.id).where(Site.id == site.id).with_for_update())
        present = session.scalars(select(HostOwnership.host).where(HostOwnership.site_id == site.id)).all()
        if name in present:
            raise ConflictError("the site has this host already")
        if len(present) >= MAX_HOSTS:
            raise ConflictError(f"a site has at most {MAX_HOSTS} hosts")
        row = _new(site, name)
        session.add(row)
        session.flush()
        record_change(session, actor, "bug.host_add", "host", row.id, after={"host": name})
    return get_host(actor, row.id)


def _cleaned(host: str) -> str:
    host = host.strip().lower()
    try:
        target = parse_target(f"http://{host}")
    except TargetError as error:
        raise InvalidError({"host": str(error)}) from error
    if target.path != "/" or host.endswith("/"):
        raise InvalidError({"host": "must be a host such as www.site.example, without a path"})
    return target.authority.removesuffix(":443")


def _new(site: Site, host: str) -> HostOwnership:
    token = secrets.token_urlsafe(24)
    return HostOwnership(organization_id=site.organization_id, site_id=site.id, host=host, token=token)


def check_host(actor: Actor, host_id: int, method: str | None = None) -> HostOwnership:
    """Look now, in one way or in all three; the outcome is on the host and in its history."""
    ownership = get_host(actor, host_id)
    if method is not None and method not in OWNERSHIP_METHODS:
        raise InvalidError({"method": f"must be one of: {', '.join(OWNERSHIP_METHODS)}"})
    rate = increment_within(f"bug.ownership:{actor.organization_id}", CHECKS_A_MINUTE, 60)
    if not rate.allowed:
        raise RateLimitedError(rate.resets_in)
    methods: Sequence[str] = (method,) if method else OWNERSHIP_METHODS
    token = ownership.token
    db.session.commit()  # No connection is held while we ask.
    checks = look(ownership, actor.organization, methods, timeout=WAIT_SECONDS)
    with write() as session:
        row = own_host(session, actor, host_id)
        if row.token != token:
            raise ConflictError("the host was given up while it was looked at")
        note_checks(session, row, checks, by=actor.user.account)
        record_change(session, actor, "bug.host_check", "host", row.id, after={"state": row.state})
    return get_host(actor, host_id)


def delete_host(actor: Actor, host_id: int) -> None:
    """Forget a host; its proof is worth nothing any more."""
    with write() as session:
        row = own_host(session, actor, host_id)
        if row.host == parse_target(row.site.base_url).authority:
            raise ConflictError("the host of the site's own address stays")
        put_event(
            session, row.organization_id, row.site_id, "host_removed", by=actor.user.account, host=row.host
        )
        record_change(session, actor, "bug.host_delete", "host", row.id, before={"host": row.host})
        session.delete(row)


def revoke_host(actor: Actor, host_id: int) -> HostOwnership:
    """Give up what was shown: active checks end, and a new token makes the old proof worth nothing."""
    with write() as session:
        row = own_host(session, actor, host_id)
        if row.state != "verified":
            raise ConflictError("nobody has shown that this host is yours")
        row.state, row.method, row.next_check_at = "pending", None, None
        row.verified_at, row.token = None, secrets.token_urlsafe(24)
        put_event(
            session, row.organization_id, row.site_id, "host_given_up", by=actor.user.account, host=row.host
        )
        record_change(session, actor, "bug.host_revoke", "host", row.id, before={"host": row.host})
    return get_host(actor, host_id)
