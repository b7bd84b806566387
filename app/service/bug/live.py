"""Live messages about scans: how far one is, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

import orjson
from redis import RedisError

from app.core.redis import get_redis
from app.engine.bug.types import Progress
from app.models import Scan
from app.service.live import publish

KEPT_SECONDS = 3600
EVERY_SECONDS = 0.5


def publish_scan(scan: Scan) -> None:
    """Its state has changed."""
    message = {
        "kind": "scan",
        "site_id": str(scan.site_id),
        "scan_id": str(scan.id),
        "finding_id": str(scan.finding_id) if scan.finding_id else None,
        "state": scan.state,
    }
    publish({scan.organization_id: [message]})


def progress_teller(scan: Scan) -> Callable[[Progress], None]:
    """Keeps and publishes a running scan's progress, twice a second and whenever its stage changes."""
    last: list[tuple[float, str]] = [(0.0, "")]
    ids = {"site_id": str(scan.site_id), "scan_id": str(scan.id)}
    organization_id, key = scan.organization_id, f"bug:progress:{scan.id}"

    def tell(progress: Progress) -> None:
        at, stage = last[0]
        if time.monotonic() - at < EVERY_SECONDS and progress.stage == stage:
            return
        last[0] = (time.monotonic(), progress.stage)
        facts = asdict(progress)
        try:
            get_redis().set(key, orjson.dumps(facts), ex=KEPT_SECONDS)
        except RedisError:
            return
        publish({organization_id: [{"kind": "scan", **ids, "state": "running", **facts}]})

    return tell
