"""Live pages: server-sent events over what the recorder publishes.

Messages are gathered, so that a page is told at most once a second that something changed, however many
monitors report, and is always told after the last of them. The stream ends after a while: the browser comes
back by itself. Soon after the session of whoever listens was ended it says so once more, which leads the page
to the log-in, and ends, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from flask import Response, request, stream_with_context

from app.controller.common.identity import current_session_key
from app.models import db
from app.service.access.sessions import is_open
from app.service.live import CHANGE, listen, was_told_since
from app.service.scope.manage import visible_sites
from app.service.site import get_site
from app.web.blueprint import web
from app.web.identity import actor

LIFETIME_SECONDS = 600.0
PULSE_SECONDS = 15.0
ASK_SECONDS = 5.0
RENEW = "event: changed\ndata: 1\n\n"
QUIET_SECONDS = {"site": 1.0, "list": 2.0, "board": 5.0}


@web.get("/live")
def live() -> Response:
    """`changed` events for one site (`?site=<id>`) or for all of the organization's.

    With `?since=<unix ms>`, when the page was asked for, what came before it listened is made up for.
    """
    text = request.args.get("site", "")
    site_id = get_site(actor(), int(text)).id if text.isdecimal() and len(text) < 20 else None
    organization_id = actor().organization_id
    only = None if actor().scope is None else visible_sites(actor())
    db.session.remove()  # No database connection is held while the page listens.
    pace = "board" if request.args.get("pace") == "board" else "list"
    quiet = QUIET_SECONDS["site" if site_id else pace]
    batches = listen(organization_id, pulse_seconds=0.5)
    key, since = current_session_key(), _since()
    events = gathered(
        batches,
        site_id=site_id,
        quiet_seconds=quiet,
        only=only,
        missed=lambda: since is not None and was_told_since(organization_id, since),
        goes_on=lambda: not key or is_open(key),
    )
    response = Response(stream_with_context(events), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _since() -> int | None:
    text = request.args.get("since", "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def gathered(
    batches: Iterable[list[dict[str, Any]]],
    *,
    site_id: int | None,
    quiet_seconds: float,
    only: AbstractSet[int] | None = None,
    lifetime_seconds: float = LIFETIME_SECONDS,
    missed: Callable[[], bool] = lambda: False,
    goes_on: Callable[[], bool] = lambda: True,
    clock: Any = time.monotonic,
) -> Iterator[str]:
    """Server-sent events: one `changed` for all that came since the last, a comment to keep the line open.

    `only` are the sites whose messages count, for who is narrowed to some; that somebody changed something
    names none, and is told to everybody. `missed` is asked once, when everything new is being heard;
    `goes_on` every few seconds.
    """
    begun = told = pulsed = asked = clock()
    told -= quiet_seconds
    pending, is_first, is_over = False, True, False
    yield "retry: 3000\n: hello\n\n"
    for batch in batches:
        pending = (missed() if is_first else pending) or any(
            message.get("kind") == CHANGE
            or (_is_about(message, site_id) and (only is None or not only.isdisjoint(sites_of(message))))
            for message in batch
        )
        is_first = False
        moment = clock()
        if pending and moment - told >= quiet_seconds:
            told, pulsed, pending = moment, moment, False
            yield RENEW
        elif moment - pulsed >= PULSE_SECONDS:
            pulsed = moment
            yield ": pulse\n\n"
        if moment - asked >= ASK_SECONDS:
            asked = moment
            if is_over:
                return
            if not goes_on():
                is_over = True  # The line stays until the page has heard of it.
                yield RENEW
        if moment - begun >= lifetime_seconds:
            return


def _is_about(message: dict[str, Any], site_id: int | None) -> bool:
    if site_id is None:
        return True
    return message.get("site_id") == str(site_id) or str(site_id) in message.get("site_ids", ())


def sites_of(message: dict[str, Any]) -> set[int]:
    """The sites a message is about; none when it says none."""
    named = [*message.get("site_ids", ()), *([message["site_id"]] if message.get("site_id") else [])]
    return {int(each) for each in named}
