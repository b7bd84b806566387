"""`/status-pages`: what visitors may see; `/status/<slug>`: what they see, for programs of anybody."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Mapping, Moment, Text, Value, Whole
from app.controller.common.parser import Parser, body, boolean, choice, integer, listing, mappings, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.errors import NotFoundError
from app.models import StatusNotice, StatusPage
from app.models.status_page import NOTICE_STATES
from app.service.actor import Actor
from app.service.status_page import notice as notices
from app.service.status_page import page as service
from app.service.status_page.document import published

ITEM: dict[str, Value] = {"key": Text(), "section": Text(), "kind": Text(), "id": Id(), "name": Text()}
PAGE: dict[str, Value] = {
    "id": Id(),
    "slug": Text(),
    "title": Text(),
    "intro": Text(),
    "is_published": Flag(),
    "shows_times": Flag(),
    "days": Whole(),
    "items": Many(ITEM),
    "created_at": Moment(),
    "updated_at": Moment(),
}
NOTICE: dict[str, Value] = {
    "id": Id(),
    "page_id": Id(),
    "title": Text(),
    "state": Text(),
    "created_at": Moment(),
    "resolved_at": Moment(nullable=True),
    "updates": Many({"at": Moment(), "state": Text(), "text": Text()}),
}
DOCUMENT: dict[str, Value] = {
    "slug": Text(),
    "title": Text(),
    "intro": Text(),
    "state": Text(),
    "updated_at": Text(),
    "sections": Many(
        {
            "title": Text(),
            "lines": Many({"key": Text(), "name": Text(), "state": Text(), "uptime": Mapping()}),
        }
    ),
    "notices": Many({"id": Id(), "title": Text(), "state": Text(), "created_at": Text()}),
    "planned": Many({"name": Text(), "starts_at": Text(), "ends_at": Text(), "is_running": Flag()}),
}


def with_values(parser: Parser, *, required: bool) -> Parser:
    return (
        parser.add(
            "slug", text(1, 60), required=required, help="The end of its address, such as shop-status."
        )
        .add("title", text(1, 200), required=required)
        .add("intro", text(0, 2000))
        .add("is_published", boolean())
        .add("shows_times", boolean(), help="Show response times too.")
        .add("days", integer(*service.DAYS), help="How many days of history.")
        .add(
            "items",
            mappings(service.MOST_ITEMS),
            help='[{"kind": "site" | "monitor", "id", "section", "name"}]',
        )
    )


@route(routes, "/status-pages", "status_pages")
class Pages(Resource):
    @operation("List status pages, newest first", parser=listing(), output=PAGE, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_pages(actor, **args)

    @operation("Make a status page", parser=with_values(body(), required=True), output=PAGE, status=201)
    def post(self, actor: Actor, args: dict[str, Any]) -> StatusPage:
        return service.create_page(actor, args)


@route(routes, "/status-pages/<id:page_id>", "status_page")
class OnePage(Resource):
    @operation("Look at a status page", output=PAGE)
    def get(self, actor: Actor, args: dict[str, Any], page_id: int) -> StatusPage:
        return service.get_page(actor, page_id)

    @operation("Change a status page", parser=with_values(body(), required=False), output=PAGE)
    def patch(self, actor: Actor, args: dict[str, Any], page_id: int) -> StatusPage:
        return service.change_page(actor, page_id, args)

    @operation("Delete a status page")
    def delete(self, actor: Actor, args: dict[str, Any], page_id: int) -> None:
        service.delete_page(actor, page_id)


@route(routes, "/status-pages/<id:page_id>/notices", "status_notices")
class Notices(Resource):
    @operation("List a status page's notices, newest first", parser=listing(), output=NOTICE, paged=True)
    def get(self, actor: Actor, args: dict[str, Any], page_id: int) -> Any:
        return notices.list_notices(actor, page_id, **args)

    @operation(
        "Tell visitors of something",
        parser=body()
        .add("title", text(1, 200), required=True)
        .add("state", choice(*NOTICE_STATES))
        .add("text", text(1, notices.TEXT_LENGTH), required=True),
        output=NOTICE,
        status=201,
    )
    def post(self, actor: Actor, args: dict[str, Any], page_id: int) -> StatusNotice:
        return notices.open_notice(actor, page_id, args)


@route(routes, "/status-pages/notices/<id:notice_id>", "status_notice")
class OneNotice(Resource):
    @operation("Look at a notice", output=NOTICE)
    def get(self, actor: Actor, args: dict[str, Any], notice_id: int) -> StatusNotice:
        return notices.get_notice(actor, notice_id)

    @operation(
        "Add to a notice what is new",
        parser=body()
        .add("state", choice(*NOTICE_STATES))
        .add("text", text(1, notices.TEXT_LENGTH), required=True),
        output=NOTICE,
    )
    def post(self, actor: Actor, args: dict[str, Any], notice_id: int) -> StatusNotice:
        return notices.update_notice(actor, notice_id, args)

    @operation("Delete a notice")
    def delete(self, actor: Actor, args: dict[str, Any], notice_id: int) -> None:
        notices.delete_notice(actor, notice_id)


@route(routes, "/status/<string:slug>", "status_document")
class Document(Resource):
    @operation(
        "See what a published status page says, without logging in",
        output=DOCUMENT,
        about="At most fifteen seconds old.",
    )
    def get(self, actor: Actor | None, args: dict[str, Any], slug: str) -> Any:
        document = published(slug) if service.SLUG.fullmatch(slug) else None
        if document is None:
            raise NotFoundError("there is no such status page")
        return document
