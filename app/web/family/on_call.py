"""On call: who it is now and in the weeks to come, taking over by two clicks, and the rotas' form."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.clock import now
from app.core.errors import InvalidError
from app.models import Rota
from app.service.alerting.rota import (
    change_rota,
    create_rota,
    delete_rota,
    end_feed,
    feed,
    get_rota,
    give_back,
    list_overrides,
    list_rotas,
    make_feed,
    people,
    take_over,
)
from app.service.alerting.wishes import change_contacts, list_contacts
from app.service.channel.manage import list_channels
from app.web.ask import cursor, go, say
from app.web.blueprint import web
from app.web.family.settings import zone_names
from app.web.forms.alerting import (
    MOST_LAYERS,
    SPARE_LAYERS,
    Rows,
    read_layer,
    read_rows,
    span_rows,
    typed,
)
from app.web.forms.form import Form, numbers
from app.web.forms.meanwhile import refuse_overtaken
from app.web.identity import actor, can
from app.web.messages.lookup import in_words, whole
from app.web.present.availability_tabs import availability_tabs
from app.web.present.maintenance import weekdays
from app.web.present.on_call import rota_card

ROTAS_A_PAGE = 20


@web.get("/on-call")
def on_call() -> BaseResponse:
    """Every rota with its calendar, and where the reader is reached."""
    return _list({})


def _list(typed_in: dict[str, Any], status: int = 200) -> BaseResponse:
    """The rotas; with `typed_in`, the form of one of them as it was sent."""
    page = list_rotas(actor(), cursor=cursor(), limit=ROTAS_A_PAGE)
    members, at = people(actor()), now()
    html = render_template(
        "on_call/list.html",
        tabs=availability_tabs("web.on_call"),
        rotas=[rota_card(each, list_overrides(actor(), each.id), members, at) for each in page.items],
        more_url=url_for("web.on_call", cursor=page.next_cursor) if page.next_cursor else None,
        people=list(members.items()),
        me=actor().user.id,
        channels=list_channels(actor(), limit=200).items,
        mine=_my_channels(),
        unreached=_unreached(page.items, members),
        typed=typed_in,
    )
    return make_response(html, status)


def _my_channels() -> list[int]:
    own = [each for each in list_contacts(actor(), limit=200).items if each.user_id == actor().user.id]
    return (own[0].contact_channels or []) if own else []


def _unreached(rotas: list[Rota], members: dict[int, str]) -> list[str]:
    """Who takes turns and has named no channel: their turn would reach nobody."""
    reached = {each.user_id for each in list_contacts(actor(), limit=200).items if each.contact_channels}
    takes_turns = {user for rota in rotas for layer in rota.layers for user in layer["participants"]}
    return sorted(members[user] for user in takes_turns - reached if user in members)


@web.post("/on-call/contacts")
def on_call_contacts() -> BaseResponse:
    """Where the reader is reached when on call."""
    chosen = numbers(request.form.getlist("channels"))
    change_contacts(actor(), actor().user.id, chosen)
    say(_("Saved."))
    return go(url_for("web.on_call"))


@web.post("/on-call/<id:rota_id>/take-over")
def rota_take_over(rota_id: int) -> BaseResponse:
    """A turn, or any other time that was typed by the rota's clock."""
    rota = get_rota(actor(), rota_id)
    try:
        user_id = int(typed("user_id") or 0)
        starts, ends = (_moment(typed(name), rota.zone) for name in ("starts", "ends"))
        take_over(actor(), rota_id, {"user_id": user_id, "starts_at": starts, "ends_at": ends})
        say(_("%(who)s takes over.", who=people(actor(), [user_id]).get(user_id, "")))
    except (InvalidError, ValueError) as error:
        why = (
            "; ".join(in_words(each) for each in error.fields.values())
            if isinstance(error, InvalidError)
            else ""
        )
        said = _("Nothing was changed: %(why)s", why=why or _("from when to when?"))
        say(said, bad=True)
        sent = {name: typed(name) for name in ("user_id", "starts", "ends")}
        return _list({"rota_id": rota_id, "wrong": whole(said), **sent}, 400)
    return go(url_for("web.on_call"))


