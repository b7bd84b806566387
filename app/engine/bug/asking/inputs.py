"""Where a site takes something from an address: the parameters that its links, pages and forms have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Form

_MAX_PARAMETERS = 12
# What these do is not ours to do, even where a site does it by a mere link.
_ACTS = re.compile(
    r"(?i)log-?out|sign-?out|delete|remove|destroy|unsubscribe|cancel|purge|reset|buy|checkout|pay|vote|add[-_]?to"
    r"|退出|删除|取消"
)
_SENDING = frozenset(
    {"text", "search", "hidden", "url", "email", "number", "tel", "select", "textarea", "date"}
)


@dataclass(frozen=True, slots=True)
class Input:
    """One parameter of an address, among its fellows. `url` has no query; values are plain characters."""

    url: str
    name: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def value(self) -> str:
        return dict(self.parameters).get(self.name, "")

    def address(self, escaped: str) -> str:
        """The address with this parameter's value replaced; `escaped` is as it goes over the wire."""
        pairs = [
            f"{quote(name, safe='[]')}={escaped if name == self.name else quote(value, safe='')}"
            for name, value in self.parameters
        ]
        return f"{self.url}?{'&'.join(pairs)}"


def inputs_of(gathered: Gathered) -> list[Input]:
    """Every parameter once by path and name, in the order of the crawl. Addresses that act are left out."""
    found: dict[tuple[str, str], Input] = {}
    for url, parameters in _queries(gathered):
        if parameters and gathered.is_ours(url) and not _ACTS.search(url):
            for name, _ in parameters:
                found.setdefault((url, name), Input(url, name, parameters))
    return list(found.values())


def _queries(gathered: Gathered) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    for page in gathered.pages:
        yield _split(page.url)
        if page.response.status >= 400:
            continue
        for link in page.links:
            if "?" in link.url and link.tag in ("a", "area", "iframe", "form"):
                yield _split(link.url)
        for form in page.forms:
            if form.method == "GET" and not form.has_password:
                yield _split(form.action)[0], _fields(form)


def _split(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ()
    pairs = parse_qsl(parts.query[:2_000], keep_blank_values=True)[:_MAX_PARAMETERS]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), tuple(pairs)


def _fields(form: Form) -> tuple[tuple[str, str], ...]:
    wanted = [each for each in form.fields if each.name and each.type in _SENDING]
    return tuple((each.name, each.value[:200] or "1") for each in wanted[:_MAX_PARAMETERS])
