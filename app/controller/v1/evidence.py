"""`/tamper/…/evidence` and `/tamper/…/restore`: files to take away, and the chain of evidence packages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from flask import Response

from app.controller.common.output import Id, Moment, Text, Value, Whole
from app.controller.common.parser import identifier, listing
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service.actor import Actor
from app.service.tamper.evidence import Download, evidence_of, list_evidence
from app.service.tamper.restore import restore_of

ZIP = "application/zip"
PIECE_BYTES = 64 * 1024
EVIDENCE: dict[str, Value] = {
    "id": Id(),
    "alert_id": Id(),
    "number": Whole(),
    "head": Text(),
    "previous_head": Text(),
    "size": Whole(),
    "user_id": Id(nullable=True),
    "created_at": Moment(),
}


def sent(download: Download) -> Response:
    """A file as an attachment, a piece at a time; it is closed behind the last."""
    response = Response(_pieces(download.file), mimetype=ZIP)
    response.call_on_close(download.file.close)
    response.content_length = download.size
    response.headers["Content-Disposition"] = f'attachment; filename="{download.filename}"'
    # Whatever a browser makes of it, it is nobody's page.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


@route(routes, "/tamper/alerts/<id:alert_id>/evidence", "alert_evidence")
class AlertEvidence(Resource):
    @operation(
        "Download an alert's evidence package",
        media=ZIP,
        about="The same one as long as the alert does not change. Check it with `flask evidence verify`.",
    )
    def get(self, actor: Actor, args: dict[str, Any], alert_id: int) -> Response:
        return sent(evidence_of(actor, alert_id))


@route(routes, "/tamper/evidence", "evidence")
class EvidenceChain(Resource):
    @operation(
        "List the evidence packages that were handed out, newest first",
        parser=listing().add("alert_id", identifier()),
        output=EVIDENCE,
        paged=True,
        about="Each names the head of the one before it.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return list_evidence(actor, **args)


@route(routes, "/tamper/watches/<id:watch_id>/restore", "watch_restore")
class WatchRestore(Resource):
    @operation("Download the last approved copy of a page", media=ZIP)
    def get(self, actor: Actor, args: dict[str, Any], watch_id: int) -> Response:
        return sent(restore_of(actor, watch_id))
