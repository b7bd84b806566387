"""How a scan is let in: headers to send, or a form to fill. Secrets are sealed at rest and never given out.

As people give it: {"kind": "headers", "headers": {"Cookie": "…"}, "logged_in": "…"} or {"kind": "form",
"url": "https://…/login", "fields": {"user": "…", "password": "…"}, "logged_in": "Log out"}.
"""

from __future__ import annotations

import re
from typing import Any

from app.core.errors import InvalidError
from app.core.secret_box import SealBrokenError, seal, unseal
from app.engine.bug.types import Login
from app.engine.net.target import TargetError, parse_target
from app.models import ScanSettings

MASK = "********"
MAX_VALUES = 20
_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}\Z")
_SHAPES = {"headers": {"kind", "headers", "logged_in"}, "form": {"kind", "url", "fields", "logged_in"}}


def keep_login(settings: ScanSettings, given: dict[str, Any] | None) -> None:
    """Put a checked log-in into the row; a value that comes back as its mask stays what it is."""
    if given is None:
        settings.login = settings.sealed_login = None
        return
    clean = _cleaned(given)
    secret = "headers" if clean["kind"] == "headers" else "fields"
    kept = _opened(settings) if _is_for_the_same(settings.login or {}, clean) else {}
    values = {name: kept.get(name, "") if value == MASK else value for name, value in clean[secret].items()}
    settings.login = {**clean, secret: sorted(values)}
    settings.sealed_login = seal(values)


def _is_for_the_same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether secrets of the one may stay in the other: of a kind, and for the same host."""
    hosts = [parse_target(each["url"]).authority if "url" in each else "" for each in (before, after)]
    return before.get("kind") == after["kind"] and hosts[0] == hosts[1]


def masked_login(settings: ScanSettings) -> dict[str, Any] | None:
    """The log-in as people may see it."""
    if settings.login is None:
        return None
    secret = "headers" if settings.login["kind"] == "headers" else "fields"
    return {**settings.login, secret: dict.fromkeys(settings.login[secret], MASK)}


def login_of(settings: ScanSettings) -> Login | None:
    """For the engine; None also when our key no longer opens what was sealed."""
    if settings.login is None or not (values := _opened(settings)):
        return None
    logged_in = settings.login.get("logged_in", "")
    if settings.login["kind"] == "headers":
        return Login(headers=tuple(values.items()), logged_in=logged_in)
    return Login(form_url=settings.login["url"], fields=values, logged_in=logged_in)


def _opened(settings: ScanSettings) -> dict[str, str]:
    try:
        return unseal(settings.sealed_login) if settings.sealed_login else {}
    except SealBrokenError:
        return {}


def _cleaned(given: dict[str, Any]) -> dict[str, Any]:
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in _SHAPES:
        raise InvalidError({"login.kind": "must be headers or form"})
    if unknown := given.keys() - _SHAPES[kind]:
        raise InvalidError({f"login.{name}": "is not known here" for name in unknown})
    wrong: dict[str, str] = {}
    secret = "headers" if kind == "headers" else "fields"
    values = given.get(secret)
    if problem := _problem_of(values, is_header=kind == "headers"):
        wrong[f"login.{secret}"] = problem
    url = given.get("url", "")
    if kind == "form" and not _is_address(url):
        wrong["login.url"] = "must be an address such as https://site.example/login"
    logged_in = given.get("logged_in", "")
    if not isinstance(logged_in, str) or len(logged_in) > 200:
        wrong["login.logged_in"] = "must have at most 200 characters"
    if wrong:
        raise InvalidError(wrong)
    clean = {"kind": kind, secret: values, "logged_in": logged_in}
    return {**clean, "url": url} if kind == "form" else clean


def _problem_of(values: Any, *, is_header: bool) -> str | None:
    if not isinstance(values, dict) or not 1 <= len(values) <= MAX_VALUES:
        return f"must have 1 to {MAX_VALUES} names with their values"
    for name, value in values.items():
        if not isinstance(name, str) or not isinstance(value, str) or len(name) > 200 or len(value) > 4000:
            return "must have texts of at most 4000 characters"
        if is_header and (not _HEADER.match(name) or not value.isprintable()):
            return "must have names and values that a header may have"
    return None


def _is_address(url: Any) -> bool:
    try:
        parse_target(url if isinstance(url, str) else "")
    except TargetError:
        return False
    return True
