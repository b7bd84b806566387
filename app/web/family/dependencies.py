"""What a monitor depends on: looked for by name, added and taken off with one click each."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.service.alerting.dependency import children_of, parents_of, set_parents
from app.service.monitor.manage import get_monitor, list_monitors
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.state import monitor_row

FOUND = 20


@web.get("/monitors/<id:monitor_id>/dependencies")
def monitor_dependencies(monitor_id: int) -> str:
    monitor = get_monitor(actor(), monitor_id)
    wanted = request.args.get("q", "").strip()
    parents = parents_of(actor(), monitor_id)
    taken = {monitor.id, *(each.id for each in parents)}
    found = list_monitors(actor(), q=wanted, limit=FOUND).items if wanted else []
    return render_template(
        "monitors/dependencies.html",
        monitor=monitor,
        parents=parents,
        children=children_of(actor(), monitor_id),
        q=wanted,
        found=[monitor_row(each) for each in found if each.id not in taken],
    )


@web.post("/monitors/<id:monitor_id>/dependencies")
def monitor_dependencies_post(monitor_id: int) -> BaseResponse:
    """Add or take off one parent."""
    present = {each.id for each in parents_of(actor(), monitor_id)}
    named = request.form.get("parent_id", "")
    parent = {int(named)} if named.isdecimal() and len(named) < 20 else set()
    wanted = present - parent if request.form.get("act") == "remove" else present | parent
    try:
        set_parents(actor(), monitor_id, wanted)
        say(_("Saved."))
    except InvalidError as error:
        say(_("Nothing was changed: %(why)s", why="; ".join(map(in_words, error.fields.values()))), bad=True)
    return go(url_for("web.monitor_dependencies", monitor_id=monitor_id))
