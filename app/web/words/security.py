"""The words of a site's security page and its settings: schedules, and what each consent permits."""

from __future__ import annotations

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

SCHEDULES = {
    "off": _l("Only when asked for"),
    "daily": _l("Every day"),
    "weekly": _l("Every week"),
    "monthly": _l("Every month"),
}
CONSENTS = {
    "reflected": (
        _l("Reflected values"),
        _l(
            "Sends a random word with quotes and an unknown element in parameters, and looks whether the "
            "page repeats it unescaped. Search logs and statistics will show such words."
        ),
    ),
    "quote": (
        _l("Quotation marks"),
        _l(
            "Adds one quotation mark to parameters and looks whether the database complains. Nothing is read "
            "or changed, but the site may log errors."
        ),
    ),
    "crlf": (
        _l("Line ends"),
        _l("Puts a line end into parameters and looks whether the answer gets a header from it."),
    ),
    "host-header": (
        _l("Foreign host names"),
        _l(
            "Names another host in a request and looks whether links and redirects believe it. Each request "
            "has an address of its own, so that no cache keeps the answer for others."
        ),
    ),
    "weak-password": (
        _l("Default log-ins"),
        _l(
            "Tries the log-ins that products are delivered with: at most three a place and never two for one "
            "user, so that no account is locked."
        ),
    ),
}
"""Consent: its words, and what it permits."""

LOGIN_KINDS = {
    "": _l("None: as any visitor"),
    "headers": _l("Headers, such as a cookie or a token"),
    "form": _l("A log-in form that is filled in"),
}


def weekdays() -> list[tuple[str, str]]:
    """Monday is 0."""
    names = get_day_names("wide", "stand-alone", locale=get_locale())
    return [(str(number), names[number]) for number in range(7)]


def hour_text(hour: int) -> str:
    return f"{hour:02d}:00"


def schedule_text(schedule: str, hour: int, weekday: int, month_day: int) -> str:
    """`Every week, Monday at 03:00`."""
    at = hour_text(hour)
    if schedule == "weekly":
        return _("Every week, %(day)s at %(hour)s", day=weekdays()[weekday][1], hour=at)
    if schedule == "monthly":
        return _("Every month, day %(day)s at %(hour)s", day=month_day, hour=at)
    return _("Every day at %(hour)s", hour=at) if schedule == "daily" else str(SCHEDULES["off"])
