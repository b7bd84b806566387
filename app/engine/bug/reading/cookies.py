"""Set-Cookie as browsers read it (RFC 6265bis §5.6), and which names hold sessions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

_SESSION = re.compile(
    r"^(?:__host-|__secure-)?(?:.*sess(?:ion)?(?:[-_.]?id)?|.*[-_.]?sid|connect\.sid|jsessionid\w*|phpsessid|"
    r"asp\.?net[-_]?sessionid|aspsessionid\w*|cfid|cftoken|cfglobals|\.aspxauth|\.aspnet(?:core)?\.\w+|"
    r".*auth(?:[-_]?token)?|.*jwt|(?:access|id|refresh|login|user|remember|api|bearer)[-_]?(?:me)?[-_]?token|"
    r"token|remember[-_]?me|remember_\w+|laravel_session|symfony|wordpress_(?:logged_in|sec)\w*|"
    r"(?:php|rack|ci|flask|django|play|sails|koa|beaker|tornado)[-_.]?session|sessid|sess|login|logged[-_]?in|"
    r"user[-_]?(?:id|session)|identity|satoken)$",
    re.I,
)
_NO_SESSION = re.compile(
    r"csrf|xsrf|consent|theme|lang|locale|^_ga|^_gid|^__utm|analytics|tracking|visitor", re.I
)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One Set-Cookie. `same_site` is in lower case, empty when missing; `life` is in seconds, None for one
    that ends with the browser."""

    name: str
    value: str
    domain: str = ""
    path: str = ""
    same_site: str = ""
    is_secure: bool = False
    is_http_only: bool = False
    life: float | None = None

    @property
    def is_session_like(self) -> bool:
        """Whether the name is that of a session or of a log-in."""
        return bool(_SESSION.match(self.name[:100])) and not _NO_SESSION.search(self.name[:100])

    @property
    def is_deleted(self) -> bool:
        return (self.life is not None and self.life <= 0) or self.value.strip('"').lower() in ("", "deleted")


def parse_cookie(header: str, now: float) -> SetCookie | None:
    """One Set-Cookie header, None for what a browser ignores. `now` is when it came, in unix seconds."""
    pair, *attributes = header[:8_000].split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        return None
    given: dict[str, str] = {}
    for each in attributes[:20]:
        key, _, content = each.partition("=")
        given[key.strip().lower()] = content.strip()
    return SetCookie(
        name.strip(),
        value.strip(),
        given.get("domain", "").lstrip(".").lower(),
        given.get("path", ""),
        given.get("samesite", "").lower(),
        "secure" in given,
        "httponly" in given,
        _life(given, now),
    )


def _life(given: dict[str, str], now: float) -> float | None:
    if "max-age" in given:
        if re.fullmatch(r"-?\d{1,12}", given["max-age"]):
            return float(given["max-age"])
    if "expires" in given:
        try:
            moment = parsedate_to_datetime(given["expires"].replace("-", " "))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.timestamp() - now
    return None
