"""Cookies: their attributes, what they hold, and how they are made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.bug.gathered import Gathered
from app.engine.bug.mask import mask_secret
from app.engine.bug.reading.answers import answers
from app.engine.bug.reading.cookies import SetCookie, parse_cookie
from app.engine.bug.reading.session_ids import weakness_of
from app.engine.bug.reading.tokens import guessed_flask_key, jwt_of, serialized_kind, unpacked
from app.engine.bug.registry import site_check
from app.engine.bug.types import Hit, Response

_DAY = 86_400
_LONG = 30 * _DAY
_MOST_LOCATIONS = 20
_AUTHORITY = re.compile(
    r"""(?:^|[{;,&|\s"'])(?:is[-_]?)?(?:admin|role|roles|privilege|access[-_]?level|user[-_]?type|superuser|staff|"""
    r"""authenticated|logged[-_]?in)["']?\s?[:=]\s?["'\[]{0,2}(?:true|false|yes|no|[01]\b|admin|user|guest|member|"""
    r"""customer|editor|operator|root|superuser)""",
    re.I,
)
_AUTHORITY_NAME = re.compile(
    r"^(?:is[-_]?)?(?:admin|role|user[-_]?role|privilege|access[-_]?level|user[-_]?type|superuser|staff)$",
    re.I,
)
_AUTHORITY_VALUE = re.compile(
    r"^(?:true|false|yes|no|[01]|admin\w*|user|guest|member|customer|editor|operator|root|superuser)$", re.I
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PERSONAL = re.compile(
    r"""["']?(password|passwd|pwd|pass|ssn|credit[-_]?card|card[-_]?number|cvv|email|phone|id[-_]?card)["']?\s?[:=]\s?"""
    r"""["']?[^"',;&}\s]{3,}""",
    re.I,
)
_PAIR = re.compile(r"[A-Za-z][\w.@+-]{1,40}:[!-9;-~]{4,60}")
_PASSWORD_NAME = re.compile(r"^(?:user[-_]?)?(?:password|passwd|pwd|pass)$", re.I)


@dataclass(frozen=True, slots=True)
class _Sight:
    """A cookie and the answer that set it."""

    cookie: SetCookie
    response: Response

    @property
    def is_https(self) -> bool:
        return self.response.url.startswith("https:")


@site_check("cookies")
def look(gathered: Gathered) -> Iterator[Hit]:
    sights = [sight for response in answers(gathered) for sight in _set_by(response)]
    count: dict[tuple[str, str], int] = {}
    for sight in sights:
        for rule, said in _seen(sight, gathered):
            key = (rule, sight.cookie.name)
            count[key] = count.get(key, 0) + 1
            if count[key] <= _MOST_LOCATIONS:
                yield _hit(rule, sight, said)
    yield from _weak_ids(sights)


def _set_by(response: Response) -> Iterator[_Sight]:
    for header in response.values("set-cookie")[:50]:
        cookie = parse_cookie(header, response.at)
        if cookie is not None and not cookie.is_deleted:
            yield _Sight(cookie, response)


def _seen(sight: _Sight, gathered: Gathered) -> Iterator[tuple[str, str]]:
    yield from _attributes(sight)
    yield from _reach(sight, gathered)
    yield from _content(sight.cookie)


def _attributes(sight: _Sight) -> Iterator[tuple[str, str]]:
    cookie = sight.cookie
    session = cookie.is_session_like
    # Over plain HTTP only a session's cookie is worth a word: there it is read by anybody on the way.
    if not cookie.is_secure and (session or sight.is_https):
        yield ("without-secure" if session else "without-secure-minor"), ""
    if not cookie.is_http_only and session:
        yield "without-httponly", ""
    if cookie.same_site not in ("strict", "lax", "none"):
        yield ("without-samesite" if session else "without-samesite-minor"), ""
    elif cookie.same_site == "none" and not cookie.is_secure:
        yield "samesite-none-without-secure", ""
    elif cookie.same_site == "none" and session:
        yield "samesite-none", ""
    # Who ticks "remember me" asks for a long life; ten years is longer than anybody meant.
    most = 367 * _DAY if "remember" in cookie.name.lower() else _LONG
    if session and cookie.life is not None and cookie.life > most:
        yield "persistent-session", f"{cookie.life / _DAY:.0f}"


def _reach(sight: _Sight, gathered: Gathered) -> Iterator[tuple[str, str]]:
    cookie, name = sight.cookie, sight.cookie.name.lower()
    is_host = name.startswith("__host-")
    if is_host and (cookie.domain or cookie.path != "/" or not cookie.is_secure):
        yield "prefix-broken", "__Host-"
    elif name.startswith("__secure-") and not cookie.is_secure:
        yield "prefix-broken", "__Secure-"
    host = gathered.host
    if cookie.domain and cookie.domain != host and host.endswith("." + cookie.domain):
        yield ("broad-domain" if cookie.is_session_like else "broad-domain-minor"), cookie.domain


def _content(cookie: SetCookie) -> Iterator[tuple[str, str]]:
    kind = serialized_kind(cookie.value)
    if kind:
        yield "serialized-object", kind
    token = jwt_of(cookie.value)
    if token is not None:
        if token.is_unsigned:
            yield "jwt-unsigned", token.algorithm
        guessed = token.guessed_key
    else:
        guessed = guessed_flask_key(cookie.value)
    if guessed:
        yield "guessable-key", mask_secret(guessed)
    # What is signed cannot be changed; it can still be read.
    plain = unpacked(cookie.value) if token is None else " ".join(f"{k}={v}" for k, v in token.claims.items())
    if token is None and not _is_signed(cookie.value) and _names_authority(cookie, plain):
        yield "authority", ""
    if _PASSWORD_NAME.match(cookie.name) and len(cookie.value) > 2:
        yield "personal-data", cookie.name
    else:
        found = _PERSONAL.search(plain) or _EMAIL.search(plain)
        if found is None and plain != cookie.value and _PAIR.fullmatch(plain):
            yield "personal-data", "user:password"
        if found:
            yield "personal-data", (found[1] if found.re is _PERSONAL else "e-mail")


def _is_signed(value: str) -> bool:
    """Three parts, or a value and a signature, as frameworks sign them."""
    return bool(re.search(r"(?:[.:]|--|%3A|%2E|s%3A)[\w-]{20,}(?:%3D|=){0,2}$", value))


def _names_authority(cookie: SetCookie, plain: str) -> bool:
    if _AUTHORITY_NAME.match(cookie.name) and _AUTHORITY_VALUE.match(plain.strip()):
        return True
    return bool(_AUTHORITY.search(plain[:2_000]))


def _weak_ids(sights: list[_Sight]) -> Iterator[Hit]:
    by_name: dict[str, list[_Sight]] = {}
    for sight in sights:
        if sight.cookie.is_session_like and re.search(
            r"sess|sid$|sid\b|token|auth|cfid", sight.cookie.name, re.I
        ):
            by_name.setdefault(sight.cookie.name, []).append(sight)
    for those in by_name.values():
        values = [sight.cookie.value for sight in those]
        weakness = weakness_of(values, those[0].response.at)
        if weakness:
            yield _hit("predictable-id", those[0], weakness)


def _hit(rule: str, sight: _Sight, said: str) -> Hit:
    cookie = sight.cookie
    attributes = [f"{cookie.name}={mask_secret(cookie.value)}"]
    attributes += [f"Domain={cookie.domain}"] if cookie.domain else []
    attributes += [f"Path={cookie.path}"] if cookie.path else []
    attributes += [f"SameSite={cookie.same_site.title()}"] if cookie.same_site else []
    attributes += ["Secure"] if cookie.is_secure else []
    attributes += ["HttpOnly"] if cookie.is_http_only else []
    return Hit(
        f"cookies.{rule}",
        sight.response.url,
        evidence=f"Set-Cookie: {'; '.join(attributes)}"[:300],
        parameter=cookie.name[:100],
        detail={"cookie": cookie.name[:100], "said": said},
        response=sight.response,
    )
