"""All that a scan has fetched of a site, for every check to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from app.engine.bug.page import Page
from app.engine.bug.types import Response
from app.engine.net.robots import EVERYTHING, Robots
from app.engine.net.urls import host_of, site_of

if TYPE_CHECKING:
    from app.engine.bug.types import Plan


@dataclass
class Gathered:
    """`pages` are HTML pages and other documents in the order of their fetching, the home page first;
    `files` are scripts, style sheets and the like of the site itself, by address.

    `http_chain` and `https_chain` are the answers of http://host/ and https://host/, hop by hop (the last is
    no redirect, or an error). `cors` is the home page asked with a foreign `Origin`. `missing` are answers
    for addresses that cannot exist. `base_url` is where the home page stands after its redirects. `shared` is
    for facts that one check finds and others use (by name of the check); under "skips" checks leave
    `types.Skip`s for the parts of theirs that did not run.
    """

    plan: Plan
    base_url: str
    pages: list[Page] = field(default_factory=list)
    files: dict[str, Page] = field(default_factory=dict)
    http_chain: tuple[Response, ...] = ()
    https_chain: tuple[Response, ...] = ()
    cors: Response | None = None
    missing: list[Response] = field(default_factory=list)
    robots: Robots = EVERYTHING
    robots_txt: Response | None = None
    security_txt: Response | None = None
    technologies: dict[str, str] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Page | None:
        return self.pages[0] if self.pages else None

    @property
    def host(self) -> str:
        return host_of(self.base_url)

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def html(self) -> Iterator[Page]:
        """The HTML pages that were there (redirects and errors are not)."""
        return (page for page in self.pages if page.is_html and 200 <= page.response.status < 300)

    @property
    def everything(self) -> Iterator[Page]:
        """Pages and files."""
        yield from self.pages
        yield from self.files.values()

    @property
    def known_places(self) -> list[str]:
        """Addresses of the site at which the probe that runs has found something before."""
        check = self.shared.get("check", "")
        own = [url for rule, url in self.plan.revisit if rule.partition(".")[0] == check]
        return [url for url in dict.fromkeys(own) if self.is_ours(url)]

    def at(self, path: str) -> str:
        """The absolute address of a path of the site."""
        return urljoin(self.base_url, path)

    def is_ours(self, url: str) -> bool:
        """Whether the address is of the very host (and port) that is scanned, by http or https."""
        return host_of(url) == self.host

    def is_related(self, url: str) -> bool:
        """Whether the address is of the same registrable domain."""
        return site_of(host_of(url)) == site_of(self.host)
