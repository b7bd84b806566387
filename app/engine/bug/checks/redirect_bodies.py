"""Redirects that carry the very page which they are to keep from the visitor, and log-ins over plain HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.reading.answers import answers
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.registry import site_check
from app.engine.bug.types import Hit, Response

_LARGE = 600
_CONTENT = re.compile(r"<table\b|<textarea\b|<form[^>]{0,300}method=[\"']?post", re.I)
_LOGIN = re.compile(r"log-?in|sign-?in|auth|session|denied|unauthori[sz]ed|sso", re.I)


@site_check("redirect_bodies")
def look(gathered: Gathered) -> Iterator[Hit]:
    for response in answers(gathered):
        if 300 <= response.status < 400 and len(response.body) > _LARGE:
            yield from _judged(response)
        elif response.status == 401:
            yield from _asks_to_log_in(response)


def _judged(response: Response) -> Iterator[Hit]:
    target = response.header("location")
    # A polite redirect repeats its address and says that the page has moved.
    text = response.text[:200_000]
    if target and response.is_html and _CONTENT.search(text):
        rule = "page-before-login" if _LOGIN.search(target) else "large-body"
        yield Hit(
            f"redirect_bodies.{rule}",
            response.url,
            evidence=clipped(f"{response.status} to {target}, {len(response.body)} bytes: {_words(text)}"),
            detail={"target": clipped(target, 120), "bytes": len(response.body)},
            response=response,
        )


def _words(text: str) -> str:
    body = text[max(0, text.lower().find("<body")) :]
    return " ".join(re.sub(r"<[^<>]{0,1000}>", " ", body).split())[:150]


def _asks_to_log_in(response: Response) -> Iterator[Hit]:
    asked = response.header("www-authenticate")
    if asked.lower().startswith(("basic", "digest")):
        is_plain = response.url.startswith("http:") and asked.lower().startswith("basic")
        yield Hit(
            f"redirect_bodies.{'basic-over-http' if is_plain else 'basic'}",
            response.url,
            evidence=clipped(f"WWW-Authenticate: {asked}"),
            response=response,
        )
