"""A monitor's form: add, change, copy; and its policy tried on the past before it is saved."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.engine.usability.registry import MonitorType, all_types, get_type
from app.models import Monitor, Site
from app.service.monitor.config import whole
from app.service.monitor.dependency import possible_parents
from app.service.monitor.manage import change_monitor, clone_monitor, create_monitor, get_monitor
from app.service.recording.replay import try_policy
from app.service.site import get_site
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.forms import monitor as monitor_form
from app.web.forms import schema as schema_form
from app.web.forms.form import Form
from app.web.forms.meanwhile import refuse_overtaken
from app.web.i18n import current_locale
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.trial import trial_context
from app.web.words.names import in_language

SPANS = (7, 30, 90)


def _show(
    form: Form, kind: MonitorType, site: Site, found: Monitor | None, status: int = 200
) -> BaseResponse:
    fields = schema_form.fields_of(kind.schema(), current_locale(), whole(found) if found else None)
    form.labels = {**monitor_form.labels(), **schema_form.labels_of(fields)}
    html = render_template(
        "monitors/form.html",
        form=form,
        groups=schema_form.groups_of(fields, form.errors),
        kind=kind.name,
        kinds=[(each.name, in_language(each.title, current_locale())) for each in all_types()],
        doc=in_language(kind.doc, current_locale()),
        site=site,
        monitor=found,
        limits=monitor_form.LIMITS,
        is_probed=kind.is_probed,
        spans=SPANS,
        parents=possible_parents(actor(), ids=form.values.get("dependencies") or ()),
        **monitor_form.choices(actor(), form),
    )
    return make_response(html, status)


def _new_form(kind: MonitorType, site: Site) -> Form:
    fields = schema_form.fields_of(kind.schema(), current_locale())
    values = schema_form.values_of(fields, kind.schema(), {"url": site.base_url})
    return Form({**values, **monitor_form.fresh_values(kind, site.name)})


def _site_asked_for() -> Site:
    text = request.args.get("site", "")
    return get_site(actor(), int(text) if text.isdecimal() and len(text) < 20 else 0)


def _kind_asked_for() -> MonitorType:
    names = {each.name: each for each in all_types()}
    return names.get(request.args.get("type", "http")) or next(iter(names.values()))


@web.get("/monitors/new")
def monitor_new() -> BaseResponse:
    site, kind = _site_asked_for(), _kind_asked_for()
    return _show(_new_form(kind, site), kind, site, None)


@web.post("/monitors/new")
def monitor_new_post() -> BaseResponse:
    site, kind = _site_asked_for(), _kind_asked_for()
    form, values, wrong = monitor_form.read(kind, {})
    try:
        if wrong:
            raise InvalidError(wrong)
        made = create_monitor(actor(), {**values, "site_id": site.id, "type": kind.name})
    except InvalidError as error:
        form.refuse(error)
        return _show(form, kind, site, None, 400)
    say(_("The first check is on its way.") if kind.is_probed else _("Saved."))
    return go(url_for("web.monitor", monitor_id=made.id))


@web.get("/monitors/<id:monitor_id>/edit")
def monitor_edit(monitor_id: int) -> BaseResponse:
    found = get_monitor(actor(), monitor_id)
    kind = get_type(found.type)
    fields = schema_form.fields_of(kind.schema(), current_locale(), whole(found))
    values = schema_form.values_of(fields, kind.schema(), whole(found))
    return _show(Form({**values, **monitor_form.values_of(found)}), kind, found.site, found)


@web.post("/monitors/<id:monitor_id>/edit")
def monitor_edit_post(monitor_id: int) -> BaseResponse:
    found = get_monitor(actor(), monitor_id)
    kind = get_type(found.type)
    form, values, wrong = monitor_form.read(kind, whole(found))
    try:
        if wrong:
            raise InvalidError(wrong)
        refuse_overtaken(found)
        change_monitor(actor(), monitor_id, values)
    except InvalidError as error:
        form.refuse(error)
        return _show(form, kind, found.site, found, 400)
    say(_("Saved."))
    return go(url_for("web.monitor", monitor_id=monitor_id))


@web.post("/monitors/<id:monitor_id>/clone")
def monitor_clone(monitor_id: int) -> BaseResponse:
    """A copy under another name, opened to be changed."""
    pattern = get_monitor(actor(), monitor_id)
    name = _("%(name)s (copy)", name=pattern.name)[:200]
    made = clone_monitor(actor(), monitor_id, {"name": name})
    say(_("This is the copy. It is checked already."))
    return go(url_for("web.monitor_edit", monitor_id=made.id))


@web.get("/monitors/parents")
def monitor_parents() -> str:
    """Monitors whose name fits, as boxes to tick."""
    found = possible_parents(actor(), q=request.args.get("parent_q", ""))
    without = {request.args.get("self", "")}
    return render_template("monitors/_parents.html", parents=found, without=without, chosen=())


@web.post("/monitors/<id:monitor_id>/backtest")
def monitor_backtest(monitor_id: int) -> str:
    """What the typed policy would have done; nothing is saved."""
    get_monitor(actor(), monitor_id)
    numbers, wrong = monitor_form.read_numbers(
        {name: monitor_form.LIMITS[name] for name in monitor_form.POLICY}
    )
    values: dict[str, Any] = {**numbers, "locations": monitor_form.read_locations()}
    try:
        if wrong:
            raise InvalidError(wrong)
        told = try_policy(actor(), monitor_id, values, days=_span())
    except InvalidError as error:
        words = monitor_form.labels()
        lines = [f"{words.get(name, name)}: {in_words(why)}" for name, why in error.fields.items()]
        return render_template("monitors/_trial.html", wrong=lines)
    return render_template("monitors/_trial.html", wrong=None, **trial_context(told))


def _span() -> int:
    text = request.form.get("days", "")
    return int(text) if text in {str(each) for each in SPANS} else SPANS[1]
