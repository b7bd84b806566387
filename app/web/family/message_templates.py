"""Templates of messages: their list, the form of one, and what it makes of a made-up message."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import ConflictError, InvalidError, RateLimitedError
from app.engine.notify.facts import NAMES
from app.engine.notify.kinds_of_message import TEMPLATE_EVENTS
from app.models import MessageTemplate
from app.service.channel import wording as service
from app.web.ask import PAGE_SIZE, cursor, go, say
from app.web.blueprint import web
from app.web.family.channels import channel_tabs
from app.web.forms.form import Form
from app.web.i18n import LANGUAGES
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.words.names import MESSAGE_KINDS
from app.web.words.routing import FAMILIES, FORMATS

START = "{{ sentence }}\n{{ site.name }}: {{ site.base_url }}\n{{ at|time }}\n{{ url }}\n"


def event_words(event: str) -> str:
    return str(FAMILIES.get(event) or MESSAGE_KINDS.get(event, event))


@web.get("/channels/templates")
def message_templates() -> str:
    page = service.list_templates(actor(), cursor=cursor(), limit=PAGE_SIZE)
    own = actor().organization.locale
    rows = [
        {
            "template": each,
            "event": event_words(each.event),
            "language": LANGUAGES.get(each.locale, each.locale),
            "is_spoken": each.locale == own,
            "format": str(FORMATS[each.format]),
        }
        for each in page.items
    ]
    more = url_for("web.message_templates", cursor=page.next_cursor) if page.next_cursor else None
    return render_template(
        "channels/templates.html", tabs=channel_tabs("message_templates"), rows=rows, more_url=more
    )


@web.get("/channels/templates/new")
def message_template_new() -> BaseResponse:
    start = {"event": "*", "locale": actor().organization.locale, "format": "text", "body": START}
    return _show(Form({**start, "title": "", "is_enabled": True}), None)


@web.post("/channels/templates/new")
def message_template_new_post() -> BaseResponse:
    return _save(None)


@web.post("/channels/templates/preview")
def message_template_preview() -> str:
    """What is typed, made of a made-up message; or what is wrong with it, with its line."""
    made, wrong = None, ""
    try:
        made = service.preview(actor(), _typed())
    except InvalidError as error:
        labels = _labels()
        wrong = "; ".join(f"{labels.get(name, name)}: {in_words(why)}" for name, why in error.fields.items())
    except RateLimitedError as error:
        wrong = in_words(error.msg)
    return render_template("channels/_preview.html", made=made, wrong=wrong)


@web.get("/channels/templates/<id:wording_id>")
def message_template(wording_id: int) -> BaseResponse:
    found = service.get_template(actor(), wording_id)
    return _show(Form(service.facts(found)), found)


@web.post("/channels/templates/<id:wording_id>")
def message_template_post(wording_id: int) -> BaseResponse:
    return _save(service.get_template(actor(), wording_id))


@web.post("/channels/templates/<id:wording_id>/delete")
def message_template_delete(wording_id: int) -> BaseResponse:
    service.delete_template(actor(), wording_id)
    say(_("The template is deleted. CloudEye's own words are sent again."))
    return go(url_for("web.message_templates"))


def _typed() -> dict[str, Any]:
    names = ("event", "locale", "format", "title", "body")
    return {name: request.form[name] for name in names if name in request.form}


def _save(template: MessageTemplate | None) -> BaseResponse:
    values = {**_typed(), "is_enabled": "is_enabled" in request.form}
    form = Form(dict(values))
    try:
        if template is None:
            service.create_template(actor(), {"event": "", "locale": "", "body": "", **values})
        else:
            service.change_template(actor(), template.id, values)
    except InvalidError as error:
        form.refuse(error)
        return _show(form, template, 400)
    except ConflictError as error:
        form.refuse(InvalidError({"event": error.msg}))
        return _show(form, template, 409)
    say(_("Saved."))
    return go(url_for("web.message_templates"))


def _labels() -> dict[str, str]:
    return {
        "event": _("Which messages"),
        "locale": _("Language"),
        "format": _("Format"),
        "title": _("Title"),
        "body": _("Message text"),
    }


def _show(form: Form, template: MessageTemplate | None, status: int = 200) -> BaseResponse:
    form.labels = _labels()
    html = render_template(
        "channels/template.html",
        form=form,
        template=template,
        event=event_words(template.event) if template else "",
        events=[(each, event_words(each)) for each in TEMPLATE_EVENTS],
        locales=list(LANGUAGES.items()),
        formats=[(name, str(words)) for name, words in FORMATS.items()],
        names=NAMES,
    )
    return make_response(html, status)
