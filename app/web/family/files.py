"""Files: the panel on the pages of sites, incidents and findings, the list, a file's page, downloads."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.file_answer import file_answer, thumbnail_answer
from app.controller.common.upload import received
from app.core.errors import ConflictError, InvalidError
from app.models import File
from app.service.file.manage import (
    attach_file,
    delete_file,
    detach_file,
    find_targets,
    get_file,
    list_files,
    site_names,
)
from app.service.file.quota import use_of
from app.service.file.target import KINDS, Target
from app.service.file.upload import MOST_FILES, Outcome
from app.service.site import get_site, list_sites
from app.web.ask import PAGE_SIZE, cursor, go, number_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.identity import actor, can
from app.web.messages.lookup import in_words
from app.web.present.file import file_page, file_row, use_line

IN_PANEL = 6
CHOICES = 200


@web.app_template_global()
def file_panel(kind: str, thing_id: int) -> Markup:
    """The files at a thing, and the way to add some, as a part of its page."""
    if not can("file.read"):
        return Markup()
    return Markup(_panel(kind, thing_id, is_whole=True))  # noqa: S704 - our own template's


def _panel(kind: str, thing_id: int, results: list[Outcome] | None = None, *, is_whole: bool = False) -> str:
    thing: dict[str, Any] = {kind: thing_id}
    page = list_files(actor(), limit=IN_PANEL, **_named(thing))
    return render_template(
        "files/_panel.html",
        rows=_rows(page.items),
        here=f"{kind}:{thing_id}",
        upload_url=url_for("web.files_post", **thing),
        all_url=url_for("web.files", **thing) if page.next_cursor else None,
        results=_told(results or []),
        most=MOST_FILES,
        is_whole=is_whole,
    )


def _rows(files: list[File]) -> list[dict[str, Any]]:
    sites = site_names(actor(), {each.site_id for file in files for each in file.attachments})
    return [file_row(file, sites) for file in files]


def _told(results: list[Outcome]) -> list[dict[str, Any]]:
    """What became of each, in the page's language."""
    return [{"name": each.name, "error": in_words(each.error) if each.error else ""} for each in results]


def _asked() -> dict[str, Any]:
    """The thing in the address: `?site=`, `?incident=` or `?finding=`."""
    return {kind: number_asked(kind) for kind in KINDS if request.args.get(kind)}


def _named(thing: dict[str, Any]) -> dict[str, Any]:
    """The same as services name it."""
    return {f"{kind}_id": identifier for kind, identifier in thing.items()}


@web.get("/files")
def files() -> str:
    """All files, or those at one thing."""
    q, thing = request.args.get("q", "").strip(), _asked()
    page = list_files(actor(), q=q or None, cursor=cursor(), limit=PAGE_SIZE, **_named(thing))
    asked = without_empty(q=q, **thing)
    context = {
        "rows": _rows(page.items),
        "more_url": url_for("web.files", cursor=page.next_cursor, **asked) if page.next_cursor else None,
        "is_filtered": bool(q),
    }
    if wants_fragment() and cursor():
        return render_template("files/_rows.html", **context)
    if wants_fragment():
        return render_template("files/_table.html", **context)
    return render_template(
        "files/list.html",
        **context,
        q=q,
        asked=asked,
        upload_url=url_for("web.files_post", **thing),
        target=_target_words(_first(thing)),
        use=use_line(use_of(actor().organization_id)),
        most=MOST_FILES,
        results=[],
    )


def _first(thing: dict[str, Any]) -> Target | None:
    return next(iter(find_targets(actor(), **_named(thing))), None)


def _target_words(target: Target | None) -> dict[str, str] | None:
    """Whose files are shown, and the way back to it."""
    if target is None:
        return None
    words = {"site": "", "incident": _("Incident"), "finding": _("Weakness")}[target.kind]
    name = get_site(actor(), target.site_id).name
    return {"text": f"{name} · {words}" if words else name, "url": _page_of(target)}


def _page_of(target: Target | None) -> str:
    if target is None:
        return url_for("web.files")
    where: dict[str, Any] = {f"{target.kind}_id": target.id}
    return url_for(f"web.{target.kind}", **where)


@web.post("/files")
def files_post() -> BaseResponse | str:
    """Take files in. A panel gets itself with the results; without script they are told on the next page."""
    targets = find_targets(actor(), **_named(_asked()))
    target = targets[0] if targets else None
    try:
        results = received().finish(targets)
    except InvalidError:
        results = [Outcome(_("No file"), error=_("Choose a file."))]
    if wants_fragment() and target is not None:
        return _panel(target.kind, target.id, results)
    kept = sum(each.file is not None for each in results)
    if kept:
        say(ngettext("%(num)s file was uploaded.", "%(num)s files were uploaded.", kept))
    for each in results:
        if each.error:
            say(f"{each.name}: {in_words(each.error)}", bad=True)
    return go(_page_of(target))


@web.get("/files/<id:file_id>")
def file(file_id: int) -> str:
    """What is known of a file, and where it hangs."""
    found = get_file(actor(), file_id)
    hangs = {each.target for each in found.attachments}
    sites = list_sites(actor(), limit=CHOICES).items
    return render_template(
        "files/file.html",
        file=file_page(found, site_names(actor(), {each.site_id for each in found.attachments})),
        sites=[(site.id, site.name) for site in sites if f"site:{site.id}" not in hangs],
    )


@web.get("/files/<id:file_id>/content")
def file_content(file_id: int) -> Response:
    return file_answer(get_file(actor(), file_id))


@web.get("/files/<id:file_id>/thumbnail")
def file_thumbnail(file_id: int) -> Response:
    return thumbnail_answer(get_file(actor(), file_id))


@web.post("/files/<id:file_id>/attach")
def file_attach(file_id: int) -> BaseResponse:
    """Attach it to one more site."""
    given = request.form.get("site", "")
    try:
        attach_file(actor(), file_id, "site", int(given) if given.isdecimal() and len(given) < 20 else 0)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(_("Saved."))
    return go(url_for("web.file", file_id=file_id))


@web.post("/files/<id:file_id>/attachments/<id:attachment_id>/detach")
def file_detach(file_id: int, attachment_id: int) -> BaseResponse:
    """Take it off a thing, without deleting it."""
    detach_file(actor(), file_id, attachment_id)
    say(_("Taken off. The file itself is still there."))
    return go(url_for("web.file", file_id=file_id))


@web.post("/files/<id:file_id>/delete")
def file_delete(file_id: int) -> BaseResponse:
    try:
        delete_file(actor(), file_id)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
        return go(url_for("web.file", file_id=file_id))
    say(_("Deleted."))
    return go(url_for("web.files"))
