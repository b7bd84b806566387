"""A configuration made ready: everything that is the same for every check of one monitor, done once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pycurl

from app.engine.net.curl import Option
from app.engine.net.resolver import Family
from app.engine.net.target import Target, parse_target
from app.engine.usability.content.assertions import Assertion
from app.engine.usability.content.judge import wants_body, wants_headers
from app.engine.usability.content.status_list import read_status_list
from app.engine.usability.http.proxy import Proxy, read_proxy
from app.engine.usability.types import Check

if TYPE_CHECKING:
    from app.engine.usability.http.fields import ConnectionFields
    from app.engine.usability.probes.http import HttpConfig

Made = TypeVar("Made")
_WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}
# These say what a browser likes, not who is asking; all others stay at the origin they were written for.
_HARMLESS_HEADERS = {"accept", "accept-language", "user-agent", "cache-control", "pragma"}
_ENCODINGS = "Accept-Encoding: gzip, deflate"
_VERSIONS = {
    "1.0": pycurl.CURL_HTTP_VERSION_1_0,
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2_0,
    "2-prior-knowledge": pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
    "3": pycurl.CURL_HTTP_VERSION_3ONLY,
}


@dataclass(slots=True)
class Plan:
    """A compiled HTTP configuration.

    `judges` says that there is more to judge than the status, `keeps` that body and headers are needed for
    it. `is_suspect` is true while the last check was not good: the next one keeps what proves it.
    `keeps_cookies` is learned from redirects that lead in a circle without them.
    """

    config: HttpConfig
    target: Target
    accepted: frozenset[int]
    max_body: int
    wants_text: bool
    judges: bool
    keeps: bool
    family: Family
    options: tuple[Option, ...]
    assertions: tuple[Assertion, ...]
    proxy: Proxy | None
    is_rerouted: bool
    is_suspect: bool = False
    keeps_cookies: bool = False

    @classmethod
    def of(cls, config: HttpConfig, *, keeps: bool = False) -> Plan:
        assertions = tuple(config.assertions)
        wants_keyword = bool(config.keyword or config.keyword_absent)
        wants_text = wants_keyword or wants_body(assertions)
        return cls(
            config=config,
            target=parse_target(config.url),
            accepted=read_status_list(config.accepted_status),
            max_body=config.max_body_kb * 1024,
            wants_text=wants_text,
            judges=wants_text or bool(assertions) or config.http_version != "auto" or keeps,
            keeps=keeps or wants_text or wants_headers(assertions),
            family=config.ip_version,
            options=tuple(request_options(config, config.method, wants_text, is_foreign=False)),
            assertions=assertions,
            proxy=read_proxy(config.proxy),
            is_rerouted=bool(config.proxy or config.connect_to),
        )


def request_options(
    config: HttpConfig,
    method: str,
    wants_text: bool,
    *,
    is_foreign: bool,
    token: str = "",
    cookies: str = "",
) -> list[Option]:
    """The curl options that a request needs beyond the usual ones; empty for a plain GET.

    `is_foreign` means a redirect has led to another origin, which must not see the monitor's credentials.
    `token` is the one of OAuth 2, `cookies` a jar's header: a character a byte.
    """
    options = _connection_options(config, is_foreign)
    options += _method_options(config, method)
    headers = _headers(config, is_foreign)
    names = {each.partition(":")[0].rstrip(";").lower() for each in headers}
    if wants_text and "accept-encoding" not in names:
        headers.append(_ENCODINGS)
    if method in _WITH_BODY and config.body:
        headers.append("Expect:")
        if config.content_type and "content-type" not in names:
            headers.append(f"Content-Type: {config.content_type}")
    bearer = token or (config.auth.token if config.auth.type == "bearer" else "")
    if bearer and not is_foreign and "authorization" not in names:
        headers.append(f"Authorization: Bearer {bearer}")
    if headers:
        options.append((pycurl.HTTPHEADER, [each.encode() for each in headers]))
    if cookies and "cookie" not in names:
        options.append((pycurl.COOKIE, cookies.encode("latin-1")))
    return options


def _headers(config: HttpConfig, is_foreign: bool) -> list[str]:
    return [
        f"{name}: {value}" if value else f"{name};"
        for name, value in config.headers.items()
        if not is_foreign or name.lower() in _HARMLESS_HEADERS
    ]


def _connection_options(config: ConnectionFields, is_foreign: bool) -> list[Option]:
    options: list[Option] = []
    if not config.verify_tls:
        options += [(pycurl.SSL_VERIFYPEER, 0), (pycurl.SSL_VERIFYHOST, 0)]
    if config.ca_bundle:
        options.append((pycurl.CAINFO_BLOB, config.ca_bundle.encode()))
    if config.http_version != "auto":
        options.append((pycurl.HTTP_VERSION, _VERSIONS[config.http_version]))
    return options if is_foreign else options + _credentials(config)


def _credentials(config: ConnectionFields) -> list[Option]:
    options: list[Option] = []
    auth = config.auth
    if auth.type in ("basic", "digest"):
        kind = pycurl.HTTPAUTH_BASIC if auth.type == "basic" else pycurl.HTTPAUTH_DIGEST
        options += [
            (pycurl.HTTPAUTH, kind),
            (pycurl.USERNAME, auth.username.encode()),
            (pycurl.PASSWORD, auth.password.encode()),
        ]
    if config.client_certificate:
        # In memory: a key in a file could be read by others.
        options += [
            (pycurl.SSLCERT_BLOB, config.client_certificate.encode()),
            (pycurl.SSLKEY_BLOB, config.client_key.encode()),
        ]
        if config.client_key_password:
            options.append((pycurl.KEYPASSWD, config.client_key_password.encode()))
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


class PlanCache(Generic[Made]):
    """Plans by monitor, compared with the configuration they were made from."""

    def __init__(self, make: Callable[[Check], Made], size: int = 20_000) -> None:
        self._make = make
        self._size = size
        self._plans: OrderedDict[int, tuple[dict[str, Any], Made]] = OrderedDict()

    def get(self, check: Check) -> Made:
        """Raises pydantic's ValidationError when the configuration is unusable."""
        known = self._plans.get(check.monitor_id)
        if known is not None and (known[0] is check.config or known[0] == check.config):
            return known[1]
        plan = self._make(check)
        self._plans[check.monitor_id] = (check.config, plan)
        self._plans.move_to_end(check.monitor_id)
        if len(self._plans) > self._size:
            self._plans.popitem(last=False)
        return plan
