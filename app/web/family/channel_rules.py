"""Rules of channels: their list in order, the form of one, and what they would do with an event."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.models import ChannelRule
from app.service.channel import rules as service
from app.service.channel.manage import list_channels
from app.service.maintenance.names import ids_named, names_of
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.family.channels import channel_tabs
from app.web.forms.form import Form, lines, numbers
from app.web.forms.meanwhile import refuse_overtaken
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.words.routing import LEAST, MODES, OTHERWISE, RULE_EVENTS, SAYS, TRIAL_SEVERITIES


@web.get("/channels/rules")
def channel_rules() -> str:
    rules = service.list_rules(actor())
    sites = names_of(actor(), ids=[each for rule in rules for each in rule.site_ids])
    channels = _channels()
    return render_template(
        "channels/rules.html",
        tabs=channel_tabs("channel_rules"),
        rows=[_row(rule, sites, channels) for rule in rules],
        form=Form(dict(service.routing_of(actor()))),
        modes=_options(MODES),
        otherwise=_options(OTHERWISE),
        events=_options(RULE_EVENTS),
        severities=_options(TRIAL_SEVERITIES),
    )


def _channels() -> dict[int, str]:
    return {each.id: each.name for each in list_channels(actor(), limit=200).items}


def _options(words: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(each)) for name, each in words.items()]


def _row(rule: ChannelRule, sites: dict[int, str], channels: dict[int, str]) -> dict[str, Any]:
    """A rule with its conditions in words."""
    conditions = [", ".join(str(RULE_EVENTS[each]) for each in rule.events)]
    conditions.append(str(LEAST[rule.least]) if rule.least else "")
    places = [sites[each] for each in rule.site_ids if each in sites]
    conditions.append(", ".join([*places, *(f"#{tag}" for tag in rule.tags)]))
    return {
        "rule": rule,
        "conditions": [each for each in conditions if each] or [_("Everything")],
        "channels": [channels[each] for each in rule.channel_ids if each in channels],
    }


@web.get("/channels/rules/trial")
def channel_rules_trial() -> str:
    """What the rules would do with what is chosen."""
    asked, found, wrong = request.args, None, ""
    try:
        named = lines(asked.get("site"))
        sites = ids_named(actor(), "sites", named[:1]) if named else [None]
        severity = asked.get("severity") or None
        found = service.try_rules(actor(), asked.get("event", ""), severity=severity, site_id=sites[0])
    except InvalidError as error:
        wrong = "; ".join(in_words(why) for why in error.fields.values())
    return render_template("channels/_trial.html", found=found, wrong=wrong, says=SAYS)


@web.post("/channels/rules/manner")
def channel_routing_post() -> BaseResponse:
    values = {name: request.form.get(name, "") for name in ("mode", "otherwise")}
    try:
        service.change_routing(actor(), values)
    except InvalidError as error:
        say("; ".join(in_words(why) for why in error.fields.values()), bad=True)
    else:
        say(_("Saved."))
    return go(url_for("web.channel_rules"))


@web.get("/channels/rules/new")
def channel_rule_new() -> BaseResponse:
    return _show(Form({"is_enabled": True, "events": [], "channel_ids": []}), None)


@web.post("/channels/rules/new")
def channel_rule_new_post() -> BaseResponse:
    return _save(None)


@web.get("/channels/rules/<id:rule_id>")
def channel_rule(rule_id: int) -> BaseResponse:
    rule = service.get_rule(actor(), rule_id)
    names = names_of(actor(), ids=rule.site_ids)
    values = {name: getattr(rule, name) for name in service.FIELDS}
    values |= {"least": rule.least or "", "sites": [names[each] for each in rule.site_ids if each in names]}
    return _show(Form(values), rule)


@web.post("/channels/rules/<id:rule_id>")
def channel_rule_post(rule_id: int) -> BaseResponse:
    return _save(service.get_rule(actor(), rule_id))


def _save(rule: ChannelRule | None) -> BaseResponse:
    given = request.form
    values: dict[str, Any] = {
        "name": given.get("name", ""),
        "is_enabled": "is_enabled" in given,
        "events": given.getlist("events"),
        "least": given.get("least") or None,
        "tags": [each.lstrip("#") for each in lines(given.get("tags"))],
        "channel_ids": numbers(given.getlist("channel_ids")),
    }
    form = Form({**values, "least": given.get("least", ""), "sites": lines(given.get("sites"))})
    try:
        refuse_overtaken(rule)
        values["site_ids"] = ids_named(actor(), "sites", form.values["sites"], rule.site_ids if rule else ())
        if rule is None:
            service.create_rule(actor(), values)
        else:
            service.change_rule(actor(), rule.id, values)
    except InvalidError as error:
        form.refuse(InvalidError({_FIELD.get(name, name): why for name, why in error.fields.items()}))
        return _show(form, rule, 400)
    say(_("Saved."))
    return go(url_for("web.channel_rules"))


# What a service calls it → where it is typed.
_FIELD = {"site_ids": "sites"}


def _show(form: Form, rule: ChannelRule | None, status: int = 200) -> BaseResponse:
    form.labels = {
        "name": _("Name"),
        "events": _("Events"),
        "least": _("Severity"),
        "sites": _("Sites"),
        "tags": _("Tags"),
        "channel_ids": _("Channels"),
    }
    html = render_template(
        "channels/rule.html",
        form=form,
        rule=rule,
        events=_options(RULE_EVENTS),
        levels=_options(LEAST),
        channels=list(_channels().items()),
    )
    return make_response(html, status)


@web.post("/channels/rules/<id:rule_id>/<any(up, down):way>")
def channel_rule_move(rule_id: int, way: str) -> BaseResponse:
    service.move_rule(actor(), rule_id, -1 if way == "up" else 1)
    return go(url_for("web.channel_rules"))


@web.post("/channels/rules/<id:rule_id>/delete")
def channel_rule_delete(rule_id: int) -> BaseResponse:
    rule = service.get_rule(actor(), rule_id)
    service.delete_rule(actor(), rule_id)
    say(_("%(name)s was deleted.", name=rule.name))
    return go(url_for("web.channel_rules"))
