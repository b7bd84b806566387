"""Server-sent events of a job: `progress` as it comes, `end` with the last facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import orjson
from flask import Flask, Response, current_app

from app.core.errors import NotFoundError
from app.service.actor import Actor
from app.service.job.live import GOING_ON, Facts, facts_of, watch
from app.service.job.manage import get_job
from app.service.scope.current import within

MEDIA = "text/event-stream"


def job_events(actor: Actor, job_id: int) -> Response:
    """How far a job is until it is over; the browser comes back by itself when the stream ends before."""
    get_job(actor, job_id)  # Before the first byte: what is not theirs is not found.
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def look() -> Facts:
        # The request is over by then. And no database connection is held while the page listens.
        with app.app_context(), within(actor.scope):
            return facts_of(get_job(actor, job_id))

    told = watch(actor.organization_id, job_id, look)
    response = Response(_events(told), mimetype=MEDIA)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _events(told: Iterator[Facts | None]) -> Iterator[bytes]:
    yield b"retry: 3000\n\n"
    with suppress(NotFoundError):  # It was deleted while somebody looked on.
        for facts in told:
            if facts is None:
                yield b": pulse\n\n"
            else:
                name = b"progress" if facts["state"] in GOING_ON else b"end"
                yield b"event: " + name + b"\ndata: " + orjson.dumps(facts) + b"\n\n"
