"""WHOIS (RFC 3912): text for people, of which each registry has its own kind.

Read with plain comparisons, line by line: an expression over a stranger's text can be made slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from app.engine.net.target import TargetError, parse_target
from app.engine.usability.domain.dates import read_moment
from app.engine.usability.domain.record import NotRegisteredError, Record, UnreadableError, short, status_word

Pairs = list[tuple[str, str]]


def _names(text: str) -> frozenset[str]:
    return frozenset(each.strip() for each in text.replace("\n", "|").split("|")) - {""}


_EXPIRES = _names(
    """
    expire|expires|expires on|expires at|expiry|expiry date|expire date|expire-date|expiration|expiration date
    expiration time|exp date|registry expiry date|registrar registration expiration date|domain expires
    domain expiration date|domain expiry date|record expires|record expires on|paid-till|paid till
    renewal date|renewal|renew-date|valid until|validity|free-date|data scadenza|domain_datebilleduntil
    有効期限|到期日期|到期时间|过期时间|사용 종료일
    """
)
_REGISTERED = _names(
    """
    created|created on|record created on|created date|creation date|registered|registered on|registered date
    registration date|registration time|domain registered|domain_dateregistered|登録年月日|注册日期|注册时间
    등록일
    """
)
_CHANGED = _names("updated date|last updated|last-update|last update|changed|modified|last modified|最終更新")
_REGISTRAR = _names("registrar|registrar name|sponsoring registrar|注册商")
_STATUS = _names("status|domain status|registration status|state|eppstatus|ステータス|状態|域名状态")
_SERVER = _names("name server|nameserver|name servers|nserver|host name|ネームサーバ")
_REFER = _names("refer|whois|whois server|registrar whois server")
_UNKNOWN = (
    "no match",
    "not found",
    "no data found",
    "no entries found",
    "no object found",
    "domain not found",
    "nothing found",
    "object does not exist",
    "the queried object does not exist",
    "domain status: available",
    "domain status: no object found",
    "status: free",
    "status: available",
    "the domain has not been registered",
    "no information available",
    "no such domain",
    "no found",
    "object_not_found",
)
_UNKNOWN_INSIDE = (
    "is free", "is available for", "not been registered", "no matching record", "no match for", "- no match",
    "no entries found", "/object_not_found",
)  # fmt: skip
# `domain "a.se" not found`: said of the domain, and not of a server or a service.
_DOMAIN = ("domain ", "the domain ", "the requested domain ", "error:103: domain ")
_UNKNOWN_DOMAIN = ("not found", "does not exist", "not registered")
_LIMITED = (
    "limit exceeded",
    "quota exceeded",
    "queries exceeded",
    "has been exceeded",
    "interval is too short",
    "too many requests",
    "too many queries",
    "try again later",
)
# `Record expires on 2027-05-01 (YYYY-MM-DD)`, as .tw and .mo write.
_RECORD = re.compile(r"\s*(record (?:expires|created) on) (\d.*)", re.IGNORECASE)
# What some servers want beside the name: one answer instead of a list, ASCII, or English.
_QUESTIONS = {
    "whois.verisign-grs.com": "domain {}",
    "whois.denic.de": "-T dn,ace {}",
    "whois.jprs.jp": "{}/e",
    "whois.punktum.dk": "--charset=utf-8 {}",
}
_MOST_LINES = 2000
_MOST = 30
_LINE = 300


class LimitedError(Exception):
    """The server has heard enough of us for now."""


def question_for(server: str, domain: str) -> str:
    """What to ask this server about a domain."""
    return _QUESTIONS.get(server, "{}").format(domain)


def referral(text: str) -> str | None:
    """The server to ask next, of IANA's or a registry's answer."""
    for name, value in _pairs(text):
        if name in _REFER and value:
            try:
                return parse_target(f"http://{value.partition('://')[2] or value}/").host
            except TargetError:
                continue
    return None


def read_answer(text: str, source: str) -> Record:
    """What an answer says. Raises NotRegisteredError, LimitedError, UnreadableError."""
    pairs = _pairs(text)
    record = Record(
        source=source,
        expires_ms=_moment(pairs, _EXPIRES),
        registered_ms=_moment(pairs, _REGISTERED),
        changed_ms=_moment(pairs, _CHANGED),
        registrar=next((short(value) for name, value in pairs if name in _REGISTRAR), ""),
        statuses=_all(pairs, _STATUS, status_word),
        name_servers=tuple(sorted(_all(pairs, _SERVER, _server_name))),
    )
    if record.expires_ms is not None or record.registered_ms is not None or record.name_servers:
        return record
    said = [" ".join(line.lower().strip(" %>*.!").split()) for line in _lines(text)]
    if any(_is_unknown(line) for line in said):
        raise NotRegisteredError(source)
    if any(each in line for line in said for each in _LIMITED):
        raise LimitedError(source)
    if not record.registrar and not record.statuses:
        raise UnreadableError("no field of a registration")
    return record


def _is_unknown(line: str) -> bool:
    if line.startswith(_UNKNOWN) or any(each in line for each in _UNKNOWN_INSIDE):
        return True
    return line.startswith(_DOMAIN) and any(each in line for each in _UNKNOWN_DOMAIN)


def _lines(text: str) -> list[str]:
    return [line[:_LINE] for line in text.splitlines()[:_MOST_LINES]]


def _pairs(text: str) -> Pairs:
    """Lines of `name: value` and of `[name] value`; a name alone on its line takes the line below."""
    found: Pairs = []
    lines = _lines(text)
    for number, line in enumerate(lines):
        line = line.strip()
        if not line or line[0] in "%#>*":
            continue
        name, value = _split(line)
        if not value and name and number + 1 < len(lines):
            value = lines[number + 1].strip()
        if name and value:
            found.append((name, value))
    return found


def _split(line: str) -> tuple[str, str]:
    if record := _RECORD.fullmatch(line):
        return record[1].lower(), record[2]
    is_bracketed = line.startswith("[")
    name, mark, value = line.removeprefix("[").partition("]" if is_bracketed else ":")
    if not mark:
        return "", ""
    return " ".join(name.lower().strip(" .\t").split()), value.strip(" \t:")


def _moment(pairs: Pairs, names: frozenset[str]) -> int | None:
    for name, value in pairs:
        if name in names and (moment := read_moment(value)) is not None:
            return moment
    return None


def _all(pairs: Pairs, names: frozenset[str], form: Callable[[str], str]) -> tuple[str, ...]:
    found = [form(value) for name, value in pairs if name in names]
    return tuple(dict.fromkeys(each for each in found if each))[:_MOST]


def _server_name(value: str) -> str:
    name = value.split()[0].lower().removesuffix(".")
    return name if "." in name else ""
