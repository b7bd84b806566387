"""One finding: what, where, the proof, how to mend it, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError
from app.models import Finding
from app.service.bug.decide import comment_finding, decide, members_of
from app.service.bug.finding import get_finding, history_of, locations_of, retest_of
from app.service.bug.retest import retest_finding
from app.web.ask import go, say, wants_fragment
from app.web.blueprint import web
from app.web.family.findings import act_values
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.finding import finding_page, history_line, location_rows, retest_line


@web.get("/findings/<id:finding_id>")
def finding(finding_id: int) -> str:
    found = get_finding(actor(), finding_id)
    if wants_fragment():
        return render_template("findings/_retest.html", finding=finding_page(found), retest=_retest(found))
    return render_template(
        "findings/finding.html",
        finding=finding_page(found),
        places=location_rows(locations_of(found)),
        history=[history_line(each) for each in history_of(found)],
        retest=_retest(found),
        people=[(user.id, user.account) for user in members_of(actor())],
        soon=(now() + timedelta(days=90)).date().isoformat(),
        latest=(now() + timedelta(days=365)).date().isoformat(),
        **_effects(),
    )


def _retest(found: Finding) -> dict[str, Any] | None:
    return retest_line(retest_of(found))


def _effects() -> dict[str, list[str]]:
    """What each act does, in words, before it is done."""
    return {
        "false_effects": [
            _("It leaves the list, and stays silent when scans see it again."),
            _("Your name and reason are kept with it."),
        ],
        "accept_effects": [
            _("It leaves the list until the day you choose; then it is open again."),
            _("Your name and reason are kept with it, and stand in reports."),
        ],
    }


@web.post("/findings/<id:finding_id>/<any(confirm,false_positive,accept,reopen,fix,assign,due):act>")
def finding_act(finding_id: int, act: str) -> BaseResponse:
    """Do one act to one finding."""
    try:
        decide(actor(), finding_id, act, act_values(act))
    except InvalidError as error:
        say(" ".join(in_words(why) for why in error.fields.values()), bad=True)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(_("Saved."))
    return go(url_for("web.finding", finding_id=finding_id))


@web.post("/findings/<id:finding_id>/comment")
def finding_comment(finding_id: int) -> BaseResponse:
    try:
        comment_finding(actor(), finding_id, request.form.get("reason", ""))
    except InvalidError as error:
        say(" ".join(in_words(why) for why in error.fields.values()), bad=True)
    return go(url_for("web.finding", finding_id=finding_id))


@web.post("/findings/<id:finding_id>/retest")
def finding_retest(finding_id: int) -> BaseResponse:
    """Look at it again now."""
    try:
        retest_finding(actor(), finding_id)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
    return go(url_for("web.finding", finding_id=finding_id))
