"""Files to take away: an alert's evidence package, and the last approved copy of a page."""

from __future__ import annotations

from flask import Response

from app.controller.v1.evidence import sent
from app.service.tamper.evidence import evidence_of
from app.service.tamper.restore import restore_of
from app.web.blueprint import web
from app.web.identity import actor


@web.get("/alerts/<id:alert_id>/evidence")
def alert_evidence(alert_id: int) -> Response:
    """The evidence package of an alert; the same one as long as the alert does not change."""
    return sent(evidence_of(actor(), alert_id))


@web.get("/watches/<id:watch_id>/restore")
def watch_restore(watch_id: int) -> Response:
    """The last approved copy as a zip."""
    return sent(restore_of(actor(), watch_id))
