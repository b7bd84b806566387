"""The delivery log: what was sent where, how often it was tried, and what the other side said."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.models.channel import DELIVERY_STATES
from app.service.channel.delivery import get_delivery, list_deliveries, redeliver
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.family.channels import channel_tabs
from app.web.identity import actor
from app.web.present.delivery import delivery_page, delivery_row


@web.get("/deliveries")
def deliveries() -> str:
    state = request.args.get("state", "")
    state = state if state in DELIVERY_STATES else ""
    page = list_deliveries(actor(), state=state or None, cursor=cursor(), limit=PAGE_SIZE)
    asked = without_empty(state=state)
    more = url_for("web.deliveries", cursor=page.next_cursor, **asked) if page.next_cursor else None
    rows = [delivery_row(each) for each in page.items]
    template = "channels/_deliveries.html" if wants_fragment() else "channels/deliveries.html"
    return render_template(template, rows=rows, more_url=more, show=state, tabs=channel_tabs("deliveries"))


@web.get("/deliveries/<id:delivery_id>")
def delivery(delivery_id: int) -> str:
    facts = get_delivery(actor(), delivery_id)
    return render_template("channels/delivery.html", **delivery_page(facts, actor().organization))


@web.post("/deliveries/<id:delivery_id>/redeliver")
def delivery_redeliver(delivery_id: int) -> BaseResponse:
    redeliver(actor(), delivery_id)
    say(_("It is sent again within seconds."))
    return go(url_for("web.delivery", delivery_id=delivery_id))
