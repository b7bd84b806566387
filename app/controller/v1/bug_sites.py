"""`/bug/sites`: how sites stand, how they are scanned, and what their owners have consented to."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import (
    Flag,
    Id,
    Inside,
    Many,
    Mapping,
    Moment,
    Number,
    Text,
    Texts,
    Value,
    Whole,
)
from app.controller.common.parser import (
    body,
    boolean,
    choice,
    integer,
    listing,
    mapping,
    number,
    query,
    text,
    texts,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.bug_scans import SCAN
from app.engine.bug.types import BUDGETS, CONSENTS, PROFILES
from app.models import ScanSettings
from app.models.bug import SCAN_SCHEDULES
from app.service.actor import Actor
from app.service.bug import overview, settings
from app.service.bug.login import masked_login

COUNTS = Value(schema={"type": "object", "additionalProperties": {"type": "integer"}})
SITE: dict[str, Value] = {
    "site_id": Id(attribute="site.id"),
    "site": Text(attribute="site.name"),
    "base_url": Text(attribute="site.base_url"),
    "open_by_severity": COUNTS,
    "overdue": Whole(),
    "score": Whole(nullable=True),
    "grade": Text(nullable=True),
    "last_scan": Inside({name: SCAN[name] for name in SCAN if name != "site"}, nullable=True),
}
GRADE: dict[str, Value] = {
    "scan_id": Id(),
    "at": Moment(nullable=True),
    "profile": Text(),
    "score": Whole(nullable=True),
    "grade": Text(nullable=True),
    "open_by_severity": COUNTS,
}
SETTINGS: dict[str, Value] = {
    "site_id": Id(),
    "profile": Text(),
    "budget": Whole(nullable=True),
    "rate": Number(),
    "connections": Whole(),
    "schedule": Text(),
    "hour": Whole(),
    "weekday": Whole(),
    "month_day": Whole(),
    "timezone": Text(nullable=True),
    "from_hour": Whole(nullable=True),
    "until_hour": Whole(nullable=True),
    "after_deployment": Flag(),
    "on_change": Flag(),
    "uses_templates": Flag(),
    "template_ids": Texts(nullable=True),
    "consents": Mapping(),
    "login": Mapping(nullable=True, attribute=masked_login),
    "next_due_at": Moment(nullable=True),
}
CHANGES = (
    body()
    .add("profile", choice(*PROFILES))
    .add("budget", integer(1, BUDGETS["full"]), nullable=True, help="At most the profile's; null: that.")
    .add("rate", number(*settings.RATES), help="Requests a second.")
    .add("connections", integer(*settings.CONNECTIONS))
    .add("schedule", choice(*SCAN_SCHEDULES))
    .add("hour", integer(0, 23), help="Of the schedule, in the site's time zone.")
    .add("weekday", integer(0, 6), help="Of a weekly schedule; 0 is Monday.")
    .add("month_day", integer(1, 28), help="Of a monthly schedule.")
    .add("timezone", text(1, 64), nullable=True, help="IANA name; null: the organization's.")
    .add("from_hour", integer(0, 23), nullable=True, help="Scans run from this hour; null: at any.")
    .add("until_hour", integer(0, 23), nullable=True, help="… until before this one.")
    .add("after_deployment", boolean(), help="Scan when a deployment is said to be finished.")
    .add("on_change", boolean(), help="Scan when certificate, server or scripts have changed.")
    .add("uses_templates", boolean())
    .add("template_ids", texts(500, 20), nullable=True, help="null: every enabled one.")
    .add(
        "login",
        mapping(),
        nullable=True,
        help="{kind: headers, headers: {…}} or {kind: form, url, fields: {…}}, both with logged_in: a text "
        "only somebody inside sees. A value given as ******** stays what it is.",
    )
)


@route(routes, "/bug/profiles", "bug_profiles")
class Profiles(Resource):
    @operation(
        "List the profiles with their budgets, and the probes that need consent",
        output={
            "profiles": Many({"name": Text(), "budget": Whole()}),
            "consents": Texts(),
        },
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return {
            "profiles": [{"name": name, "budget": BUDGETS[name]} for name in PROFILES],
            "consents": list(CONSENTS),
        }


@route(routes, "/bug/sites", "bug_sites")
class Sites(Resource):
    @operation("List sites with how each stands, newest first", parser=listing(), output=SITE, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return overview.list_sites_security(actor, **args)


@route(routes, "/bug/sites/<id:site_id>", "bug_site")
class OneSite(Resource):
    @operation("Look at how a site stands", output=SITE)
    def get(self, actor: Actor, args: dict[str, Any], site_id: int) -> Any:
        return overview.site_security(actor, site_id)


@route(routes, "/bug/sites/<id:site_id>/grades", "bug_grades")
class Grades(Resource):
    @operation(
        "Read a site's grade over time, oldest first",
        parser=query().add("limit", integer(1, 200), default=100),
        output={"items": Many(GRADE)},
    )
    def get(self, actor: Actor, args: dict[str, Any], site_id: int) -> Any:
        return {"items": overview.grade_history(actor, site_id, **args)}


@route(routes, "/bug/sites/<id:site_id>/settings", "bug_settings")
class SiteSettings(Resource):
    @operation("Read how a site is scanned", output=SETTINGS)
    def get(self, actor: Actor, args: dict[str, Any], site_id: int) -> ScanSettings:
        return settings.get_settings_of(actor, site_id)

    @operation("Change how a site is scanned", parser=CHANGES, output=SETTINGS)
    def patch(self, actor: Actor, args: dict[str, Any], site_id: int) -> ScanSettings:
        return settings.change_settings_of(actor, site_id, args)


@route(routes, "/bug/sites/<id:site_id>/consents", "bug_consents")
class Consents(Resource):
    @operation(
        "Consent to a probe by its name, or take the consent back",
        parser=body()
        .add("name", text(0, 50), default="", help=f"One of: {', '.join(CONSENTS)}; must be given.")
        .add("given", boolean(), default=True, help="false takes it back."),
        output=SETTINGS,
        about="These probes carry something a site might mind; they are off until its owner says otherwise.",
    )
    def post(self, actor: Actor, args: dict[str, Any], site_id: int) -> ScanSettings:
        return settings.give_consent(actor, site_id, **args)
