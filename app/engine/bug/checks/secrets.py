"""Keys, tokens and passwords that were given out with pages, scripts and files.

What documentation shows in code markup is passed over, and so are samples: a key counts by its form and by
its entropy. Evidence is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.mask import mask_secret
from app.engine.bug.page import Page
from app.engine.bug.reading.entropy import entropy, is_placeholder, is_random
from app.engine.bug.reading.parts import Where, parts_of
from app.engine.bug.reading.signs import every
from app.engine.bug.reading.tokens import jwt_of
from app.engine.bug.registry import page_check
from app.engine.bug.signatures.secrets import (
    KEY_NAME,
    KEY_VALUE,
    NAME_LENGTH,
    PASSWORD_NAME,
    SECRETS,
    USER_BEFORE,
    VALUE,
    Secret,
)
from app.engine.bug.types import Hit

_MOST = 20
_DOCUMENTED = frozenset({"password", "pass", "passwd", "pwd", "username", "user", "secret", "passw0rd", "pw"})
_NO_PASSWORD = re.compile(
    r"^[#.\[/$%{<@&:?*(]|[/\\]|\.\w+\(|[(){}<>\[\]|,;]|^(?:new|old|confirm|current|reset|forgot)", re.I
)
_FIREBASE = re.compile(r"authDomain|firebase|maps\.google|maps/api|gapi|youtube|recaptcha|gstatic", re.I)


@page_check("secrets")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    done: set[tuple[str, str]] = set()
    for where, text in parts_of(page):
        for rule, kind, secret in (*_known(where, text), *_tokens(where, text), *_named(where, text)):
            if (rule, secret) in done or len(done) >= _MOST:
                continue
            done.add((rule, secret))
            yield _hit(page, rule, kind, secret, where)


def _known(where: Where, text: str) -> Iterator[tuple[str, str, str]]:
    for each in SECRETS:
        for seen in every(text, each.sign):
            if _is_real(each, seen.group) and (where != "preformatted" or is_random(seen.group, 2.5)):
                yield _rule_of(each, text, seen.start), each.sign.name, seen.group


def _is_real(each: Secret, value: str) -> bool:
    if is_placeholder(value) or entropy(value) < each.bits:
        return False
    if each.rule in ("connection", "address"):
        return value.lower() not in _DOCUMENTED and not re.search(r"[${}%*]|^:|^x+$|^\.+$", value)
    return True


def _rule_of(each: Secret, text: str, place: int) -> str:
    """Google's keys of maps and Firebase are made to be seen."""
    if each.rule == "browser-key" and _FIREBASE.search(text, max(0, place - 300), place + 400):
        return "public-key"
    return each.rule


def _tokens(where: Where, text: str) -> Iterator[tuple[str, str, str]]:
    place = text.find("eyJ") if where != "preformatted" else -1
    for _ in range(20):
        if place < 0:
            return
        token = jwt_of(text[place : place + 9_000])
        if token is None:
            return
        # The token that jwt.io and a thousand guides show.
        if token.claims.get("name") != "John Doe" and token.claims.get("sub") != "1234567890":
            if token.guessed_key or token.is_unsigned:
                yield "weak-token", "JSON web token", token.text
            elif token.claims.get("role") != "anon":
                yield "token", "JSON web token", token.text
        place = text.find("eyJ", text.index(token.text, place) + len(token.text))


def _named(where: Where, text: str) -> Iterator[tuple[str, str, str]]:
    """Keys and passwords known by what they are assigned to."""
    if where in ("text", "preformatted"):
        return
    for found in VALUE.finditer(text):
        start, value = max(0, found.start() - NAME_LENGTH), found[1]
        name = KEY_NAME.search(text, start, found.start()) if KEY_VALUE.fullmatch(value) else None
        if name and _is_key(value):
            # Many interfaces have keys that browsers are to see; what is called a secret is none of them.
            is_secret = re.search(r"secret|private|encrypt|sign|bearer|auth", name[1], re.I)
            yield ("assigned" if is_secret else "assigned-key"), name[1], value
        name = PASSWORD_NAME.search(text, start, found.start()) if len(value) <= 64 else None
        if name and _is_password(text, name, value):
            yield "password", name[1], value


def _is_key(value: str) -> bool:
    has_both = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    # Dotted and dashed words are names, not keys.
    words = re.fullmatch(r"[A-Za-z]+\d?(?:[._/-][A-Za-z]+\d?)+", value)
    return has_both and words is None and is_random(value, 3.4)


def _is_password(text: str, name: re.Match[str], value: str) -> bool:
    plain = value.lower()
    if (
        plain in _DOCUMENTED
        or name[1].lower() in plain
        or _NO_PASSWORD.search(value)
        or is_placeholder(value)
    ):
        return False
    if USER_BEFORE.search(text, max(0, name.start() - 120), name.start()):
        return True
    # A word may be a label or a type; a password that somebody chose has digits or signs, and letters.
    has_letters = any(map(str.isalpha, value))
    has_more = any(c.isdigit() or c in "!@#$%^&*" for c in value)
    return (
        has_letters
        and has_more
        and not re.fullmatch(r"[a-z]+(?:[-_][a-z0-9]+)+|[a-z]+\d?|\d+[a-z]{1,2}|.*=", value)
    )


def _hit(page: Page, rule: str, kind: str, secret: str, where: Where) -> Hit:
    return Hit(
        f"secrets.{rule}",
        page.url,
        evidence=f"{kind} ({where}): {mask_secret(secret)}"[:300],
        parameter=kind,
        detail={"kind": kind, "where": where},
        response=page.response,
    )
