"""Errors as pages: what happened, in one sentence, and where to go from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.core.errors import (
    CloudEyeError,
    FactorRequiredError,
    NotLoggedInError,
    PasswordDueError,
    ProofNeededError,
)
from app.web.messages.lookup import in_words, whole

if TYPE_CHECKING:
    from flask import Flask

PLAIN = Markup("<!doctype html><meta charset=utf-8><title>CloudEye</title><h1>{}</h1><p>{}</p>")


def page(status: int, sentence: str = "") -> Response:
    """The error page of a status."""
    titles = {
        400: _("This request could not be understood"),
        403: _("You may not do this"),
        404: _("There is nothing here"),
        409: _("This clashes with what is there"),
        413: _("That was too much at once"),
        429: _("Too many tries"),
        503: _("Something CloudEye needs is away"),
    }
    title = titles.get(
        status, _("Something went wrong on our side") if status >= 500 else _("That did not work")
    )
    try:
        html = render_template("errors/error.html", status=status, title=title, sentence=sentence)
    except Exception:  # Whatever broke the request (Redis, the database) may break the page about it too.
        html = str(PLAIN.format(title, sentence))
    return make_response(html, status)


def answer(error: CloudEyeError) -> Response:
    """Our own errors: to the log-in page, or a page with the sentence."""
    if error.http_status >= 500:
        # What broke while it was found out who asks is not asked again for the page's language.
        g.setdefault("actor", None)
    if isinstance(error, NotLoggedInError):
        if request.headers.get("HX-Request"):
            return Response(status=204, headers={"HX-Refresh": "true"})
        target = _back_here()
        return cast(Response, redirect(url_for("web.login", next=target if target != "/" else None)))
    if isinstance(error, ProofNeededError):
        return _elsewhere("web.confirm", _back_here())
    if isinstance(error, PasswordDueError):
        return _elsewhere("web.own_password", _back_here())
    if isinstance(error, FactorRequiredError):
        return _elsewhere("web.account_security")
    if error.http_status == 500:
        return page(500, _("The log says more, under the number %(id)s.", id=g.get("request_id", "–")))
    return page(error.http_status, whole(in_words(error.msg)))


def _elsewhere(endpoint: str, onward: str | None = None) -> Response:
    """To another page first; htmx is told by header, since it would follow the redirect itself."""
    url = url_for(endpoint, next=onward)
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": url})
    return cast(Response, redirect(url, 303))


def _back_here() -> str | None:
    """This page, or the one whose form was sent."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    parts = urlsplit(request.referrer or "")
    return parts.path if parts.netloc == request.host else None


def safe_next(target: str | None) -> str | None:
    """A path on this site, or None: nobody is sent elsewhere after log-in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def init_app(app: Flask) -> None:
    app.extensions["page_error"] = answer
