"""Watches and snapshots as checks leave them, for the tests of what is kept."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from app.core.clock import now
from app.models import Alert, Baseline, Organization, Site, Snapshot, Watch, WatchState, WatchView, write
from app.service.tamper.keep import keep
from app.service.tamper.store import get_store

LONG_AGO = timedelta(days=400)
CHAIN = b"-----BEGIN CERTIFICATE-----\nleaf\n-----END CERTIFICATE-----\n"


def make_watch(organization: Organization, *, days: int = 90, url: str = "https://shop.example/") -> Watch:
    with write() as session:
        site = Site(organization_id=organization.id, name="Shop", base_url="https://shop.example/")
        session.add(site)
        session.flush()
        watch = Watch(
            organization_id=organization.id, site_id=site.id, name="Home", url=url, snapshot_days=days
        )
        watch.state = WatchState(since=now())
        watch.view_rows = [WatchView(view="plain")]
        session.add(watch)
    return watch


def page_of(number: int, size: int = 3000) -> bytes:
    """A page of bytes that hardly shrink, so that the quota's tests can count."""
    chance = number.to_bytes(4, "big")
    lines = [f"<p>{(chance * 8 + bytes([line])).hex()}</p>\n" for line in range(size // 80)]
    return "".join(lines).encode() + number.to_bytes(4, "big") * 10 + os.urandom(size)


def snap(
    watch: Watch, body: bytes, *, at: datetime | None = None, base: str | None = None, view: str = "plain"
) -> Snapshot:
    """A snapshot, its body kept, and made the newest of its view."""
    stored = keep(watch.organization_id, "body", body, base=base)
    chain = keep(watch.organization_id, "evidence", CHAIN)
    with write() as session:
        snapshot = Snapshot(
            organization_id=watch.organization_id,
            watch_id=watch.id,
            view=view,
            at=at or now(),
            verdict="ok",
            status=200,
            final_url=watch.url,
            content_type="text/html; charset=utf-8",
            size=len(body),
            body_sha256=stored.sha256,
            chain_sha256=chain.sha256,
            request_headers=[["User-Agent", "CloudEye"]],
            headers=[["Content-Type", "text/html; charset=utf-8"], ["Server", "nginx"]],
            redirects=[{"url": "http://shop.example/", "status": 301, "location": watch.url}],
            addresses=["192.0.2.7"],
            certificate={"issuer": "Example CA", "sha256": "ab" * 32},
        )
        session.add(snapshot)
        session.flush()
        row = session.get_one(WatchView, (watch.id, view))
        row.snapshot_id = snapshot.id
    return snapshot


def approve(snapshot: Snapshot) -> Baseline:
    with write() as session:
        baseline = Baseline(
            organization_id=snapshot.organization_id,
            watch_id=snapshot.watch_id,
            view=snapshot.view,
            snapshot_id=snapshot.id,
            kind="approval",
            approved_email="owner@example.org",
            reason="release",
            at=now(),
        )
        session.add(baseline)
    return baseline


def raise_alert(watch: Watch, before: Snapshot, after: Snapshot, *, state: str = "open") -> Alert:
    reason = {
        "detector": "scripts",
        "cls": "malicious_script",
        "severity": "high",
        "level": "alert",
        "code": "script_host_new",
        "key": "script_host_new:evil.example",
        "detail": {"host": "evil.example"},
        "where": "head",
        "before": "",
        "after": "https://evil.example/x.js",
        "view": "plain",
    }
    with write() as session:
        alert = Alert(
            organization_id=watch.organization_id,
            site_id=watch.site_id,
            watch_id=watch.id,
            state=state,
            level="alert",
            severity="high",
            reasons=[reason],
            fold_key="0" * 64,
            view="plain",
            before_snapshot_id=before.id,
            after_snapshot_id=after.id,
            snapshots={"plain": str(after.id)},
            first_seen_at=after.at,
            opened_at=now(),
        )
        alert.classes = ["malicious_script"]
        session.add(alert)
    return alert


def make_old() -> None:
    """Let every object of the store be older than the hour in which nothing is deleted."""
    content = get_store()
    for name in content.names():
        os.utime(content.path(name), (1000, 1000))
