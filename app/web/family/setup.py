"""The first steps on a fresh installation: the organization, a site with its first check, a channel.

Each step is a page of its own and may be skipped; whoever leaves half way finds what they have done.
"""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import CloudEyeError, InvalidError
from app.service.channel.manage import create_channel
from app.service.monitor.manage import create_monitor
from app.service.organization import change_settings, settings_of
from app.service.site import create_site
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.family.settings import zone_names
from app.web.forms.form import Form
from app.web.i18n import LANGUAGES, current_locale
from app.web.identity import actor

STEPS = ("organization", "site", "channel")


@web.get("/setup")
@web.get("/setup/<any(organization,site,channel):step>")
def setup(step: str = "organization") -> BaseResponse:
    values: dict[str, Any] = {}
    if step == "organization":
        values = {**settings_of(actor().organization), "locale": current_locale()}
    return _show(step, Form(values))


@web.post("/setup/<any(organization,site,channel):step>")
def setup_post(step: str) -> BaseResponse:
    form = Form(dict(request.form))
    try:
        if "skip" not in request.form:
            DONE[step]()
    except InvalidError as error:
        form.refuse(error)
        return _show(step, form, 400)
    return _next(step)


@web.post("/setup/done")
def setup_done() -> BaseResponse:
    """Leave the first steps."""
    change_settings(actor(), {"is_set_up": True})
    return go(url_for("web.sites"))


def _next(step: str) -> BaseResponse:
    following = STEPS.index(step) + 1
    if following < len(STEPS):
        return go(url_for("web.setup", step=STEPS[following]))
    change_settings(actor(), {"is_set_up": True})
    say(_("CloudEye is set up."))
    return go(url_for("web.sites"))


def _organization() -> None:
    values = {name: request.form.get(name, "") for name in ("name", "timezone", "locale")}
    if values["locale"] not in LANGUAGES:
        raise InvalidError({"locale": "is wrong"})
    change_settings(actor(), values)


def _site() -> None:
    """A site, and a check of its address every minute."""
    url = request.form.get("base_url", "").strip()
    site = create_site(actor(), {"name": request.form.get("name", "") or url, "base_url": url})
    create_monitor(
        actor(),
        {
            "site_id": site.id,
            "type": "http",
            "name": site.name,
            "interval_seconds": 60,
            "config": {"url": url},
        },
    )


def _channel() -> None:
    config = {"url": request.form.get("url", "").strip(), "secret": request.form.get("secret", "").strip()}
    try:
        values = {"type": "webhook", "name": request.form.get("name", "") or "Webhook", "config": config}
        create_channel(actor(), values)
    except InvalidError as error:
        raise InvalidError(
            {name.removeprefix("config."): why for name, why in error.fields.items()}
        ) from error
    except CloudEyeError as error:
        raise InvalidError({"url": error.msg}) from error


DONE = {"organization": _organization, "site": _site, "channel": _channel}


def _show(step: str, form: Form, status: int = 200) -> BaseResponse:
    form.labels = {
        "name": _("Name"),
        "timezone": _("Time zone"),
        "locale": _("Language"),
        "base_url": _("Address"),
        "url": _("URL"),
        "secret": _("Signing secret"),
    }
    html = render_template(
        f"setup/{step}.html",
        form=form,
        step=step,
        number=STEPS.index(step) + 1,
        count=len(STEPS),
        zones=zone_names(),
        locales=list(LANGUAGES.items()),
    )
    return make_response(html, status)
