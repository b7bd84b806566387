"""Sentences of services and validators in the page's language.

Services speak English. A sentence with values in it is recognised by its pattern; what nobody translated is
shown as it came, which is better than nothing.
"""

from __future__ import annotations

import re
from functools import cache

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.web.messages import (
    access,
    account,
    availability,
    bug,
    delivery,
    factor,
    file,
    job,
    protocol,
    request,
    scope,
)
from app.web.words import alerting, routing

KNOWN = (
    _l("must not be empty"),
    _l("is wrong"),
    _l("is not an e-mail address"),
    _l("the account or the password is wrong"),
    _l("your role does not permit this"),
    _l("this is for members who are not narrowed to some sites"),
    _l("an owner cannot be narrowed to some sites"),
    _l("the CSRF token is missing or wrong; reload the page and try again"),
    _l("there is no such thing here"),
    _l("there is no such site"),
    _l("there is no such monitor"),
    _l("there is no such incident"),
    _l("there is no such channel"),
    _l("there is no such delivery"),
    _l("the monitor is paused; resume it first"),
    _l("the site is archived; restore it first"),
    _l("the incident is closed"),
    _l("this clashes with what is there"),
    _l("Redis is not available"),
    _l("the database is not available"),
    _l("a tag has 1 to 50 characters and no comma"),
    _l("must be an IANA time zone such as Asia/Shanghai"),
    _l("is not a monitor type"),
    _l("Input should be a valid integer"),
    _l("Input should be a valid integer, unable to parse string as an integer"),
    _l("must be a whole number"),
    _l("is not a URL"),
    _l("the two passwords differ"),
    _l("must be filled in"),
    _l("is not a cursor of this list"),
    _l("The URL contains a space, a backslash or a control character."),
    _l("The URL must begin with http:// or https://."),
    _l("The URL must not contain a user name or password."),
    _l("The URL has no readable host."),
    _l("The port must be between 1 and 65535."),
    _l("The host in brackets is not an IPv6 address."),
    _l("The host is not a valid name."),
    _l("The host is not a valid international name."),
    _l("there is no such watch"),
    _l("there is no such alert"),
    _l("there is no such snapshot"),
    _l("there is no such deployment"),
    _l("there is no such discovery, or it is over an hour ago"),
    _l("the watch is paused; resume it first"),
    _l("nothing was kept of the changed page; make room and check it again"),
    _l("nothing of this page has been approved yet"),
    _l("this is not allowed on the page"),
    _l("others are making evidence packages at this moment; try again"),
    _l("choose at least one page"),
    _l("must be keys of this alert's reasons"),
)
PATTERNS = (
    (r"Field required", _l("must be filled in")),
    (r"must have at least (?P<n>\d+) characters", _l("must have at least %(n)s characters")),
    (r"must have at most (?P<n>\d+) characters", _l("must have at most %(n)s characters")),
    (r"too many tries; try again in (?P<n>\d+) s", _l("too many tries; try again in %(n)s s")),
    (r"at most (?P<n>\d+) tags", _l("at most %(n)s tags")),
    (
        r"must not be longer than the interval \((?P<n>\d+) s\)",
        _l("must not be longer than the interval (%(n)s s)"),
    ),
    (r"must be between (?P<a>\d+) and (?P<b>\d+)", _l("must be between %(a)s and %(b)s")),
    (r"The URL is longer than (?P<n>\d+) characters\.", _l("must have at most %(n)s characters")),
    (r"must be from (?P<a>\d+) to (?P<b>\d+)", _l("must be between %(a)s and %(b)s")),
    (r"must be 1 to (?P<n>\d+) patterns such as /news/\*", _l("must be 1 to %(n)s paths such as /news/*")),
    (r"(?P<what>'.*') is not a CSS selector", _l("%(what)s is not a CSS selector")),
    (r"the alert is (?P<state>\w+) already", _l("the alert is %(state)s already")),
    (r"the deployment is (?P<state>\w+) already", _l("the release is %(state)s already")),
    (r"an organization has at most (?P<n>\d+) watches", _l("an organization has at most %(n)s watches")),
    (r"Input should be greater than or equal to (?P<n>\S+)", _l("must be at least %(n)s")),
    (r"Input should be less than or equal to (?P<n>\S+)", _l("must be at most %(n)s")),
    (r"String should have at most (?P<n>\d+) characters", _l("must have at most %(n)s characters")),
    (r"String should have at least (?P<n>\d+) characters?", _l("must have at least %(n)s characters")),
    (
        r"(?P<what>.*); write networks such as 10\.0\.0\.0/8",
        _l("%(what)s; write networks such as 10.0.0.0/8"),
    ),
)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    known = (
        *PATTERNS,
        *access.PATTERNS,
        *account.PATTERNS,
        *bug.PATTERNS,
        *delivery.PATTERNS,
        *factor.PATTERNS,
        *file.PATTERNS,
        *job.PATTERNS,
        *protocol.PATTERNS,
        *request.PATTERNS,
        *availability.PATTERNS,
        *alerting.PATTERNS,
        *routing.PATTERNS,
        *scope.PATTERNS,
    )
    return [(re.compile(pattern), words._args[0]) for pattern, words in known]


def in_words(message: str) -> str:
    """The sentence in the page's language."""
    for pattern, msgid in _patterns():
        if match := pattern.fullmatch(message):
            return gettext(msgid, **match.groupdict())
    return gettext(message) if message and "%" not in message else message


def whole(text: str) -> str:
    """A message that stands by itself: with a capital in front and a full stop behind.

    What begins with no plain word begins with a name, such as a file's, which stays as it is.
    """
    if not text:
        return text
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    begun = text[0].upper() + text[1:] if first.isalpha() else text
    return begun if begun[-1] in ".!?…。！？" else f"{begun}{'.' if begun[-1].isascii() else '。'}"
