"""`/usability/maintenance`: planned work, during which nobody is woken for what it covers."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Inside, Many, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import (
    Parser,
    body,
    boolean,
    identifiers,
    integer,
    listing,
    moment,
    query,
    text,
    texts,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.clock import from_ms, to_ms
from app.models import MaintenanceWindow
from app.service.actor import Actor
from app.service.maintenance import window as service
from app.service.maintenance.calendar import entries, standing

SPAN: dict[str, Value] = {
    "starts_at": Moment(attribute=lambda span: from_ms(span.start_ms)),
    "ends_at": Moment(attribute=lambda span: from_ms(span.end_ms)),
}
WINDOW: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "note": Text(),
    "timezone": Text(),
    "starts": Text(),
    "minutes": Whole(),
    "rule": Text(nullable=True),
    "is_enabled": Flag(),
    "covers_all": Flag(),
    "site_ids": Texts(attribute=lambda window: map(str, window.site_ids)),
    "tags": Texts(),
    "monitor_ids": Texts(attribute=lambda window: map(str, window.monitor_ids)),
    "state": Text(attribute=lambda window: standing(window).state),
    "running": Inside(SPAN, nullable=True, attribute=lambda window: standing(window).running),
    "coming": Inside(SPAN, nullable=True, attribute=lambda window: standing(window).coming),
    "created_at": Moment(),
    "updated_at": Moment(),
}
ENTRY: dict[str, Value] = {
    "window_id": Id(attribute="window.id"),
    "name": Text(attribute="window.name"),
    "starts_at": Moment(attribute=lambda entry: from_ms(entry.span.start_ms)),
    "ends_at": Moment(attribute=lambda entry: from_ms(entry.span.end_ms)),
}


def with_times(parser: Parser, *, required: bool) -> Parser:
    return (
        parser.add(
            "starts",
            text(1, 40),
            required=required,
            help="The first start by the wall clock of `timezone`, such as 2026-11-21T02:00.",
        )
        .add("minutes", integer(*service.MINUTES), required=required, help="How long, in time that passes.")
        .add("timezone", text(1, 64), help="An IANA zone; left out: the organization's.")
        .add(
            "rule",
            text(0, 400),
            nullable=True,
            help="An RRULE of RFC 5545 such as FREQ=WEEKLY;BYDAY=SA; null: once. A start that daylight "
            "saving skips takes place after the jump, one that occurs twice the first time.",
        )
    )


def with_values(parser: Parser, *, required: bool) -> Parser:
    return (
        with_times(parser.add("name", text(1, 200), required=required), required=required)
        .add("note", text(0, 2000))
        .add("is_enabled", boolean())
        .add("covers_all", boolean(), help="Everything of the organization.")
        .add("site_ids", identifiers(service.MOST_SITES, least=0))
        .add("tags", texts(service.MOST_TAGS, 50), help="Sites that carry one of them.")
        .add(
            "monitor_ids",
            identifiers(service.MOST_MONITORS, least=0),
            help="Of a group, what it sums up is covered as well.",
        )
    )


@route(routes, "/usability/maintenance", "maintenance_windows")
class Windows(Resource):
    @operation("List windows of planned work, newest first", parser=listing(), output=WINDOW, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_windows(actor, **args)

    @operation(
        "Plan work",
        parser=with_values(body(), required=True),
        output=WINDOW,
        status=201,
        about="What it covers is measured all the same; its state is MAINTENANCE, and no incident opens.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> MaintenanceWindow:
        return service.create_window(actor, args)


@route(routes, "/usability/maintenance/preview", "maintenance_preview")
class Preview(Resource):
    @operation(
        "See when a plan would take place, before it is saved",
        parser=with_times(body(), required=True),
        output={"items": Many(SPAN)},
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return {"items": service.preview({"timezone": actor.organization.timezone, **args})}


@route(routes, "/usability/maintenance/calendar", "maintenance_calendar")
class Calendar(Resource):
    @operation(
        "List what is planned in a span of time",
        parser=query().add("from", moment(), required=True).add("to", moment(), required=True),
        output={"items": Many(ENTRY)},
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return {"items": entries(actor, to_ms(args["from"]), to_ms(args["to"]))}


@route(routes, "/usability/maintenance/<id:window_id>", "maintenance_window")
class OneWindow(Resource):
    @operation("Look at a window of planned work", output=WINDOW)
    def get(self, actor: Actor, args: dict[str, Any], window_id: int) -> MaintenanceWindow:
        return service.get_window(actor, window_id)

    @operation(
        "Change a window",
        parser=with_values(body(), required=False),
        output=WINDOW,
        about="Another time or rule makes earlier skips and early ends void.",
    )
    def patch(self, actor: Actor, args: dict[str, Any], window_id: int) -> MaintenanceWindow:
        return service.change_window(actor, window_id, args)

    @operation("Delete a window")
    def delete(self, actor: Actor, args: dict[str, Any], window_id: int) -> None:
        service.delete_window(actor, window_id)


@route(routes, "/usability/maintenance/<id:window_id>/end", "maintenance_end")
class WindowEnd(Resource):
    @operation("End now what runs of a window", output=WINDOW)
    def post(self, actor: Actor, args: dict[str, Any], window_id: int) -> MaintenanceWindow:
        return service.end_window(actor, window_id)


@route(routes, "/usability/maintenance/<id:window_id>/skip", "maintenance_skip")
class WindowSkip(Resource):
    @operation("Leave out a window's next time", output=WINDOW)
    def post(self, actor: Actor, args: dict[str, Any], window_id: int) -> MaintenanceWindow:
        return service.skip_next(actor, window_id)
