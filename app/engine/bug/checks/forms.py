"""Forms: where they send, how, what protects them, and what they let the visitor decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Field, Form, Page
from app.engine.bug.reading.answers import answers
from app.engine.bug.reading.cookies import parse_cookie
from app.engine.bug.reading.entropy import entropy
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.reading.tokens import bytes_of, serialized_kind
from app.engine.bug.registry import page_check
from app.engine.bug.signatures.forms import (
    BLIND,
    CAPTCHA,
    CARD,
    CHANGING,
    GRAVE,
    JOINING,
    NO_POLICY,
    PRICE,
    ROLE,
    SEARCH,
    SECRET,
    TOKEN,
)
from app.engine.bug.types import Hit
from app.engine.net.urls import host_of, path_of

_SPOKEN = re.compile(r"x-(?:csrf|xsrf)|(?:csrf|xsrf)[-_]?token|csrfmiddleware", re.I)


@page_check("forms")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    if not page.is_html or page.response.status >= 400:
        return
    done: set[tuple[str, str]] = set()
    yield from _weak_policy(page)
    for form in page.forms[:100]:
        for rule, parameter, evidence in _seen(page, form, gathered):
            # The same form on every page is the same weakness: its place is where it sends to.
            key = (rule, f"{form.action} {parameter}")
            if key not in done:
                done.add(key)
                detail = {"action": clipped(form.action, 150), "field": clipped(parameter or "?", 60)}
                yield Hit(
                    f"forms.{rule}",
                    page.url,
                    evidence=evidence or _shown(form),
                    parameter=parameter or clipped(path_of(form.action), 100),
                    detail=detail,
                    response=page.response,
                )


def _seen(page: Page, form: Form, gathered: Gathered) -> Iterator[tuple[str, str, str]]:
    yield from _way(page, form, gathered)
    yield from _fields(form)
    if gathered.is_ours(form.action):
        yield from _trust(form)
        rule = _forgery(page, form, gathered)
        if rule:
            yield rule, "", ""


def _weak_policy(page: Page) -> Iterator[Hit]:
    """Password fields that take short passwords only, or say that short ones will do."""
    for element in page.tree.iter("input") if page.tree is not None else ():
        if (element.get("type") or "").lower() != "password":
            continue
        name = element.get("name") or element.get("id") or "?"
        if NO_POLICY.search(f"{name} {element.get('autocomplete') or ''}"):
            continue
        most, least = (_number(element.get(each)) for each in ("maxlength", "minlength"))
        if 0 < most <= 12 or 0 < least < 8:
            told = f'<input type="password" name="{name}" minlength="{least or ""}" maxlength="{most or ""}">'
            detail = {"field": clipped(name, 60)}
            yield Hit("forms.weak-policy", page.url, clipped(told), parameter=name, detail=detail)
            return


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,5}", text) else 0


def _way(page: Page, form: Form, gathered: Gathered) -> Iterator[tuple[str, str, str]]:
    is_secure = page.url.startswith("https:")
    to_plain = form.action.startswith("http:")
    has_file = any(field.type == "file" for field in form.fields)
    if form.has_password:
        if to_plain or not is_secure:
            yield "password-over-http", "", ""
        if form.method == "GET" and not _is_by_script(form):
            yield "password-by-get", "", ""
    elif to_plain and is_secure:
        yield "insecure-action", "", ""
    if has_file and (to_plain or not is_secure):
        yield "upload-over-http", "", ""
    if has_file:
        yield "upload", "", ""
    if host_of(form.action) and not gathered.is_related(form.action):
        yield ("password-to-foreign-host" if form.has_password else "foreign-action"), "", ""


def _is_by_script(form: Form) -> bool:
    """Whether a script sends it: no action of its own, and a handler."""
    names = {name.lower() for name in form.attributes}
    action = form.attributes.get("action", "").strip().lower()
    return (
        action.startswith("javascript:")
        or "onsubmit" in names
        or any(n.startswith(("v-", "@", "ng-", "data-ng", "hx-", "(", "x-")) for n in names)
    )


def _fields(form: Form) -> Iterator[tuple[str, str, str]]:
    for field in form.fields:
        if field.type == "password":
            if field.value and not BLIND.match(field.value):
                yield (
                    "prefilled-password",
                    field.name,
                    f'<input type="password" name="{field.name}" value="…">',
                )
            off = field.autocomplete or form.autocomplete
            if off not in ("off", "new-password", "current-password", "one-time-code"):
                yield "password-autocomplete", field.name, ""
        elif CARD.match(field.name) and field.type in ("text", "tel", "number"):
            if (field.autocomplete or form.autocomplete) != "off" and not field.autocomplete.startswith(
                "cc-"
            ):
                yield "card-autocomplete", field.name, ""


def _trust(form: Form) -> Iterator[tuple[str, str, str]]:
    """What the visitor may change although the page hides it."""
    for field in form.fields:
        if field.type != "hidden" or not field.value:
            continue
        if field.name == "__VIEWSTATE":
            yield from _view_state(form, field)
            continue
        if CAPTCHA.match(field.name) and re.fullmatch(r"\w{3,10}", field.value):
            yield "captcha-answer", field.name, clipped(f"{field.name}={field.value}", 120)
        elif SECRET.match(field.name) and not BLIND.match(field.value):
            yield "prefilled-password", field.name, f'<input type="hidden" name="{field.name}" value="…">'
        kind = serialized_kind(field.value)
        if kind:
            yield "serialized-field", field.name, f"{field.name}: {kind}"
        elif form.method == "POST" and ROLE.match(field.name):
            yield "hidden-role", field.name, clipped(f"{field.name}={field.value}", 120)
        elif (
            form.method == "POST"
            and not _is_signed(form)
            and PRICE.match(field.name)
            and re.search(r"^[^\w]{0,3}[\d.,]*[1-9]", field.value[:40])
        ):
            yield "hidden-price", field.name, clipped(f"{field.name}={field.value}", 120)


def _is_signed(form: Form) -> bool:
    return any(re.search(r"sign|hmac|checksum|digest|mac$", field.name, re.I) for field in form.fields)


def _view_state(form: Form, field: Field) -> Iterator[tuple[str, str, str]]:
    """The object state formatter's marks; without a code at its end it stops with two null marks (`dd`)."""
    data = bytes_of(field.value[:8_000]) if len(field.value) <= 8_000 else None
    if data is None or data[:2] != b"\xff\x01":
        return
    if data.endswith(b"dd"):
        yield "viewstate-without-mac", field.name, clipped(field.value, 80)
    elif not any(other.name == "__VIEWSTATEENCRYPTED" for other in form.fields):
        yield "viewstate-unencrypted", field.name, clipped(field.value, 80)


