"""Which announced deployment covers a page at a moment."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from sqlalchemy import select

from app.models import Deployment, Watch, db


def covers(deployment: Deployment, url: str) -> bool:
    """Whether a page's address is on one of the deployment's paths."""
    path = urlsplit(url).path or "/"
    return any(fnmatchcase(path, glob) for glob in deployment.paths)


def deployment_for(watch: Watch, at: datetime) -> Deployment | None:
    """The newest deployment of the site that is under way and covers the watch."""
    under_way = db.session.scalars(
        select(Deployment)
        .where(
            Deployment.site_id == watch.site_id,
            Deployment.starts_at <= at,
            Deployment.ends_at > at,
            Deployment.revoked_at.is_(None),
        )
        .order_by(Deployment.id.desc())
    ).all()
    db.session.commit()
    return next((each for each in under_way if covers(each, watch.url)), None)
