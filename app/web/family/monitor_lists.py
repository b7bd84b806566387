"""Monitors across sites: the list, and acts on many."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.engine.usability.registry import all_types
from app.models.usability import STATES
from app.service.monitor.bulk import ACTS, MOST, Done, act_on_many
from app.service.monitor.manage import list_monitors
from app.service.site import list_tags
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.forms import monitor as monitor_form
from app.web.forms.form import numbers
from app.web.i18n import current_locale
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.state import monitor_row
from app.web.words.names import in_language, state_label

CHANGES = (
    "interval_seconds",
    "timeout_seconds",
    "confirm_count",
    "recover_count",
    "retry_seconds",
    "slow_ms",
    "slow_factor",
)
LEFT = 3
"""Monitors that refused which are named."""


@web.get("/monitors")
def monitors() -> str:
    """The list; htmx gets rows only, a search gets the whole table."""
    asked = _asked(request.args)
    page = list_monitors(actor(), cursor=cursor(), limit=PAGE_SIZE, **asked)
    kinds = {each.name: in_language(each.title, current_locale()) for each in all_types()}
    context: dict[str, Any] = {
        "rows": [{**monitor_row(each), "kind": kinds.get(each.type, each.type)} for each in page.items],
        "more_url": url_for("web.monitors", cursor=page.next_cursor, **asked) if page.next_cursor else None,
        "asked": asked,
        "limits": monitor_form.LIMITS,
        "changes": [(name, monitor_form.labels()[name]) for name in CHANGES],
        "most": MOST,
    }
    if wants_fragment():
        return render_template("monitors/_list_rows.html" if cursor() else "monitors/_list.html", **context)
    return render_template(
        "monitors/list.html",
        states=[(each, state_label(each)) for each in STATES],
        kinds=sorted(kinds.items(), key=lambda each: each[1]),
        tags=list_tags(actor()),
        **context,
    )


def _asked(given: Any) -> dict[str, Any]:
    """The filters that say something and can be meant."""
    asked = {name: given.get(name, "").strip()[:200] for name in ("q", "state", "type", "tag")}
    if asked["state"] not in STATES:
        asked["state"] = ""
    return without_empty(**asked)


@web.post("/monitors/many")
def monitors_many() -> BaseResponse:
    """Do one thing to the ticked ones, or to all that the filter shows."""
    asked = _asked(request.form)
    back = url_for("web.monitors", **asked)
    act = request.form.get("act", "")
    if act not in ACTS:
        return go(back)
    if act == "delete" and "sure" not in request.form:
        say(_("Nothing was deleted: tick that you mean it."), bad=True)
        return go(back)
    try:
        done = act_on_many(actor(), act, values=_values(act), **_which(asked))
    except InvalidError as error:
        words = monitor_form.labels()
        problems = [f"{words.get(name, name)}: {in_words(why)}" for name, why in error.fields.items()]
        say(" ".join(problems), bad=True)
        return go(back)
    _tell(done)
    return go(back)


def _which(asked: dict[str, Any]) -> dict[str, Any]:
    if request.form.get("which") == "all":
        return {"wanted": asked}
    ids = numbers(request.form.getlist("ids"))
    if not ids:
        raise InvalidError({"name": _("tick some monitors first")})
    return {"ids": ids[:MOST]}


def _values(act: str) -> dict[str, Any]:
    """What is to be different: what was typed; empty stays as it is."""
    if act != "change":
        return {}
    typed = {name: monitor_form.LIMITS[name] for name in CHANGES if request.form.get(name, "").strip()}
    values, wrong = monitor_form.read_numbers(typed)
    if wrong:
        raise InvalidError(wrong)
    if not values:
        raise InvalidError({"interval_seconds": _("type what is to be different")})
    return values


def _tell(done: Done) -> None:
    say(ngettext("Done for %(num)s monitor.", "Done for %(num)s monitors.", done.count))
    if done.refused:
        names = monitor_form.labels()
        first = [
            f"{names.get(name, name)}: {in_words(why)}"
            for fields in list(done.refused.values())[:LEFT]
            for name, why in fields.items()
        ]
        refused = ngettext("%(num)s refused:", "%(num)s refused:", len(done.refused))
        say(f"{refused} {' '.join(first)}", bad=True)
    if done.left:
        say(ngettext("%(num)s more is left.", "%(num)s more are left.", done.left), bad=True)