def _forgery(page: Page, form: Form, gathered: Gathered) -> str:
    """The rule about a missing token, or an empty string."""
    if form.method != "POST" or _has_token(page, form, gathered):
        return ""
    visible = [
        field for field in form.fields if field.type not in ("hidden", "submit", "button", "image", "reset")
    ]
    told = f"{path_of(form.action)} {form.attributes.get('id', '')} {form.attributes.get('name', '')}"
    names = " ".join([told, *(field.name for field in form.fields)])
    if SEARCH.search(told) or (len(visible) <= 1 and SEARCH.search(names)):
        return ""
    has_one_password = sum(field.type == "password" for field in form.fields) == 1
    if (
        has_one_password
        and len(visible) <= 4
        and not re.search(r"change|transfer|delete|profile|update", told, re.I)
    ):
        return "login-without-token"
    guard = _same_site(gathered)
    # Without any session there is nothing to forge in the name of, save what the crawl has not seen.
    grave = GRAVE.search(told) if guard == "none" else CHANGING.search(names)
    is_grave = guard != "guarded" and grave is not None and not JOINING.search(told)
    return "without-token" if is_grave else "without-token-minor"


def _same_site(gathered: Gathered) -> str:
    """Whether session cookies keep other sites out: "guarded" for all of them, "open", "none" without one."""
    known = gathered.shared.get("forms.same_site")
    if isinstance(known, str):
        return known
    cookies = [
        cookie
        for response in answers(gathered)
        for header in response.values("set-cookie")[:20]
        if (cookie := parse_cookie(header, response.at)) is not None and cookie.is_session_like
    ]
    guard = "none"
    if cookies:
        guard = "guarded" if all(cookie.same_site in ("strict", "lax") for cookie in cookies) else "open"
    gathered.shared["forms.same_site"] = guard
    return guard


@lru_cache(maxsize=8)
def _speaks_of_tokens(page: Page) -> bool:
    return _SPOKEN.search(page.text) is not None


def _is_added_by_files(gathered: Gathered) -> bool:
    """Whether a script of the site speaks of such tokens."""
    known = gathered.shared.get("forms.added")
    if not isinstance(known, bool):
        known = any(_speaks_of_tokens(page) for page in gathered.files.values())
        gathered.shared["forms.added"] = known
    return known


def _has_token(page: Page, form: Form, gathered: Gathered) -> bool:
    for field in form.fields:
        if TOKEN.search(field.name):
            return True
        if (
            field.type == "hidden"
            and len(field.value) >= 16
            and entropy(field.value) >= 3.5
            and " " not in field.value
        ):
            return True
    if any(TOKEN.search(name) for name in page.metas) or TOKEN.search(form.action):
        return True
    # A script that speaks of such tokens adds them; a cookie that holds one is sent twice.
    if _speaks_of_tokens(page) or _is_added_by_files(gathered):
        return True
    return any(re.match(r"[^=;]*(?:csrf|xsrf)", each, re.I) for each in page.response.values("set-cookie"))


def _shown(form: Form) -> str:
    names = ", ".join(field.name or field.type for field in form.fields[:8])
    return clipped(f'<form method="{form.method}" action="{form.action}"> {names}')
