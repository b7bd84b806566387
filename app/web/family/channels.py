"""Channels: where notifications go; their form, drawn from the kind's schema; and a test at once."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.engine.notify.registry import ChannelKind, all_kinds, get_kind
from app.models import Channel
from app.service.channel.choosing import ALERT_SEVERITIES
from app.service.channel.delivery import list_deliveries
from app.service.channel.manage import (
    ALERT_SEVERITIES_KNOWN,
    change_channel,
    config_of,
    create_channel,
    delete_channel,
    get_channel,
    list_channels,
    severities_of,
    test_channel,
)
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment
from app.web.blueprint import web
from app.web.family.settings import zone_names
from app.web.forms import schema as schema_form
from app.web.forms.alerting import span_rows
from app.web.forms.form import Form
from app.web.forms.manner import (
    DIGESTS_SHOWN,
    LEVELS_SHOWN,
    MANNER_LABELS,
    shown_manners,
    typed_back,
    typed_manners,
)
from app.web.forms.meanwhile import refuse_overtaken
from app.web.i18n import current_locale
from app.web.identity import actor, can
from app.web.messages.lookup import in_words
from app.web.present.delivery import delivery_row
from app.web.present.maintenance import weekdays
from app.web.words.names import in_language
from app.web.words.tamper import SEVERITIES


def channel_tabs(active: str) -> list[dict[str, Any]]:
    sees_rules = can("routing.read")
    tabs = [
        ("channels", _("Channels"), True),
        ("channel_rules", _("Rules"), sees_rules),
        ("message_templates", _("Templates"), sees_rules),
        ("deliveries", _("Deliveries"), True),
    ]
    return [
        {"url": url_for(f"web.{name}"), "text": text, "active": name == active, "shown": shown}
        for name, text, shown in tabs
    ]


@web.get("/channels")
def channels() -> str:
    page = list_channels(actor(), cursor=cursor(), limit=PAGE_SIZE)
    more = url_for("web.channels", cursor=page.next_cursor) if page.next_cursor else None
    rows = [{"channel": each, "kind": _title(get_kind(each.type))} for each in page.items]
    template = "channels/_rows.html" if wants_fragment() else "channels/list.html"
    return render_template(template, rows=rows, more_url=more, tabs=channel_tabs("channels"))


@web.get("/channels/new")
def channel_new() -> BaseResponse:
    kind = _kind_asked_for()
    fields = schema_form.fields_of(kind.schema(), current_locale())
    values = schema_form.values_of(fields, kind.schema(), {})
    start = {"is_enabled": True, "alert_severities": list(ALERT_SEVERITIES), **shown_manners(None)}
    return _show(Form({**values, **start}), kind, None)


@web.post("/channels/new")
def channel_new_post() -> BaseResponse:
    kind = _kind_asked_for()
    form, values = _read(kind, {})
    try:
        made = create_channel(actor(), {**values, "type": kind.name})
    except InvalidError as error:
        form.refuse(error)
        return _show(form, kind, None, 400)
    say(_("The channel is added. Send a test to see whether messages arrive."))
    return go(url_for("web.channel", channel_id=made.id))


@web.get("/channels/<id:channel_id>")
def channel(channel_id: int) -> BaseResponse:
    found = get_channel(actor(), channel_id)
    kind, stored = get_kind(found.type), config_of(found)
    fields = schema_form.fields_of(kind.schema(), current_locale(), stored)
    values = schema_form.values_of(fields, kind.schema(), stored)
    basics = {"name": found.name, "is_enabled": found.is_enabled, "alert_severities": severities_of(found)}
    return _show(Form({**values, **basics, **shown_manners(found)}), kind, found)


@web.post("/channels/<id:channel_id>")
def channel_post(channel_id: int) -> BaseResponse:
    found = get_channel(actor(), channel_id)
    kind = get_kind(found.type)
    form, values = _read(kind, config_of(found))
    try:
        refuse_overtaken(found)
        change_channel(actor(), channel_id, values)
    except InvalidError as error:
        form.refuse(error)
        return _show(form, kind, found, 400)
    say(_("Saved."))
    return go(url_for("web.channel", channel_id=channel_id))


@web.post("/channels/<id:channel_id>/test")
def channel_test(channel_id: int) -> BaseResponse:
    result = test_channel(actor(), channel_id)
    if result["ok"]:
        say(_("The test message was taken after %(ms)s ms.", ms=round(result["ms"] or 0)))
    else:
        say(_("The test message was not taken: %(why)s", why=in_words(result["error"] or "")), bad=True)
    return go(url_for("web.channel", channel_id=channel_id))


@web.post("/channels/<id:channel_id>/delete")
def channel_delete(channel_id: int) -> BaseResponse:
    found = get_channel(actor(), channel_id)
    delete_channel(actor(), channel_id)
    say(_("%(name)s was deleted.", name=found.name))
    return go(url_for("web.channels"))


def _title(kind: ChannelKind) -> str:
    return in_language(kind.title, current_locale())


def _kind_asked_for() -> ChannelKind:
    kinds = {each.name: each for each in all_kinds()}
    return kinds.get(request.args.get("type", "webhook")) or next(iter(kinds.values()))


def _read(kind: ChannelKind, stored: dict[str, Any]) -> tuple[Form, dict[str, Any]]:
    """The typed form, and the values for the service. What is stored and secret comes as its mask."""
    fields = schema_form.fields_of(kind.schema(), current_locale(), stored)
    values: dict[str, Any] = {
        "name": request.form.get("name", ""),
        "is_enabled": "is_enabled" in request.form,
        "alert_severities": [
            each for each in ALERT_SEVERITIES_KNOWN if each in request.form.getlist("alert_severities")
        ],
        "config": schema_form.read(fields, request.form, stored),
        "manners": typed_manners(),
    }
    shown = {each.name: values["config"].get(each.key) for each in fields if not each.is_secret}
    basics = {name: values[name] for name in ("name", "is_enabled", "alert_severities")}
    return Form({**basics, **shown, **typed_back()}), values


def _show(form: Form, kind: ChannelKind, found: Channel | None, status: int = 200) -> BaseResponse:
    stored = config_of(found) if found else None
    fields = schema_form.fields_of(kind.schema(), current_locale(), stored)
    labels = {"name": _("Name"), **MANNER_LABELS, **{each.name: each.title for each in fields}}
    form.labels = {name: str(words) for name, words in labels.items()}
    recent = list_deliveries(actor(), channel_id=found.id, limit=5).items if found else []
    html = render_template(
        "channels/form.html",
        form=form,
        groups=schema_form.groups_of(fields, form.errors),
        kind=kind.name,
        kinds=[(each.name, _title(each)) for each in all_kinds()],
        doc=in_language(kind.doc, current_locale()),
        channel=found,
        rows=[delivery_row(each) for each in recent],
        levels=LEVELS_SHOWN,
        digests=DIGESTS_SHOWN,
        spans=span_rows(form.values.get("manners.spans")),
        days=weekdays(),
        zones=zone_names(),
        severities=[(name, str(words)) for name, words in SEVERITIES.items()] + [("notice", _("Notices"))],
    )
    return make_response(html, status)
