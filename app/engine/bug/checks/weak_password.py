"""Default log-ins of known products, of HTTP Basic realms and of administrations. By consent.

No account is ever locked: at most three tries a place, none of them twice for one user, and nothing more once
the answer speaks of locks, captchas or too many tries. What a wrong log-in looks like is learnt from a user
who does not exist; where that one gets in too, the place proves nothing.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from app.engine.bug.asking.answers import Answers, anonymous
from app.engine.bug.asking.default_logins import is_known, product_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.http.cookies import Jar
from app.engine.bug.page import Field, Form, Page
from app.engine.bug.registry import probe
from app.engine.bug.types import Headers, Hit, Request, Response

_MAX_PLACES = {"standard": 3, "full": 8}
_REALM = re.compile(r"(?i)\bbasic\b[^,]{0,40}?realm\s{0,3}=\s{0,3}\"?([^\",]{0,200})")
_ENOUGH = re.compile(
    r"(?i)captcha|locked|too many|attempts (?:left|remaining)|try again (?:in|later)|blocked|suspended"
    r"|验证码|锁定|次数|稍后再试"
)
_ADMINISTRATION = re.compile(
    r"(?i)\badmin|administra|\bstaff\b|back-?office|control panel|manage(?:r|ment)\b|后台|管理"
)
_SENT = frozenset({"hidden", "text", "email", "password", "select"})
_REGISTRATION = re.compile(r"(?i)regist|sign-?up|reset|forgot|change|注册")


@probe("weak_password", consent="weak-password", order=70)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    most = _MAX_PLACES.get(gathered.plan.profile, 0)
    with anonymous(asker):
        for url, realm in list(_realms(asker, gathered).items())[:most]:
            yield from _try_realm(asker, url, realm)
        for page, form in _forms(asker, gathered)[:most]:
            yield from _try_form(asker, page, form)


def _realms(asker: Asker, gathered: Gathered) -> dict[str, str]:
    """Addresses that ask for a password by HTTP Basic; each realm once."""
    found: dict[str, str] = {}
    known = [*Answers(asker, gathered).all(), *(page.response for page in gathered.everything)]
    for response in known:
        realm = _REALM.search(response.header("www-authenticate"))
        if response.status == 401 and realm and realm[1] not in found.values():
            found[response.url] = realm[1]
    return found


def _try_realm(asker: Asker, url: str, realm: str) -> Iterator[Hit]:
    nobody = _ask_realm(asker, url, f"nobody-{secrets.token_hex(4)}", secrets.token_hex(6))
    if nobody.status != 401:
        return
    for user, password in product_of(realm).accounts:
        response = _ask_realm(asker, url, user, password)
        if response.error is None and response.status < 400:
            yield _hit("realm", url, user, f"realm “{realm[:80]}”: status {response.status}", response)
            return
        if response.status != 401 or _ENOUGH.search(response.text[:20_000]):
            return


def _ask_realm(asker: Asker, url: str, user: str, password: str) -> Response:
    word = base64.b64encode(f"{user}:{password}".encode()).decode()
    return asker.ask(Request(url, headers=(("Authorization", f"Basic {word}"),), max_bytes=65_536))


def _forms(asker: Asker, gathered: Gathered) -> list[tuple[Page, Form]]:
    """Log-in forms of known products and of administrations, each address once."""
    known = Answers(asker, gathered).all()
    pages = [*gathered.html, *(Page(each) for each in known if each.status == 200 and each.is_html)]
    found: dict[str, tuple[Page, Form]] = {}
    for page in pages:
        for form in page.forms:
            if _is_login(form) and asker.is_in_scope(form.action) and _is_ours_to_try(page, form):
                found.setdefault(form.action, (page, form))
    return list(found.values())


def _is_login(form: Form) -> bool:
    passwords = [each for each in form.fields if each.type == "password" and each.name]
    is_plain = form.method == "POST" and len(passwords) == 1 and not _REGISTRATION.search(form.action)
    return is_plain and _user_field(form) is not None and not _ENOUGH.search(repr(form.fields))


def _is_ours_to_try(page: Page, form: Form) -> bool:
    words = f"{urlsplit(page.url).path} {urlsplit(form.action).path} {page.title}"
    return is_known(product_of(page.text)) or bool(_ADMINISTRATION.search(words))


def _user_field(form: Form) -> Field | None:
    """The last field for text before the password."""
    found = None
    for each in form.fields:
        if each.type == "password":
            return found
        if each.type in ("text", "email") and each.name:
            found = each
    return None


def _try_form(asker: Asker, page: Page, form: Form) -> Iterator[Hit]:
    failed = _submit(asker, page, f"nobody-{secrets.token_hex(4)}", secrets.token_hex(6))
    if failed is None or _is_enough(failed[1]):
        return
    for user, password in product_of(page.text).accounts:
        answers = _submit(asker, page, user, password)
        if answers is None:
            return
        response = answers[1]
        if _is_other(response, failed[1]) and _is_inside(asker, response, Jar(*answers).headers):
            proof = f"led to {asker.redirect_of(response) or 'a page without a log-in'}"
            yield _hit("form", form.action, user, proof, response)
            return
        if _is_enough(response):
            return


def _submit(asker: Asker, page: Page, user: str, password: str) -> tuple[Response, Response] | None:
    """Fetch the form anew (its token is good once), fill and send it: both answers. None when there is no
    form any more."""
    first = asker.ask(Request(page.url, max_bytes=300_000))
    form = next((each for each in Page(first).forms if _is_login(each)), None)
    name = _user_field(form) if form is not None else None
    if form is None or name is None or _ENOUGH.search(Page(first).visible_text[:20_000]):
        return None
    values = {each.name: each.value for each in form.fields if each.name and each.type in _SENT}
    values |= {each.name: password for each in form.fields if each.type == "password"}
    values[name.name] = user
    headers: Headers = (("Referer", page.url), *Jar(first).headers)
    body = urlencode(values).encode()
    return first, asker.ask(Request(form.action, "POST", headers, body, max_bytes=300_000))


def _is_enough(response: Response) -> bool:
    """Whether the site had enough of it, or says nothing."""
    is_silent = response.error is not None or response.status in (403, 423, 429) or response.status >= 500
    return is_silent or bool(_ENOUGH.search(response.text[:20_000]))


def _is_other(response: Response, failed: Response) -> bool:
    """Whether it went otherwise than for the user who does not exist: led elsewhere, or no form any more."""
    if response.error is not None or response.status >= 400:
        return False
    there, before = (urlsplit(Asker.redirect_of(each)) for each in (response, failed))
    if there.path or before.path:
        return (there.path, there.query) != (before.path, before.query) and bool(there.path)
    return not _asks_for_password(response) and _asks_for_password(failed)


def _is_inside(asker: Asker, response: Response, cookies: Headers) -> bool:
    """Whether the page behind the log-in opens and asks for no password."""
    target = asker.redirect_of(response)
    if not target:
        return not _asks_for_password(response)
    if not asker.is_in_scope(target):
        return False
    inside = asker.ask(Request(target, headers=cookies, max_bytes=300_000))
    return inside.error is None and inside.status == 200 and not _asks_for_password(inside)


def _asks_for_password(response: Response) -> bool:
    return any(form.has_password for form in Page(response).forms)


def _hit(rule: str, url: str, user: str, proof: str, response: Response) -> Hit:
    detail = {"path": urlsplit(url).path, "user": user}
    method = response.request.method
    return Hit(
        f"weak_password.{rule}",
        url,
        f"user “{user}”, {proof}"[:300],
        method=method,
        detail=detail,
        response=response,
    )