def _moment(text: str, zone: str) -> datetime:
    """A moment; one without a zone is by the rota's clock. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if not 1970 <= moment.year <= 9000:
        raise ValueError("out of range")
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


@web.post("/on-call/<id:rota_id>/overrides/<id:override_id>/end")
def rota_give_back(rota_id: int, override_id: int) -> BaseResponse:
    give_back(actor(), rota_id, override_id)
    say(_("The turns are as the rota says again."))
    return go(url_for("web.on_call"))


@web.get("/on-call/new")
def rota_new() -> BaseResponse:
    today = now().astimezone(ZoneInfo(actor().organization.timezone)).date().isoformat()
    layer = {"name": "", "participants": "", "days": 7, "time": "09:00", "starts_on": today, "hours": []}
    return _show(Form({"zone": actor().organization.timezone}), [layer], None)


@web.post("/on-call/new")
def rota_new_post() -> BaseResponse:
    return _save(None)


@web.get("/on-call/<id:rota_id>")
def rota(rota_id: int) -> BaseResponse:
    found = get_rota(actor(), rota_id)
    addresses = {user_id: address for address, user_id in _addresses().items()}
    layers = [
        {**each, "participants": "\n".join(addresses.get(user, "?") for user in each["participants"])}
        for each in found.layers
    ]
    return _show(Form({"name": found.name, "zone": found.zone}), layers, found)


@web.post("/on-call/<id:rota_id>")
def rota_post(rota_id: int) -> BaseResponse:
    return _save(get_rota(actor(), rota_id))


def _addresses() -> dict[str, int]:
    """The members by their addresses."""
    return {each.user.account: each.user_id for each in list_contacts(actor(), limit=200).items}


def _save(found: Rota | None) -> BaseResponse:
    form, rows = Form({"name": typed("name"), "zone": typed("zone")}), Rows("layers")
    known = _addresses()
    try:
        rows = read_rows("layers", MOST_LAYERS, lambda prefix: read_layer(prefix, known))
        refuse_overtaken(found)
        values = {"name": typed("name"), "zone": typed("zone"), "layers": rows.values}
        made = change_rota(actor(), found.id, values) if found else create_rota(actor(), values)
    except InvalidError as error:
        form.refuse(rows.rename(error))
        return _show(form, [_typed_layer(index) for index in range(MOST_LAYERS)], found, 400)
    say(
        _("Saved.")
        if found
        else _("%(name)s is there. Name it in a policy's step to have it told.", name=made.name)
    )
    return go(url_for("web.on_call"))


def _typed_layer(index: int) -> dict[str, Any]:
    """A layer as it was typed, right or wrong."""
    prefix = f"layers.{index}"
    plain = {name: typed(f"{prefix}.{name}") for name in ("name", "days", "time", "starts_on")}
    hours = [
        {
            "days": numbers(request.form.getlist(f"{prefix}.hours.{row}.days")),
            "start": typed(f"{prefix}.hours.{row}.start"),
            "end": typed(f"{prefix}.hours.{row}.end"),
        }
        for row in range(14)
        if typed(f"{prefix}.hours.{row}.start") or typed(f"{prefix}.hours.{row}.end")
    ]
    return {**plain, "participants": request.form.get(f"{prefix}.participants", ""), "hours": hours}


def _show(form: Form, layers: list[dict[str, Any]], found: Rota | None, status: int = 200) -> BaseResponse:
    last = max((index for index, each in enumerate(layers) if each["participants"]), default=0)
    filled = layers[: last + 1]
    today = now().astimezone(ZoneInfo(actor().organization.timezone)).date().isoformat()
    spare = {"name": "", "participants": "", "days": 7, "time": "09:00", "starts_on": today, "hours": []}
    shown = [*filled, *(spare for _ in range(SPARE_LAYERS))][:MOST_LAYERS]
    form.labels = {"name": _("Name"), "zone": _("Time zone"), "layers": _("Turns")}
    for index in range(MOST_LAYERS):
        form.labels |= {
            f"layers.{index}.participants": _("People"),
            f"layers.{index}.starts_on": _("First turn"),
        }
    html = render_template(
        "on_call/form.html",
        form=form,
        rota=found,
        layers=[{**each, "spans": span_rows(each["hours"])} for each in shown],
        filled=len(filled),
        addresses=sorted(_addresses()),
        zones=zone_names(),
        days=weekdays(),
        may_write=can("channel.write"),
    )
    return make_response(html, status)


@web.post("/on-call/<id:rota_id>/delete")
def rota_delete(rota_id: int) -> BaseResponse:
    found = get_rota(actor(), rota_id)
    delete_rota(actor(), rota_id)
    say(_("%(name)s was deleted.", name=found.name))
    return go(url_for("web.on_call"))


@web.post("/on-call/<id:rota_id>/<any(make, end):act>-feed")
def rota_feed_act(rota_id: int, act: str) -> BaseResponse:
    """Make the calendar's address anew, and show it this once; or end it."""
    found = get_rota(actor(), rota_id)
    if act == "end":
        end_feed(actor(), rota_id)
        say(_("The calendar's address has ended."))
        return go(url_for("web.rota", rota_id=rota_id))
    url = url_for("web.on_call_feed", token=make_feed(actor(), rota_id), _external=True)
    return make_response(render_template("on_call/feed.html", rota=found, url=url), 201)


@web.get("/on-call/<token>.ics")
def on_call_feed(token: str) -> BaseResponse:
    """The calendar for people's own programs; its address is its key."""
    response = Response(feed(token), mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
