"""Words that do not belong on any page of the organization, and those that do."""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.service.tamper.words import change_words, get_words
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.forms.form import Form, lines
from app.web.identity import actor
from app.web.present.tamper import tamper_tabs


def _show(form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"words": _("Sensitive words"), "allowed_words": _("Words that are none")}
    return make_response(render_template("watches/words.html", form=form, tabs=tamper_tabs("words")), status)


@web.get("/words")
def words() -> BaseResponse:
    return _show(Form(dict(get_words(actor()))))


@web.post("/words")
def words_post() -> BaseResponse:
    form = Form(request.form.to_dict())
    try:
        change_words(actor(), {name: lines(request.form.get(name)) for name in ("words", "allowed_words")})
    except InvalidError as error:
        form.refuse(error)
        return _show(form, 400)
    say(_("Saved. Pages are judged by it from their next check on."))
    return go(url_for("web.words"))
