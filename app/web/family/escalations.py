"""Escalation: policies and their form, and how the organization as a whole wants to be told."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.models import EscalationPolicy
from app.service.alerting.policy import (
    change_policy,
    create_policy,
    delete_policy,
    get_policy,
    list_policies,
)
from app.service.alerting.rota import list_rotas, people
from app.service.alerting.wishes import alerting_of, change_alerting
from app.service.channel.manage import list_channels
from app.web.ask import PAGE_SIZE, cursor, go, say
from app.web.blueprint import web
from app.web.family.settings import zone_names
from app.web.forms.alerting import (
    MOST_STEPS,
    SPARE_STEPS,
    Rows,
    read_quiet,
    read_rows,
    read_spans,
    read_step,
    span_rows,
    typed,
)
from app.web.forms.form import Form, number
from app.web.forms.meanwhile import refuse_overtaken
from app.web.identity import actor, can
from app.web.present.availability_tabs import availability_tabs
from app.web.present.maintenance import weekdays

EMPTY_STEP: dict[str, Any] = {"after_minutes": "", "channels": [], "rotas": [], "users": []}


@web.get("/escalations")
def escalations() -> BaseResponse:
    return _show_list(_wishes_form(), 200)


def _wishes_form() -> Form:
    wishes = alerting_of(actor())
    quiet = wishes.quiet
    return Form(
        {
            "storm_after": wishes.storm_after,
            "remind_minutes": wishes.remind_minutes,
            "escalation_id": wishes.escalation_id,
            "quiet.zone": quiet.zone if quiet else actor().organization.timezone,
            "quiet.lets_down": bool(quiet and quiet.lets_down),
            "spans": [each.model_dump() for each in quiet.spans] if quiet else [],
        }
    )


def _show_list(form: Form, status: int) -> BaseResponse:
    page = list_policies(actor(), cursor=cursor(), limit=PAGE_SIZE)
    form.labels = {
        "storm_after": _("Together from"),
        "remind_minutes": _("Remind"),
        "escalation_id": _("Policy"),
        "quiet": _("Quiet hours"),
    }
    default = str(form.value("escalation_id"))
    rows = [
        {"policy": each, "steps": len(each.steps), "is_default": str(each.id) == str(default)}
        for each in page.items
    ]
    html = render_template(
        "escalations/list.html",
        tabs=availability_tabs("web.escalations"),
        rows=rows,
        more_url=url_for("web.escalations", cursor=page.next_cursor) if page.next_cursor else None,
        form=form,
        spans=span_rows(form.values["spans"]),
        days=weekdays(),
        zones=zone_names(),
        policies=[("", _("Every channel at once")), *((each.id, each.name) for each in page.items)],
    )
    return make_response(html, status)


@web.post("/escalations/organization")
def alerting_post() -> BaseResponse:
    """How the organization wants to be told."""
    form = Form(dict(request.form))
    form.values |= {"spans": read_spans("quiet.spans"), "quiet.lets_down": "quiet.lets_down" in request.form}
    values = {
        "storm_after": number(typed("storm_after")) or 5,
        "remind_minutes": number(typed("remind_minutes")),
        "escalation_id": number(typed("escalation_id")),
        "quiet": read_quiet("quiet"),
    }
    try:
        change_alerting(actor(), values)
    except InvalidError as error:
        form.refuse(error)
        return _show_list(form, 400)
    say(_("Saved."))
    return go(url_for("web.escalations"))


@web.get("/escalations/new")
def escalation_new() -> BaseResponse:
    everything = [each.id for each in list_channels(actor(), limit=200).items]
    first = {**EMPTY_STEP, "after_minutes": 0, "channels": everything}
    return _show(Form({"repeats": 0, "repeat_minutes": 30}), [first], None)


@web.post("/escalations/new")
def escalation_new_post() -> BaseResponse:
    return _save(None)


@web.get("/escalations/<id:policy_id>")
def escalation(policy_id: int) -> BaseResponse:
    found = get_policy(actor(), policy_id)
    names = ("name", "repeats", "repeat_minutes", "remind_minutes", "is_urgent")
    return _show(Form({name: getattr(found, name) for name in names}), found.steps, found)


@web.post("/escalations/<id:policy_id>")
def escalation_post(policy_id: int) -> BaseResponse:
    return _save(get_policy(actor(), policy_id))


def _save(found: EscalationPolicy | None) -> BaseResponse:
    rows: Rows = read_rows("steps", MOST_STEPS, read_step)
    form = Form({**dict(request.form), "is_urgent": "is_urgent" in request.form})
    values = {
        "name": typed("name"),
        "steps": rows.values,
        "repeats": number(typed("repeats")) or 0,
        "repeat_minutes": number(typed("repeat_minutes")) or 30,
        "remind_minutes": number(typed("remind_minutes")),
        "is_urgent": "is_urgent" in request.form,
    }
    try:
        refuse_overtaken(found)
        if found:
            change_policy(actor(), found.id, values)
        else:
            create_policy(actor(), values)
    except InvalidError as error:
        form.refuse(rows.rename(error))
        return _show(form, rows.values, found, 400)
    say(_("Saved."))
    return go(url_for("web.escalations"))


def _show(
    form: Form, steps: list[dict[str, Any]], found: EscalationPolicy | None, status: int = 200
) -> BaseResponse:
    form.labels = {
        "name": _("Name"),
        "steps": _("Steps"),
        "repeats": _("Go round again"),
        "repeat_minutes": _("Pause before"),
        "remind_minutes": _("Remind"),
        **{f"steps.{index}": _("Step %(number)s", number=index + 1) for index in range(MOST_STEPS)},
    }
    html = render_template(
        "escalations/form.html",
        form=form,
        policy=found,
        steps=[*steps, *(EMPTY_STEP for _ in range(SPARE_STEPS))][:MOST_STEPS],
        filled=max(1, len(steps)),
        channels=[(each.id, each.name) for each in list_channels(actor(), limit=200).items],
        rotas=[(each.id, each.name) for each in list_rotas(actor(), limit=200).items],
        people=list(people(actor()).items()),
        may_write=can("channel.write"),
    )
    return make_response(html, status)


@web.post("/escalations/<id:policy_id>/delete")
def escalation_delete(policy_id: int) -> BaseResponse:
    found = get_policy(actor(), policy_id)
    delete_policy(actor(), policy_id)
    say(_("%(name)s was deleted.", name=found.name))
    return go(url_for("web.escalations"))
