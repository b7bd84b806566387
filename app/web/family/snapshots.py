"""Copies of fetched pages: shown where nothing of them can act, and their pictures.

A fetched page was written by anybody. It is reduced to what only looks, served with a policy that loads
nothing, and sandboxed by that policy itself, so that it has an origin of its own and no scripts even when its
address is opened outside of our frame.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from app.core.errors import NotFoundError
from app.engine.net.charset import decode
from app.engine.tamper.reduce import reduced
from app.models import Snapshot
from app.service.tamper.snapshot import body_of, get_snapshot, screenshot_of
from app.service.tamper.store import StoreError
from app.web.blueprint import web
from app.web.identity import actor

LOCKED = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)
PAGE_HEADERS = {
    "Content-Security-Policy": LOCKED,
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",
    # A sandboxed document may not isolate its window: browsers refuse to show it then.
    "Cross-Origin-Opener-Policy": "unsafe-none",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}

PICTURE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
}


@web.get("/snapshots/<id:snapshot_id>/page")
def snapshot_page(snapshot_id: int) -> Response:
    """What was fetched, as it can be shown without doing anything."""
    snapshot = get_snapshot(actor(), snapshot_id)
    source = decode(_kept(body_of, snapshot), snapshot.content_type)
    return Response(reduced(source), mimetype="text/html", headers=PAGE_HEADERS)


@web.get("/snapshots/<id:snapshot_id>/picture")
def snapshot_picture(snapshot_id: int) -> Response:
    """The screenshot a real browser took."""
    picture = _kept(screenshot_of, get_snapshot(actor(), snapshot_id))
    return Response(picture, mimetype="image/png", headers=PICTURE_HEADERS)


def _kept(read: Callable[[Snapshot], bytes | None], snapshot: Snapshot) -> bytes:
    """What the store still has of a copy."""
    try:
        data = read(snapshot)
    except StoreError as error:
        raise NotFoundError from error
    if data is None:
        raise NotFoundError
    return data
