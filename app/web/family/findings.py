"""Findings across sites: the list, and acts on many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.clock import now
from app.core.errors import InvalidError
from app.models.finding import FINDING_SEVERITIES
from app.service.bug.decide import ACTS, decide_many, members_of
from app.service.bug.finding import SORTS, classes_of, count_findings, list_findings
from app.service.site import get_site
from app.web.ask import PAGE_SIZE, cursor, go, number_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.forms.form import numbers
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.bug import bug_tabs
from app.web.present.finding import finding_row
from app.web.words.bug import FINDING_STATES, SEVERITIES, class_words
from app.web.words.bug import SORTS as SORT_WORDS

LIVING, EVERY, NOBODY = "living", "all", "0"
EXPORTS = ("csv", "xlsx", "sarif")


@web.get("/findings")
def findings() -> str:
    """What somebody has to do something about, or what the filters ask for."""
    asked = asked_filters()
    filters = service_filters(asked)
    people = [(str(user.id), user.account) for user in members_of(actor())]
    page = list_findings(
        actor(), sort=asked.get("sort", "-severity"), cursor=cursor(), limit=PAGE_SIZE, **filters
    )
    site_id = filters.get("site_id")
    context: dict[str, Any] = {
        "rows": [finding_row(each) for each in page.items],
        "more_url": url_for("web.findings", cursor=page.next_cursor, **asked) if page.next_cursor else None,
        "here": url_for("web.findings", **asked),
        "is_filtered": bool(asked.keys() - {"sort"}),
        "asked": asked,
        "people": [(NOBODY, _("Nobody")), *people],
        "soon": (now() + timedelta(days=90)).date().isoformat(),
        "counts": _counts(asked, filters),
        "exports": {kind: url_for("web.findings_export", kind=kind, **asked) for kind in EXPORTS},
        "site": get_site(actor(), site_id) if site_id is not None else None,
        "without_site": url_for(
            "web.findings", **{name: text for name, text in asked.items() if name != "site"}
        ),
    }
    if wants_fragment():
        return render_template("findings/_rows.html" if cursor() else "findings/_table.html", **context)
    return render_template("findings/list.html", tabs=bug_tabs("findings"), **_choices(), **context)


def asked_filters() -> dict[str, Any]:
    """The filters in the address that say something and can be meant."""
    known: dict[str, Any] = {
        "state": (*FINDING_STATES, EVERY),
        "severity": FINDING_SEVERITIES,
        "sort": [each for each in SORTS if each != "-severity"],
        "overdue": ("1",),
    }
    given = {name: request.args.get(name, "").strip() for name in (*known, "class", "assignee", "site", "q")}
    for name, values in known.items():
        if given[name] not in values:
            given[name] = ""
    return without_empty(**given)


def service_filters(asked: dict[str, Any]) -> dict[str, Any]:
    """The same as the service wants them."""
    return {
        "site_id": number_asked("site"),
        "state": asked.get("state", LIVING),
        "severity": asked.get("severity"),
        "cls": asked.get("class"),
        "assignee_id": number_asked("assignee"),
        "overdue": "overdue" in asked,
        "q": asked.get("q"),
    }


def _counts(asked: dict[str, Any], filters: dict[str, Any]) -> list[dict[str, Any]]:
    """How many there are by severity, each of them a filter."""
    counts = count_findings(actor(), **{**filters, "severity": None})
    others = {name: text for name, text in asked.items() if name != "severity"}
    chosen = asked.get("severity", "")
    return [
        {
            "name": name,
            "text": str(words),
            "count": counts.get(name, 0),
            "is_chosen": name == chosen,
            "url": url_for("web.findings", **(others if name == chosen else {**others, "severity": name})),
        }
        for name, words in SEVERITIES.items()
    ]


def _choices() -> dict[str, Any]:
    return {
        "states": [
            ("", _("To be dealt with")),
            *((name, str(words)) for name, (words, _look) in FINDING_STATES.items()),
            (EVERY, _("All findings")),
        ],
        "classes": [(name, class_words(name)) for name in classes_of(actor())],
        "sorts": [("" if name == "-severity" else name, str(words)) for name, words in SORT_WORDS.items()],
    }


@web.post("/findings/many")
def findings_many() -> BaseResponse:
    """One act on all that are ticked."""
    back = request.form.get("back", "")
    back = back if back.startswith("/findings") else url_for("web.findings")
    ids = numbers(request.form.getlist("ids"))
    act = request.form.get("act", "")
    if not ids or act not in ACTS:
        say(_("Tick at least one finding first."), bad=True)
        return go(back)
    try:
        done = decide_many(actor(), ids, act, act_values(act))
    except InvalidError as error:
        say(" ".join(in_words(why) for why in error.fields.values()), bad=True)
        return go(back)
    good = sum(1 for each in done if each["ok"])
    say(ngettext("%(num)s finding changed.", "%(num)s findings changed.", good), bad=good == 0)
    if good < len(done):
        left = len(done) - good
        say(
            ngettext(
                "%(num)s stayed as it is: its state does not permit it.",
                "%(num)s stayed as they are: their state does not permit it.",
                left,
            ),
            bad=True,
        )
    return go(back)


def act_values(act: str) -> dict[str, Any]:
    """What the form says for an act. Raises InvalidError for a date that is none."""
    values: dict[str, Any] = {"note": request.form.get("reason", "").strip()}
    if act == "accept":
        values["until"] = _day("until")
    if act == "due":
        values["due_at"] = _day("due")
    if act == "assign":
        who = request.form.get("assignee", "")
        values["assignee_id"] = int(who) if who.isdecimal() and int(who) else None
    return values


def _day(name: str) -> datetime | None:
    """The end of a day that was chosen."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(hour=23, minute=59, tzinfo=UTC)
    except ValueError:
        raise InvalidError({name: "must be a date"}) from None
