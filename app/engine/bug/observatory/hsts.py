"""Strict-Transport-Security (RFC 6797): are browsers told to come back by HTTPS only?"""

from __future__ import annotations

import re

from app.engine.bug.observatory.preload import is_preloaded
from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.words import trim

NAME = "strict-transport-security"
SIX_MONTHS = 15_552_000
"""Seconds; 180 days, which many sites mean by six months."""
_NUMBER = re.compile(r"[+-]?\d+")


def judge(seen: Seen) -> str:
    if seen.https is None:
        return "hsts-not-implemented-no-https"
    if is_preloaded(seen.host, seen.preload):
        return "hsts-preloaded"
    if not seen.https.verified:
        return "hsts-invalid-cert"
    header = seen.https.header(NAME)
    return "hsts-not-implemented" if header is None else _age(header[:1024])


def is_passed(result: str) -> bool:
    return result in ("hsts-preloaded", "hsts-implemented-max-age-at-least-six-months")


def _age(header: str) -> str:
    ages = [
        parameter[len("max-age=") : 128]
        for parameter in (trim(part).lower() for part in header.split(";"))
        if parameter.startswith("max-age=")
    ]
    if "," in header or not ages:
        return "hsts-header-invalid"
    number = _NUMBER.match(trim(ages[-1]))
    # What is no number at all is let pass: the tests' original compares it and finds it not too small.
    is_short = number is not None and int(number[0]) < SIX_MONTHS
    return f"hsts-implemented-max-age-{'less-than' if is_short else 'at-least'}-six-months"
