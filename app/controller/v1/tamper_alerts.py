"""`/tamper/alerts`: judged deviations, why they are ones, and what people say of them."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Id, Many, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import body, boolean, choice, identifier, listing, text, texts
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.engine.tamper.types import CLASSES
from app.models import Alert
from app.models.alert import ALERT_LEVELS, ALERT_STATES, SEVERITIES
from app.service.actor import Actor
from app.service.tamper import alert as service
from app.service.tamper.decide import allow_alert, approve_alert, confirm_alert
from app.service.tamper.say import alert_sentence, reason_sentence

REASON: dict[str, Value] = {
    "key": Text(),
    "class": Text(attribute="cls"),
    "severity": Text(),
    "level": Text(),
    "code": Text(),
    "sentence": Text(attribute=lambda reason: reason_sentence(reason, "en")),
    "detail": Mapping(),
    "view": Text(),
    "where": Text(),
    "before": Text(),
    "after": Text(),
}
ALERT: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "watch_id": Id(),
    "site": Text(attribute="site.name"),
    "watch": Text(attribute="watch.name"),
    "url": Text(attribute="watch.url"),
    "state": Text(),
    "level": Text(),
    "severity": Text(),
    "classes": Texts(),
    "sentence": Text(attribute=lambda alert: alert_sentence(alert, "en")),
    "parent_id": Id(nullable=True),
    "view": Text(),
    "before_snapshot_id": Id(nullable=True),
    "after_snapshot_id": Id(nullable=True),
    "incident_id": Id(nullable=True),
    "first_seen_at": Moment(),
    "opened_at": Moment(),
    "closed_at": Moment(nullable=True),
    "closed_by": Text(),
    "closed_reason": Text(),
    "reopened": Whole(),
}
OTHER: dict[str, Value] = {
    "id": Id(),
    "watch_id": Id(),
    "watch": Text(attribute="watch.name"),
    "url": Text(attribute="watch.url"),
    "state": Text(),
}
WHOLE_ALERT: dict[str, Value] = {
    **ALERT,
    "reasons": Many(REASON),
    "others": Many(OTHER, attribute=lambda alert: service.folded_under(alert)),
}


@route(routes, "/tamper/alerts", "alerts")
class Alerts(Resource):
    @operation(
        "List alerts, newest first",
        parser=listing()
        .add("site_id", identifier())
        .add("watch_id", identifier())
        .add("state", choice(*ALERT_STATES))
        .add("level", choice(*ALERT_LEVELS))
        .add("severity", choice(*SEVERITIES))
        .add("class", choice(*CLASSES))
        .add("folded", boolean(), help="Also those of other pages that are folded under one of these."),
        output=ALERT,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        cls = args.pop("class", None)
        return service.list_alerts(actor, cls=cls, **args)


@route(routes, "/tamper/alerts/<id:alert_id>", "alert")
class OneAlert(Resource):
    @operation(
        "Look at an alert with its reasons",
        output=WHOLE_ALERT,
        about="`others` are the pages of the site with the same change.",
    )
    def get(self, actor: Actor, args: dict[str, Any], alert_id: int) -> Alert:
        return service.get_alert(actor, alert_id)


@route(routes, "/tamper/alerts/<id:alert_id>/approve", "alert_approve")
class AlertApprove(Resource):
    @operation(
        "It was us: make the changed page a baseline",
        parser=body().add("reason", text(0, 2000), default="", help="Why; must be given."),
        output=WHOLE_ALERT,
        about="For the pages folded under it too.",
    )
    def post(self, actor: Actor, args: dict[str, Any], alert_id: int) -> Alert:
        return approve_alert(actor, alert_id, **args)


@route(routes, "/tamper/alerts/<id:alert_id>/allow", "alert_allow")
class AlertAllow(Resource):
    @operation(
        "Always allow this here",
        parser=body()
        .add("keys", texts(100, 500), help="Of the reasons; left out: all of them.")
        .add("reason", text(0, 2000), default=""),
        output=WHOLE_ALERT,
        about="The reasons of these keys are silent on this page, and those folded under it, from now on.",
    )
    def post(self, actor: Actor, args: dict[str, Any], alert_id: int) -> Alert:
        return allow_alert(actor, alert_id, **args)


@route(routes, "/tamper/alerts/<id:alert_id>/confirm", "alert_confirm")
class AlertConfirm(Resource):
    @operation(
        "It is real: open an incident",
        parser=body().add("reason", text(0, 2000), default=""),
        output=WHOLE_ALERT,
        about="The incident closes when the pages are as approved again.",
    )
    def post(self, actor: Actor, args: dict[str, Any], alert_id: int) -> Alert:
        return confirm_alert(actor, alert_id, **args)
