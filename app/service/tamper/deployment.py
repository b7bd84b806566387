"""Announced releases: what changes on these paths, from the first word to the last, becomes the baseline.

Only what changes inside the window does, and only on pages without an open alert: a page that was wrong
before the release stays wrong. Everything is on the site's timeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotPermittedError
from app.engine.tamper.visible import without_hiding
from app.models import Deployment, Event, Site, Watch, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.bug.triggers import after_deployment
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.site import get_site
from app.service.tamper import timing
from app.service.tamper.deployed import covers

MINUTES = (1, 24 * 60)
DEFAULT_MINUTES = 60
GRACE = timedelta(minutes=2)
"""After the last word the pages are looked at once more, and what they say then still belongs to it."""
MAX_PATHS = 50


def list_deployments(
    actor: Actor, *, site_id: int | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Deployment]:
    """The organization's deployments, newest first."""
    statement = (
        select(Deployment)
        .where(Deployment.organization_id == actor.organization_id)
        .options(joinedload(Deployment.site))
        .execution_options(populate_existing=True)
    )
    if site_id is not None:
        statement = statement.where(Deployment.site_id == site_id)
    return page_by_id(statement, Deployment.id, cursor, limit)


def get_deployment(actor: Actor, deployment_id: int) -> Deployment:
    return _own(db.session(), actor, deployment_id)


def _own(session: Session, actor: Actor, deployment_id: int) -> Deployment:
    return fetch_own(session, Deployment, actor, deployment_id, joinedload(Deployment.site))


def state_of(deployment: Deployment, at: datetime | None = None) -> str:
    """planned, open, finished, revoked or expired."""
    at = at or now()
    if deployment.revoked_at is not None:
        return "revoked"
    if deployment.finished_at is not None:
        return "finished"
    if deployment.starts_at > at:
        return "planned"
    return "open" if deployment.ends_at > at else "expired"


def announce(actor: Actor, values: dict[str, Any]) -> Deployment:
    """Say that a release begins: site_id, and optionally paths (globs), starts_at, minutes and note."""
    site = get_site(actor, values["site_id"])
    _ask_for_site(actor, site.id)
    clean = _cleaned(values)
    with write() as session:
        deployment = _put(session, site, _name_of(actor), clean)
        facts = {
            "site_id": str(site.id),
            "paths": deployment.paths,
            "ends_at": deployment.ends_at.isoformat(),
        }
        record_change(session, actor, "deployment.announce", "deployment", deployment.id, after=facts)
    return get_deployment(actor, deployment.id)


def _name_of(actor: Actor) -> str:
    return f"token {actor.name}" if actor.way == "deployment" else actor.user.account


def _ask_for_site(actor: Actor, site_id: int) -> None:
    """A token may be for one site alone."""
    if actor.site_id is not None and actor.site_id != site_id:
        raise NotPermittedError("the deployment token is not for this site")


def _put(session: Session, site: Site, by: str, clean: dict[str, Any]) -> Deployment:
    starts_at = clean["starts_at"] or now()
    deployment = Deployment(
        organization_id=site.organization_id,
        site_id=site.id,
        announced_by=by,
        note=clean["note"],
        paths=clean["paths"],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=clean["minutes"]),
    )
    session.add(deployment)
    session.flush()
    session.add(_event(deployment, "deployment.announced", by))
    return deployment


def finish(actor: Actor, deployment_id: int) -> Deployment:
    """Say that a release is out: its pages are looked at now, and then the window closes."""
    with write() as session:
        deployment = _own(session, actor, deployment_id)
        _ask_for_site(actor, deployment.site_id)
        _end(session, deployment, _name_of(actor))
        record_change(session, actor, "deployment.finish", "deployment", deployment.id)
    _look_at_pages(deployment)
    after_deployment(deployment.site)
    return get_deployment(actor, deployment_id)


def _end(session: Session, deployment: Deployment, by: str) -> None:
    if state_of(deployment) not in ("open", "planned"):
        raise ConflictError(f"the deployment is {state_of(deployment)} already")
    deployment.finished_at = now()
    deployment.ends_at = min(deployment.ends_at, deployment.finished_at + GRACE)
    session.add(_event(deployment, "deployment.finished", by))


def revoke(actor: Actor, deployment_id: int) -> Deployment:
    """Take the announcement back: what changes from now on is judged as ever."""
    with write() as session:
        deployment = _own(session, actor, deployment_id)
        if deployment.revoked_at is None:
            deployment.revoked_at = now()
            session.add(_event(deployment, "deployment.revoked", actor.user.account))
            record_change(session, actor, "deployment.revoke", "deployment", deployment.id)
    return get_deployment(actor, deployment_id)


def _look_at_pages(deployment: Deployment) -> None:
    """Have every watch on its paths checked now, so that what was released is seen inside the window."""
    watches: Sequence[Watch] = db.session.scalars(
        select(Watch).where(Watch.site_id == deployment.site_id, Watch.is_paused.is_(False))
    ).all()
    db.session.commit()
    timing.check_now([watch for watch in watches if covers(deployment, watch.url)])


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Checked values with their defaults; an `InvalidError` names each that will not do."""
    wrong: dict[str, str] = {}
    paths = list(dict.fromkeys(path.strip() for path in values.get("paths") or ["/*"] if path.strip()))
    if not 1 <= len(paths) <= MAX_PATHS or not all(path.startswith("/") for path in paths):
        wrong["paths"] = f"must be 1 to {MAX_PATHS} patterns such as /news/*"
    minutes = values.get("minutes") or DEFAULT_MINUTES
    if not MINUTES[0] <= minutes <= MINUTES[1]:
        wrong["minutes"] = f"must be from {MINUTES[0]} to {MINUTES[1]}"
    starts_at: datetime | None = values.get("starts_at")
    if starts_at is not None and starts_at.tzinfo is None:
        wrong["starts_at"] = "must say its time zone"
    elif starts_at is not None and not now() - timedelta(hours=1) <= starts_at <= now() + timedelta(days=30):
        wrong["starts_at"] = "must be within the next 30 days"
    if wrong:
        raise InvalidError(wrong)
    return {
        "paths": paths,
        "minutes": minutes,
        "starts_at": starts_at,
        "note": "\n".join(map(without_hiding, str(values.get("note") or "").splitlines())).strip(),
    }


def _event(deployment: Deployment, kind: str, by: str) -> Event:
    detail = {"by": by, "paths": deployment.paths, "until": deployment.ends_at.isoformat()}
    return Event(
        organization_id=deployment.organization_id,
        site_id=deployment.site_id,
        kind=kind,
        detail={**detail, "note": deployment.note, "deployment_id": str(deployment.id)},
    )
