"""Keeping what was seen: bodies, pictures and files in the content store, the facts in a row.

No file is written inside a transaction: `keep_look` first, then the row it gives into the session.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson

from app.core.clock import from_ms
from app.core.snowflake import next_id
from app.engine.tamper.fetch import VIEWS
from app.engine.tamper.types import Asset, Observation, Redirect
from app.models import Snapshot
from app.service.tamper.case import Case, Look
from app.service.tamper.keep import keep
from app.service.tamper.store import get

MAX_HEADERS = 200
MAX_REQUESTS = 500


def keep_look(case: Case, look: Look, verdict: str) -> Snapshot:
    """A new snapshot of a view, its content kept. Raises what `keep` raises when there is no room.

    The newest snapshot of the view is what its body probably resembles, so that little is stored anew.
    """
    organization_id, seen = case.organization.id, look.observation
    before = case.newest.get(look.view)
    body = keep(organization_id, "body", seen.body, base=before.body_sha256 if before else None)
    assets_sha256 = None
    if look.assets:
        listed = orjson.dumps([dataclasses.asdict(asset) for asset in look.assets])
        base = before.assets_sha256 if before else None
        assets_sha256 = keep(organization_id, "asset", listed, base=base).sha256
    screenshot = keep(organization_id, "screenshot", look.screenshot).sha256 if look.screenshot else None
    chain = _chain(seen)
    chain_sha256 = keep(organization_id, "evidence", chain).sha256 if chain else None
    snapshot = Snapshot(
        id=next_id(),
        organization_id=organization_id,
        watch_id=case.watch.id,
        view=look.view,
        at=from_ms(seen.at * 1000),
        verdict=verdict,
        body_sha256=body.sha256,
        screenshot_sha256=screenshot,
        assets_sha256=assets_sha256,
        chain_sha256=chain_sha256,
        **_facts(seen),
    )
    case.newest[look.view] = snapshot
    return snapshot


def _facts(seen: Observation) -> dict[str, Any]:
    """The columns of a snapshot that say how the page came."""
    return {
        "status": seen.status,
        "final_url": seen.final_url or seen.url,
        "content_type": seen.content_type[:200],
        "size": len(seen.body),
        "is_cut": seen.is_cut,
        "request_headers": [list(pair) for pair in VIEWS[seen.view].headers.items()],
        "headers": [list(pair) for pair in seen.headers[:MAX_HEADERS]],
        "redirects": [dataclasses.asdict(hop) for hop in seen.redirects],
        "addresses": list(seen.addresses),
        "certificate": _leaf(seen),
        "requests": list(seen.requests[:MAX_REQUESTS]),
    }


def _leaf(seen: Observation) -> dict[str, Any] | None:
    """The certificate's facts without the chain, which is the same for a whole site and kept once."""
    if not seen.certificate:
        return None
    return {name: value for name, value in seen.certificate.items() if name != "chain"}


def _chain(seen: Observation) -> bytes:
    """The certificates that the server sent, as PEM, leaf first."""
    return "\n".join((seen.certificate or {}).get("chain", ())).encode()


def observation_of(snapshot: Snapshot, url: str) -> Observation:
    """What the engine saw then, made anew. `url` is the watch's address."""
    return Observation(
        url=url,
        status=snapshot.status,
        body=get(snapshot.body_sha256),
        at=int(snapshot.at.timestamp()),
        content_type=snapshot.content_type,
        final_url=snapshot.final_url,
        headers=tuple((name, value) for name, value in snapshot.headers),
        redirects=tuple(Redirect(**hop) for hop in snapshot.redirects),
        assets=assets_of(snapshot),
        addresses=tuple(snapshot.addresses),
        certificate=snapshot.certificate,
        requests=tuple(snapshot.requests),
        view=snapshot.view,
        is_cut=snapshot.is_cut,
    )


def assets_of(snapshot: Snapshot) -> tuple[Asset, ...]:
    """The files that were fetched beside the page."""
    if snapshot.assets_sha256 is None:
        return ()
    return tuple(Asset(**each) for each in orjson.loads(get(snapshot.assets_sha256)))
