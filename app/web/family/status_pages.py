"""Status pages as their owner keeps them: the list, the form, and what visitors are told."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import ConflictError, InvalidError
from app.models import StatusPage
from app.service.maintenance.names import id_named, names_of
from app.service.status_page.notice import (
    delete_notice,
    get_notice,
    list_notices,
    open_notice,
    update_notice,
)
from app.service.status_page.page import change_page, create_page, delete_page, get_page, list_pages
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment
from app.web.blueprint import web
from app.web.forms.form import Form, number, numbers
from app.web.forms.meanwhile import refuse_overtaken
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.availability_tabs import availability_tabs
from app.web.words.status import NOTICES


@web.get("/status-pages")
def status_pages() -> BaseResponse:
    page = list_pages(actor(), cursor=cursor(), limit=PAGE_SIZE)
    more = url_for("web.status_pages", cursor=page.next_cursor) if page.next_cursor else None
    template = "status/_rows.html" if wants_fragment() else "status/list.html"
    tabs = availability_tabs("web.status_pages")
    return make_response(render_template(template, rows=page.items, more_url=more, tabs=tabs))


@web.get("/status-pages/new")
def status_page_new() -> BaseResponse:
    return _form(Form({"days": 90, "is_published": True, "lines": [{}]}), None)


@web.post("/status-pages/new")
def status_page_new_post() -> BaseResponse:
    return _save(None)


@web.get("/status-pages/<id:page_id>")
def status_page(page_id: int) -> BaseResponse:
    return _show(get_page(actor(), page_id), Form())


@web.get("/status-pages/<id:page_id>/edit")
def status_page_edit(page_id: int) -> BaseResponse:
    page = get_page(actor(), page_id)
    values = {name: getattr(page, name) for name in ("slug", "title", "intro", "days", "shows_times")}
    names = names_of(actor(), ids=[item["id"] for item in page.items])
    lines = [
        {**item, "id": str(item["id"]), "what": names.get(item["id"], item["name"])} for item in page.items
    ]
    return _form(Form({**values, "is_published": page.is_published, "lines": lines}), page)


@web.post("/status-pages/<id:page_id>/edit")
def status_page_edit_post(page_id: int) -> BaseResponse:
    return _save(get_page(actor(), page_id))


@web.post("/status-pages/<id:page_id>/delete")
def status_page_delete(page_id: int) -> BaseResponse:
    delete_page(actor(), page_id)
    say(_("The status page is deleted."))
    return go(url_for("web.status_pages"))


@web.post("/status-pages/<id:page_id>/notices")
def status_notice_new(page_id: int) -> BaseResponse:
    form = Form(request.form.to_dict())
    given = {name: request.form.get(name, "") for name in ("title", "state", "text")}
    try:
        open_notice(actor(), page_id, given)
    except InvalidError as error:
        form.refuse(error)
        return _show(get_page(actor(), page_id), form, 400)
    say(_("Visitors are told."))
    return go(url_for("web.status_page", page_id=page_id))


@web.post("/status-pages/notices/<id:notice_id>")
def status_notice_update(notice_id: int) -> BaseResponse:
    notice = get_notice(actor(), notice_id)
    added = Form({"of": notice_id, **{name: request.form.get(name, "") for name in ("state", "text")}})
    try:
        update_notice(actor(), notice_id, {name: added.values[name] for name in ("state", "text")})
    except InvalidError as error:
        added.refuse(error)
        return _show(get_page(actor(), notice.page_id), Form(), 400, added)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(_("Visitors are told."))
    return go(url_for("web.status_page", page_id=notice.page_id))


@web.post("/status-pages/notices/<id:notice_id>/delete")
def status_notice_delete(notice_id: int) -> BaseResponse:
    page_id = get_notice(actor(), notice_id).page_id
    delete_notice(actor(), notice_id)
    say(_("The notice is deleted."))
    return go(url_for("web.status_page", page_id=page_id))


# A line's fields → what they are called in the form's values.
_LINE = {"section": "section", "kind": "kind", "id": "id", "what": "what", "shown": "name"}


def _save(page: StatusPage | None) -> BaseResponse:
    given = request.form
    typed = [
        {name: text.strip() for name, text in zip(_LINE.values(), texts, strict=True)}
        for texts in zip(*map(given.getlist, _LINE), strict=False)
    ]
    typed = [each for each in typed if each["what"]]
    form = Form({**given.to_dict(), "lines": typed or [{}]})
    try:
        refuse_overtaken(page)
        days = number(given.get("days"))
        if not isinstance(days, int):
            raise InvalidError({"days": "must be a whole number"})
        values: dict[str, Any] = {name: given.get(name, "") for name in ("slug", "title", "intro")}
        values |= {"days": days, "is_published": "is_published" in given}
        values |= {"shows_times": "shows_times" in given, "items": [_item(each) for each in typed]}
        saved = create_page(actor(), values) if page is None else change_page(actor(), page.id, values)
    except InvalidError as error:
        form.refuse(error)
        return _form(form, page, 400)
    except ConflictError as error:
        form.errors["slug"] = in_words(error.msg)
        return _form(form, page, 409)
    say(_("Saved."))
    return go(url_for("web.status_page", page_id=saved.id))


def _item(line: dict[str, str]) -> dict[str, Any]:
    """A typed line as an item: what is called so is looked for among sites or monitors."""
    kind = "monitor" if line["kind"] == "monitor" else "site"
    kept = next(iter(numbers([line["id"]])), 0)
    try:
        found = id_named(actor(), "monitors" if kind == "monitor" else "sites", line["what"], kept)
    except InvalidError as error:
        raise InvalidError({"items": next(iter(error.fields.values()))}) from None
    return {"kind": kind, "id": found, "section": line["section"], "name": line["name"]}


def _form(form: Form, page: StatusPage | None, status: int = 200) -> BaseResponse:
    form.labels = {
        "slug": _("Address"),
        "title": _("Title"),
        "intro": _("Introduction"),
        "days": _("Days of history"),
        "items": _("Lines"),
    }
    base = url_for("web.public_status", slug="x", _external=True)[:-1]
    return make_response(render_template("status/form.html", form=form, page=page, base=base), status)


def _show(page: StatusPage, form: Form, status: int = 200, added: Form | None = None) -> BaseResponse:
    """The page; `added` is what was typed under a notice and will not do."""
    form.labels = {"title": _("Title"), "text": _("Text"), "state": _("State")}
    notices = list_notices(actor(), page.id, limit=20).items
    address = url_for("web.public_status", slug=page.slug, _external=True)
    html = render_template(
        "status/page.html",
        page=page,
        form=form,
        added=added or Form(),
        notices=notices,
        states=NOTICES,
        address=address,
    )
    return make_response(html, status)
