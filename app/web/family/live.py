"""Live pages: server-sent events over what the recorder publishes.

Messages are gathered, so that a page is told at most once a second that something changed, however many
monitors report, and is always told after the last of them. The stream ends after a while: the browser comes
back by itself, and so a session that has ended does not listen for ever.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, request, stream_with_context

from app.models import db
from app.service.live import listen
from app.service.site import get_site
from app.web.blueprint import web
from app.web.identity import actor

LIFETIME_SECONDS = 600.0
PULSE_SECONDS = 15.0
QUIET_SECONDS = {"site": 1.0, "list": 2.0}


@web.get("/live")
def live() -> Response:
    """`changed` events for one site (`?site=<id>`) or for all of the organization's."""
    text = request.args.get("site", "")
    site_id = get_site(actor(), int(text)).id if text.isdecimal() and len(text) < 20 else None
    organization_id = actor().organization_id
    db.session.remove()  # No database connection is held while the page listens.
    quiet = QUIET_SECONDS["site" if site_id else "list"]
    events = gathered(listen(organization_id, pulse_seconds=0.5), site_id=site_id, quiet_seconds=quiet)
    response = Response(stream_with_context(events), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


def gathered(
    batches: Iterable[list[dict[str, Any]]],
    *,
    site_id: int | None,
    quiet_seconds: float,
    lifetime_seconds: float = LIFETIME_SECONDS,
    clock: Any = time.monotonic,
) -> Iterator[str]:
    """Server-sent events: one `changed` for all that came since the last, a comment to keep the line open."""
    begun = told = pulsed = clock()
    told -= quiet_seconds
    pending = False
    yield "retry: 3000\n: hello\n\n"
    for batch in batches:
        pending = pending or any(
            site_id is None or message.get("site_id") == str(site_id) for message in batch
        )
        moment = clock()
        if pending and moment - told >= quiet_seconds:
            told, pulsed, pending = moment, moment, False
            yield "event: changed\ndata: 1\n\n"
        elif moment - pulsed >= PULSE_SECONDS:
            pulsed = moment
            yield ": pulse\n\n"
        if moment - begun >= lifetime_seconds:
            return
