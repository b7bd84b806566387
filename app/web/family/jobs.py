"""Jobs: the list, a job as it runs and what came of it, the import of sites, exports."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.event_stream import job_events
from app.controller.common.file_answer import file_answer
from app.core.errors import ConflictError, InvalidError, NotPermittedError
from app.service.job.ask import ask_again, ask_for
from app.service.job.manage import cancel_job, forget_job, get_job, list_jobs, result_of
from app.service.job.registry import kind_of
from app.service.permission.check import may
from app.service.transfer.monitors import types
from app.service.transfer.reading import LIMITS
from app.service.transfer.site_import import DUPLICATES
from app.web.ask import cursor, go, rows_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.family.audit import chosen_entries
from app.web.family.findings import asked_filters, service_filters
from app.web.family.settings import settings_tabs
from app.web.family.uptime_report import asked_of_report
from app.web.forms.form import Form
from app.web.i18n import current_locale
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.job import job_row
from app.web.words.export import filter_words
from app.web.words.job import EXPORTS, STATES

MOST_BYTES = 2 * 1024 * 1024
FORMATS = ("xlsx", "csv")


@web.get("/jobs")
def jobs() -> str:
    """The newest first."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    page = list_jobs(actor(), state=state or None, cursor=cursor(), limit=rows_asked())
    asked = without_empty(state=state)
    context: dict[str, Any] = {
        "rows": [job_row(each) for each in page.items],
        "more_url": url_for("web.jobs", cursor=page.next_cursor, **asked) if page.next_cursor else None,
        "here": url_for("web.jobs", **asked),
        "state": state,
    }
    if wants_fragment():
        return render_template("jobs/_rows.html" if cursor() else "jobs/_table.html", **context)
    states = [(name, str(words)) for name, (words, _look) in STATES.items()]
    return render_template("jobs/list.html", states=states, tabs=settings_tabs("jobs"), **context)


@web.get("/jobs/<id:work_id>")
def job(work_id: int) -> str:
    """How far it is; when it is over, what came of it."""
    row = job_row(get_job(actor(), work_id))
    return render_template("jobs/_job.html" if wants_fragment() else "jobs/job.html", job=row)


@web.get("/jobs/<id:work_id>/events")
def job_live(work_id: int) -> Response:
    """Its progress, as it comes."""
    return job_events(actor(), work_id)


@web.get("/jobs/<id:work_id>/result")
def job_result(work_id: int) -> Response:
    """The file that came of it."""
    return file_answer(result_of(actor(), work_id))


@web.post("/jobs/<id:work_id>/cancel")
def job_cancel(work_id: int) -> BaseResponse:
    try:
        cancel_job(actor(), work_id)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
    return go(url_for("web.job", work_id=work_id))


@web.post("/jobs/<id:work_id>/forget")
def job_forget(work_id: int) -> BaseResponse:
    try:
        forget_job(actor(), work_id)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
        return go(url_for("web.job", work_id=work_id))
    return go(url_for("web.jobs"))


@web.post("/jobs/<id:work_id>/take")
def job_take(work_id: int) -> BaseResponse:
    """What was tried is done."""
    tried = get_job(actor(), work_id)
    if tried.kind != "sites.import" or tried.user_id != actor().user.id:
        raise NotPermittedError
    try:
        made = ask_again(actor(), tried, {**tried.values, "is_dry": False})
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
        return go(url_for("web.job", work_id=work_id))
    return go(url_for("web.job", work_id=made.id))


def _import_form() -> Form:
    labels = {"file": _("File"), "duplicates": _("Sites that are there already")}
    return Form({"duplicates": "skip"}, labels=labels)


def _import_page(form: Form, status: int = 200) -> BaseResponse:
    html = render_template("jobs/import.html", form=form, types=types(), most_rows=LIMITS.rows)
    return make_response(html, status)


@web.get("/sites/import")
def sites_import() -> BaseResponse:
    return _import_page(_import_form())


@web.post("/sites/import")
def sites_import_post() -> BaseResponse:
    """It is tried first: nothing is changed before somebody has seen what would be."""
    form = _import_form()
    form.values = dict(request.form)
    file = request.files.get("file")
    duplicates = request.form.get("duplicates", "skip")
    if file is None or not file.filename:
        form.errors["file"] = _("Choose a file.")
    if duplicates not in DUPLICATES:
        form.errors["duplicates"] = _("is not one of the choices")
    if form.errors or file is None:
        return _import_page(form, 400)
    values = {
        "is_dry": True,
        "duplicates": duplicates,
        "is_strict": "is_strict" in request.form,
        "locale": current_locale(),
    }
    try:
        made = ask_for(actor(), "sites.import", values, input=(file.filename or "", file.read()))
    except ConflictError as error:
        form.errors["file"] = in_words(error.msg)
        return _import_page(form, 409)
    return go(url_for("web.job", work_id=made.id))


@web.get("/sites/import/example.csv")
def sites_import_example() -> Response:
    """A file to begin with."""
    from app.service.transfer.example import example_csv

    response = Response(example_csv(current_locale()), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="sites-example.csv"'
    return response


def _filters(what: str) -> dict[str, Any]:
    """The list's filters, as the job takes them."""
    if what == "findings":
        return {"filters": service_filters(asked_filters())}
    if what == "uptime":
        return {"asked": asked_of_report()}
    if what == "sites":
        words = {name: request.args.get(name, "").strip()[:200] for name in ("q", "tag")}
        return without_empty(**words, archived="archived" in request.args)
    return chosen_entries()


@web.get("/exports/<any(sites,findings,audit,uptime):what>")
def export(what: str) -> str:
    """In which form; the list's filters come with the address."""
    kind, title = EXPORTS[what]
    if not may(actor(), kind_of(kind).permission):
        raise NotPermittedError
    filters = {name: value for name, value in request.args.items() if value and name != "cursor"}
    narrowed = filter_words(filters)
    return render_template(
        "jobs/export.html", what=what, title=str(title), filters=filters, narrowed=narrowed
    )


@web.post("/exports/<any(sites,findings,audit,uptime):what>")
def export_post(what: str) -> BaseResponse:
    kind, _title = EXPORTS[what]
    chosen = request.form.get("format", "")
    values = {"format": chosen if chosen in FORMATS else "xlsx", "locale": current_locale()}
    try:
        made = ask_for(actor(), kind, {**values, **_filters(what)})
    except (ConflictError, InvalidError) as error:
        say(in_words(error.msg), bad=True)
        return go(url_for("web.export", what=what))
    return go(url_for("web.job", work_id=made.id))
