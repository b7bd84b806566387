"""Monitors: the page, the form made from the type's schema, and what one can do with a monitor."""

from __future__ import annotations

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.service.monitor.manage import (
    delete_monitor,
    get_monitor,
    pause_monitor,
    resume_monitor,
)
from app.service.scheduling.run import run_now
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.identity import actor
from app.web.present.state import result_row


@web.post("/monitors/<id:monitor_id>/run")
def monitor_run(monitor_id: int) -> BaseResponse | str:
    """Check now; the answer is shown where the button is."""
    result = run_now(actor(), monitor_id)
    return render_template("monitors/_run.html", result=result_row(result) if result else None)


@web.post("/monitors/<id:monitor_id>/pause")
def monitor_pause(monitor_id: int) -> BaseResponse:
    pause_monitor(actor(), monitor_id)
    return go(url_for("web.monitor", monitor_id=monitor_id))


@web.post("/monitors/<id:monitor_id>/resume")
def monitor_resume(monitor_id: int) -> BaseResponse:
    resume_monitor(actor(), monitor_id)
    return go(url_for("web.monitor", monitor_id=monitor_id))


@web.post("/monitors/<id:monitor_id>/delete")
def monitor_delete(monitor_id: int) -> BaseResponse:
    found = get_monitor(actor(), monitor_id)
    delete_monitor(actor(), monitor_id)
    say(_("%(name)s was deleted.", name=found.name))
    return go(url_for("web.site", site_id=found.site_id))
