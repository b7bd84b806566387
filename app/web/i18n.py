"""The language and the time zone of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, request
from flask_babel import Babel, get_locale

from app.web.identity import reader

if TYPE_CHECKING:
    from flask import Flask

LANGUAGES = {"en": "English", "zh": "中文"}
COOKIE = "locale"


def choose_locale() -> str | None:
    """The user's choice, then this browser's, then the organization's, then what the browser asks for.

    The organization has chosen once its first steps are done.
    """
    if not has_request_context():
        return None
    actor = reader()
    for wanted in (
        actor.user.locale if actor else None,
        request.cookies.get(COOKIE),
        actor.organization.locale if actor and actor.organization.is_set_up else None,
    ):
        if wanted in LANGUAGES:
            return wanted
    return request.accept_languages.best_match(list(LANGUAGES))


def choose_timezone() -> str | None:
    """The organization's time zone; UTC for somebody who has not logged in."""
    actor = reader() if has_request_context() else None
    return actor.organization.timezone if actor else None


def current_locale() -> str:
    """`en` or `zh`."""
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else "en"


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=choose_locale, timezone_selector=choose_timezone)
