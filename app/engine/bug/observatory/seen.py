"""What the tests look at: the answers of a site's front door, whoever fetched them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from app.engine.bug.observatory.markup import elements
from app.engine.bug.types import Headers

HTML_TYPES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Answer:
    """A response without its body. `verified`: its certificate chain was good (True for plain HTTP)."""

    status: int
    headers: Headers = ()
    verified: bool = True

    def header(self, name: str) -> str | None:
        """The values of a header joined by ", "; None when it is missing."""
        values = [value.strip(" \t") for each, value in self.headers if each.lower() == name]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Preload:
    """An entry of a browser's list of hosts that are only ever asked by HTTPS."""

    mode: str
    include_subdomains: bool = False


@dataclass(frozen=True)
class Seen:
    """A site as a visitor finds it. `scheme` is of the answer that is judged, `body` is that answer's.

    `http` and `https` are where the chains from http://site/ and https://site/ ended, None without an answer;
    `http_route` and `https_route` are the addresses on the way, the first one included. `cors` is the answer
    to a request with the foreign `cors_origin`. `preload` holds a preload list by host.
    """

    site: str
    scheme: str
    http: Answer | None = None
    https: Answer | None = None
    http_route: tuple[str, ...] = ()
    https_route: tuple[str, ...] = ()
    cors: Answer | None = None
    cors_origin: str = ""
    set_cookie: tuple[str, ...] = ()
    body: str = ""
    preload: Mapping[str, Preload] = field(default_factory=dict)

    @property
    def page(self) -> Answer:
        """The answer that is judged."""
        answer = self.https if self.scheme == "https" else self.http
        return answer or Answer(0)

    @cached_property
    def host(self) -> str:
        """The site's name without port and path, in lower case."""
        return host_of(f"https://{self.site}")

    @property
    def media_type(self) -> str:
        """As the header spells it: other spellings of text/html do not count as HTML."""
        return (self.page.header("content-type") or "").split(";")[0]

    @cached_property
    def meta_policies(self) -> tuple[str, ...]:
        """Content security policies in meta elements, in order."""
        return self._metas[0]

    @property
    def meta_referrer(self) -> str | None:
        """The last referrer policy of a meta element."""
        return self._metas[1]

    @property
    def scripts(self) -> Sequence[Mapping[str, str]]:
        """The attributes of each script element."""
        return self._elements["script"]

    @cached_property
    def _elements(self) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = {"meta": [], "script": []}
        for name, attributes in elements(self.body, *found):
            found[name].append(attributes)
        return found

    @cached_property
    def _metas(self) -> tuple[tuple[str, ...], str | None]:
        policies: list[str] = []
        referrer = None
        if self.media_type not in HTML_TYPES:
            return (), None
        for meta in self._elements["meta"]:
            content = meta.get("content", "")
            if "http-equiv" in meta and "content" in meta:
                if content and meta["http-equiv"].strip().lower() == "content-security-policy":
                    policies.append(content)
            elif content and meta.get("name", "").strip().lower() == "referrer":
                referrer = content
        return tuple(policies), referrer


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def scheme_of(url: str) -> str:
    return url.partition(":")[0].lower()
