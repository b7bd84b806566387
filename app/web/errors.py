"""Errors as pages: what happened, in one sentence, and where to go from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.core.errors import CloudEyeError, NotLoggedInError
from app.web.messages import in_words

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
    if isinstance(error, NotLoggedInError):
        if request.headers.get("HX-Request"):
            return Response(status=401)
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return cast(Response, redirect(url_for("web.login", next=target if target != "/" else None)))
    return page(error.http_status, in_words(error.msg))


def safe_next(target: str | None) -> str | None:
    """A path on this site, or None: nobody is sent elsewhere after log-in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def init_app(app: Flask) -> None:
    app.extensions["page_error"] = answer
