"""A configuration made ready: everything that is the same for every check of one monitor, done once."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pycurl

from app.engine.net.curl import Option
from app.engine.net.resolver import Family
from app.engine.net.target import Target, parse_target
from app.engine.usability.types import Check

if TYPE_CHECKING:
    from app.engine.usability.probes.http import HttpConfig

_STATUS = re.compile(r"\s*([1-5][0-9]{2})\s*(?:-\s*([1-5][0-9]{2})\s*)?")
_WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}
# These say what a browser likes, not who is asking; all others stay at the origin they were written for.
_HARMLESS_HEADERS = {"accept", "accept-language", "user-agent", "cache-control", "pragma"}
_ENCODINGS = "Accept-Encoding: gzip, deflate"


def read_status_list(text: str) -> frozenset[int]:
    """Codes of a list such as `200-299,401`. Raises ValueError with a sentence."""
    codes: set[int] = set()
    for part in text.split(","):
        match = _STATUS.fullmatch(part)
        if match is None:
            raise ValueError(f"{part.strip()!r} is no status code and no range such as 200-399.")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ValueError(f"The range {part.strip()} runs backwards.")
        codes.update(range(first, last + 1))
    return frozenset(codes)


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled HTTP configuration."""

    config: HttpConfig
    target: Target
    accepted: frozenset[int]
    max_body: int
    wants_text: bool
    family: Family
    options: tuple[Option, ...]

    @classmethod
    def of(cls, config: HttpConfig) -> Plan:
        wants_text = bool(config.keyword or config.keyword_absent) and config.method != "HEAD"
        return cls(
            config=config,
            target=parse_target(config.url),
            accepted=read_status_list(config.accepted_status),
            max_body=config.max_body_kb * 1024,
            wants_text=wants_text,
            family=config.ip_version,
            options=tuple(request_options(config, config.method, wants_text, is_foreign=False)),
        )


def request_options(config: HttpConfig, method: str, wants_text: bool, *, is_foreign: bool) -> list[Option]:
    """The curl options that a request needs beyond the usual ones; empty for a plain GET.

    `is_foreign` means a redirect has led to another origin, which must not see the monitor's credentials.
    """
    options: list[Option] = []
    if not config.verify_tls:
        options += [(pycurl.SSL_VERIFYPEER, 0), (pycurl.SSL_VERIFYHOST, 0)]
    options += _method_options(config, method)
    headers = [
        f"{name}: {value}" if value else f"{name};"
        for name, value in config.headers.items()
        if not is_foreign or name.lower() in _HARMLESS_HEADERS
    ]
    names = {name.lower() for name in config.headers}
    if wants_text and "accept-encoding" not in names:
        headers.append(_ENCODINGS)
    if method in _WITH_BODY and config.body:
        headers.append("Expect:")
    if headers:
        options.append((pycurl.HTTPHEADER, [each.encode() for each in headers]))
    return options


def _method_options(config: HttpConfig, method: str) -> list[Option]:
    if method == "GET":
        return []
    if method == "HEAD":
        return [(pycurl.NOBODY, 1)]
    options: list[Option] = [(pycurl.CUSTOMREQUEST, method)]
    if method in _WITH_BODY and (config.body or method != "DELETE"):
        options = [(pycurl.POST, 1), (pycurl.POSTFIELDS, config.body.encode()), *options]
    return options


class PlanCache:
    """Plans by monitor, compared with the configuration they were made from."""

    def __init__(self, make: Callable[[Check], Plan], size: int = 20_000) -> None:
        self._make = make
        self._size = size
        self._plans: OrderedDict[int, tuple[dict[str, Any], Plan]] = OrderedDict()

    def get(self, check: Check) -> Plan:
        """Raises pydantic's ValidationError when the configuration is unusable."""
        known = self._plans.get(check.monitor_id)
        if known is not None and known[0] == check.config:
            return known[1]
        plan = self._make(check)
        self._plans[check.monitor_id] = (check.config, plan)
        self._plans.move_to_end(check.monitor_id)
        if len(self._plans) > self._size:
            self._plans.popitem(last=False)
        return plan
