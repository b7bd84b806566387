"""The operator's own templates: taken in, listed with what is refused and why, switched on and off."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import ConflictError, InvalidError
from app.service.bug.template import (
    delete_template,
    get_template,
    list_templates,
    set_enabled,
    upload_template,
)
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.bug import bug_tabs
from app.web.present.template import source_of, template_row

MAX_FILES = 50
"""In one upload."""
_NAMED = 3


@web.get("/templates")
def bug_templates() -> str:
    """Newest first, all of them or only those that are refused."""
    q, is_refused = request.args.get("q", "").strip(), request.args.get("refused", "")
    wanted = {"1": True, "0": False}.get(is_refused)
    page = list_templates(actor(), q=q or None, is_refused=wanted, cursor=cursor(), limit=PAGE_SIZE)
    asked = without_empty(q=q, refused=is_refused if wanted is not None else "")
    more = url_for("web.bug_templates", cursor=page.next_cursor, **asked) if page.next_cursor else None
    context: dict[str, Any] = {
        "rows": [template_row(each) for each in page.items],
        "more_url": more,
        "is_filtered": bool(asked),
        "asked": asked,
    }
    if wants_fragment():
        return render_template(
            "security/_template_rows.html" if cursor() else "security/_templates.html", **context
        )
    return render_template(
        "security/templates.html", tabs=bug_tabs("bug_templates"), max_files=MAX_FILES, **context
    )


@web.post("/templates")
def bug_templates_post() -> BaseResponse:
    """Take files in; each is said to run, to be refused, or to be none."""
    files = [each for each in request.files.getlist("files") if each.filename][:MAX_FILES]
    if not files:
        say(_("Choose a file."), bad=True)
        return go(url_for("web.bug_templates"))
    refused, wrong = 0, []
    for file in files:
        try:
            refused += upload_template(actor(), _text_of(file), file.filename or "").is_refused
        except InvalidError as error:
            wrong.append(f"{file.filename}: " + " ".join(in_words(why) for why in error.fields.values()))
        except ConflictError as error:
            wrong.append(f"{file.filename}: {in_words(error.msg)}")
    taken = len(files) - len(wrong)
    if taken > refused:
        say(ngettext("%(num)s template was taken in.", "%(num)s templates were taken in.", taken - refused))
    if refused:
        said = ngettext(
            "%(num)s is kept but will not run: the list says why.",
            "%(num)s are kept but will not run: the list says why.",
            refused,
        )
        say(said, bad=True)
    for each in wrong[:_NAMED]:
        say(each, bad=True)
    if len(wrong) > _NAMED:
        left = len(wrong) - _NAMED
        say(
            ngettext("%(num)s more file is no template.", "%(num)s more files are no templates.", left),
            bad=True,
        )
    return go(url_for("web.bug_templates"))


def _text_of(file: FileStorage) -> str:
    """Raises InvalidError for what is no text."""
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidError({"body": "must be text in UTF-8"}) from None


@web.get("/templates/<id:template_id>")
def bug_template(template_id: int) -> str:
    """One template: whether it runs, and its text."""
    found = get_template(actor(), template_id)
    return render_template("security/template.html", template=template_row(found), source=source_of(found))


@web.post("/templates/<id:template_id>/<any(enable,disable):verb>")
def bug_template_switch(template_id: int, verb: str) -> BaseResponse:
    found = set_enabled(actor(), template_id, verb == "enable")
    name = found.title or found.name
    said = (
        _("%(name)s is used again.", name=name)
        if found.is_enabled
        else _("%(name)s is no longer used.", name=name)
    )
    say(said)
    return go(url_for("web.bug_template", template_id=template_id))


@web.post("/templates/<id:template_id>/delete")
def bug_template_delete(template_id: int) -> BaseResponse:
    found = get_template(actor(), template_id)
    name = found.title or found.name
    delete_template(actor(), template_id)
    say(_("%(name)s was deleted.", name=name))
    return go(url_for("web.bug_templates"))
