"""`/tamper/snapshots` and `/tamper/baselines`: what was fetched, and what of it is approved."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.controller.common.attachment import attachment
from app.controller.common.output import Flag, Id, Many, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import Parser, choice, identifier, listing
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.errors import NotFoundError
from app.engine.tamper.fetch import VIEWS
from app.models import Snapshot
from app.service.actor import Actor
from app.service.tamper import snapshot as service
from app.service.tamper.store import MissingError

HOP: dict[str, Value] = {"url": Text(), "status": Whole(), "location": Text()}
SNAPSHOT: dict[str, Value] = {
    "id": Id(),
    "watch_id": Id(),
    "watch": Text(attribute="watch.name"),
    "view": Text(),
    "at": Moment(),
    "verdict": Text(),
    "status": Whole(),
    "final_url": Text(),
    "content_type": Text(),
    "size": Whole(),
    "is_cut": Flag(),
    "body_sha256": Text(),
    "screenshot_sha256": Text(nullable=True),
}
HEADERS = Value(schema={"type": "array", "items": {"type": "array", "items": {"type": "string"}}})
WHOLE_SNAPSHOT: dict[str, Value] = {
    **SNAPSHOT,
    "request_headers": HEADERS,
    "headers": HEADERS,
    "redirects": Many(HOP),
    "addresses": Texts(),
    "certificate": Mapping(nullable=True),
    "requests": Texts(),
}
BASELINE: dict[str, Value] = {
    "id": Id(),
    "watch_id": Id(),
    "watch": Text(attribute="watch.name"),
    "view": Text(),
    "snapshot_id": Id(),
    "kind": Text(),
    "approved_by": Id(nullable=True),
    "approved_email": Text(),
    "reason": Text(),
    "alert_id": Id(nullable=True),
    "deployment_id": Id(nullable=True),
    "at": Moment(),
}


def of_watch() -> Parser:
    return listing().add("watch_id", identifier()).add("view", choice(*VIEWS))


@route(routes, "/tamper/snapshots", "snapshots")
class Snapshots(Resource):
    @operation("List snapshots, newest first", parser=of_watch(), output=SNAPSHOT, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_snapshots(actor, **args)


@route(routes, "/tamper/snapshots/<id:snapshot_id>", "snapshot")
class OneSnapshot(Resource):
    @operation("Look at a snapshot: how the page came", output=WHOLE_SNAPSHOT)
    def get(self, actor: Actor, args: dict[str, Any], snapshot_id: int) -> Snapshot:
        return service.get_snapshot(actor, snapshot_id)


@route(routes, "/tamper/snapshots/<id:snapshot_id>/body", "snapshot_body")
class SnapshotBody(Resource):
    @operation("Download what a page said, as it was received", media="application/octet-stream")
    def get(self, actor: Actor, args: dict[str, Any], snapshot_id: int) -> Response:
        snapshot = service.get_snapshot(actor, snapshot_id)
        try:
            body = service.body_of(snapshot)
        except MissingError as error:
            raise NotFoundError(error.msg) from error
        return attachment(f"snapshot-{snapshot.id}.html", "application/octet-stream", body)


@route(routes, "/tamper/snapshots/<id:snapshot_id>/screenshot", "snapshot_screenshot")
class SnapshotScreenshot(Resource):
    @operation("Download a page's picture, where a browser showed it", media="image/png")
    def get(self, actor: Actor, args: dict[str, Any], snapshot_id: int) -> Response:
        snapshot = service.get_snapshot(actor, snapshot_id)
        try:
            picture = service.screenshot_of(snapshot)
        except MissingError as error:
            raise NotFoundError(error.msg) from error
        if picture is None:
            raise NotFoundError("this snapshot has no picture")
        return attachment(f"snapshot-{snapshot.id}.png", "image/png", picture)


@route(routes, "/tamper/baselines", "baselines")
class Baselines(Resource):
    @operation("List baselines, newest first", parser=of_watch(), output=BASELINE, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_baselines(actor, **args)
