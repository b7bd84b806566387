"""A watched page that was tampered with, as rows in the database and bodies in the store."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.core.clock import now
from app.engine.tamper.inventory import take_inventory
from app.engine.tamper.profile import ENGINE_VERSION, learn
from app.engine.tamper.types import Observation
from app.models import Alert, Baseline, Event, Site, Snapshot, Watch, WatchState, WatchView, db, write
from app.service.actor import Actor
from app.service.tamper.keep import keep

SCRIPT = "<script>document.title='owned'</script>"
HEAD = "<html><head><title>Shop</title></head>"
BEFORE = f"{HEAD}<body><h1>Welcome to our shop</h1><p>Call 0123 456</p>{SCRIPT}</body></html>"
AFTER = BEFORE.replace("Welcome to our shop", "Hacked by <b>Nobody</b>").replace(
    "</body>", '<a href="https://casino.example/">\u202ebet here</a></body>'
)


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    row = b"\0" + bytes(colour) * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """Ids of what is there."""

    site: int
    watch: int
    before: int
    after: int
    alert: int


def reason(**values: Any) -> dict[str, Any]:
    """A reason as the engine's verdict carries it, hostile in each of its texts."""
    return {
        "detector": "defacement",
        "cls": "defacement",
        "severity": "critical",
        "level": "alert",
        "code": "no-such-code",
        "key": f"key{SCRIPT}",
        "detail": {"text": SCRIPT},
        "where": f"body > h1{SCRIPT}",
        "before": "Welcome to our shop",
        "after": f"Hacked by {SCRIPT}\u202e",
        "view": "plain",
        **values,
    }


def make_snapshot(watch: Watch, body: str, *, verdict: str, picture: bytes | None = None) -> Snapshot:
    """A snapshot whose bytes are in the store; not yet in the database."""
    data = body.encode()
    kept = keep(watch.organization_id, "body", data)
    shot = keep(watch.organization_id, "screenshot", picture) if picture else None
    return Snapshot(
        organization_id=watch.organization_id,
        watch_id=watch.id,
        view="plain",
        at=now(),
        verdict=verdict,
        status=200,
        final_url=watch.url,
        content_type="text/html; charset=utf-8",
        size=len(data),
        body_sha256=kept.sha256,
        screenshot_sha256=shot.sha256 if shot else None,
        request_headers=[],
        headers=[["Server", SCRIPT]],
        redirects=[],
        addresses=["127.0.0.1"],
        requests=[],
    )


def make_watch(actor: Actor, site: Site, **values: Any) -> Watch:
    with write() as session:
        watch = Watch(
            organization_id=actor.organization_id,
            site_id=site.id,
            name=values.pop("name", f"Start {SCRIPT}"),
            url=f"{site.base_url}?q={SCRIPT}",
            views=["plain", "googlebot"],
            watch_selectors=[SCRIPT],
            ignore_selectors=[SCRIPT],
            words=[SCRIPT],
            allowed_words=[SCRIPT],
            allowed_keys=[SCRIPT],
            exempt_regions=[],
            strict_regions=[],
            **values,
        )
        watch.state = WatchState(state="ALERT", since=now() - timedelta(minutes=5), last_checked_at=now())
        session.add(watch)
    return watch


def make_scene(actor: Actor, site: Site, *, pictures: bool = True, **alert_values: Any) -> Scene:
    """A site's page, approved, and then tampered with: an open alert."""
    watch = make_watch(actor, site)
    shots = (png(60, 40, (240, 240, 250)), png(60, 40, (20, 0, 0))) if pictures else (None, None)
    before = make_snapshot(watch, BEFORE, verdict="ok", picture=shots[0])
    after = make_snapshot(watch, AFTER, verdict="alert", picture=shots[1])
    with write() as session:
        session.add_all((before, after))
        session.flush()
        alert = make_alert(watch, before, after, **alert_values)
        session.add(alert)
        session.flush()
        session.add(
            Baseline(
                organization_id=watch.organization_id,
                watch_id=watch.id,
                view="plain",
                snapshot_id=before.id,
                kind="approval",
                approved_email=actor.user.email,
                reason=f"because {SCRIPT}",
                at=now(),
            )
        )
        session.add(WatchView(watch_id=watch.id, view="plain", baselines=3, snapshot_id=after.id))
        state = session.get_one(WatchState, watch.id)
        state.alert_id = alert.id
        detail = {"watch": watch.name, "level": "alert", "code": "no-such-code", "values": {}}
        session.add(_event(watch, alert.id, "alert.opened", detail))
    return Scene(site.id, watch.id, before.id, after.id, alert.id)


def make_alert(watch: Watch, before: Snapshot, after: Snapshot, **values: Any) -> Alert:
    given: dict[str, Any] = {
        "state": "open",
        "level": "alert",
        "severity": "critical",
        "reasons": [reason(), reason(cls="dark_link", severity="high", key="other")],
        "fold_key": "0" * 64,
        "view": "plain",
        "before_snapshot_id": before.id,
        "after_snapshot_id": after.id,
        "snapshots": {"plain": str(after.id)},
        "first_seen_at": now(),
        "opened_at": now(),
        "reopened": 0,
        **values,
    }
    alert = Alert(organization_id=watch.organization_id, site_id=watch.site_id, watch_id=watch.id, **given)
    alert.classes = ["defacement", "dark_link"]
    return alert


def _event(watch: Watch, alert_id: int, kind: str, detail: dict[str, Any]) -> Event:
    return Event(
        organization_id=watch.organization_id,
        site_id=watch.site_id,
        watch_id=watch.id,
        alert_id=alert_id,
        kind=kind,
        severity="critical",
        at=now(),
        cause="defacement",
        detail=detail,
    )


def learn_news(watch_id: int) -> None:
    """Have the watch learn a page whose news are others in each fetch."""
    pages = [
        f"<html><body><h1>Shop</h1><p>Stays.</p><div class=news><p>News {words}.</p></div></body></html>"
        for words in ("of the morning", "from the harbour", "about the weather", "on the festival")
    ]
    seen = [
        take_inventory(Observation(url="http://127.0.0.1:9/", status=200, body=page.encode(), at=at))
        for at, page in enumerate(pages)
    ]
    organization_id = db.session.get_one(Watch, watch_id).organization_id
    kept = keep(organization_id, "profile", learn(seen).to_bytes())
    with write() as session:
        row = session.get_one(WatchView, (watch_id, "plain"))
        row.profile_sha256, row.engine_version = kept.sha256, ENGINE_VERSION
