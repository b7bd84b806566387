"""Fetch once: a small polite crawl brings everything that the passive checks look at.

1. How the site answers by http and by https, hop by hop; the home page comes of it.
2. robots.txt, security.txt, addresses that cannot exist, the home page asked by a foreign origin, the log-in.
3. Known places to be looked at again, then pages and scripts as links, forms, scripts and the sitemap name
   them: as robots.txt permits, on the very host, within depth and number, a few of a kind.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.engine.bug.frontier import Frontier, Wanted
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import AGENT, Asker
from app.engine.bug.http.course import ScanOverError
from app.engine.bug.http.login import log_in
from app.engine.bug.page import Page
from app.engine.bug.types import Login, Plan, Request, Response
from app.engine.net.robots import EVERYTHING, MAX_ROBOTS, robots_of
from app.engine.net.target import DEFAULT_PORT, TargetError, parse_target
from app.engine.net.urls import resolve
from app.engine.tamper.fetch.links import sitemap_links

FOREIGN_ORIGIN = "https://cloudeye.invalid"
_MAX_FILES = 30
_MAX_GUESSES = 30
_MAX_SITEMAP = 500_000
# A path of the site named in a script, such as "/api/users".
_PATH_IN_SCRIPT = re.compile(r"""["'`](/[A-Za-z][\w./-]{1,80})(?:\?[^"'`]{0,80})?["'`]""")
_PAGE_TAGS = frozenset({"a", "area", "iframe", "frame", "form", "link"})
OnPage = Callable[[Page], None]


def gather(asker: Asker, plan: Plan, on_page: OnPage = lambda page: None) -> Gathered:
    """Everything, as far as the plan permits; `on_page` hears of each page and file.

    Raises ScanOverError only by what is to be known before the first page; later ends leave what there is
    (`gathered.shared["ended"]` says why).
    """
    gathered = Gathered(plan, parse_target(plan.url).url)
    crawl = _Crawl(asker, plan, gathered, on_page)
    try:
        crawl.begin()
        crawl.go_on()
    except ScanOverError as over:
        gathered.shared["ended"] = over.reason
    return gathered


@dataclass
class _Crawl:
    asker: Asker
    plan: Plan
    gathered: Gathered
    on_page: OnPage
    _frontier: Frontier = field(default_factory=Frontier)
    _redirects: dict[str, tuple[Response, ...]] = field(default_factory=dict)
    _guesses: int = 0

    def begin(self) -> None:
        self._read_robots()
        self._look_at_home()
        if self.plan.login is not None:
            self._go_in(self.plan.login)
        for url in self.plan.reread:
            self._frontier.add(url, 0, "revisit")
        self._look_at_edges()
        if not self.plan.only:
            self._read_sitemap()

    def go_on(self) -> None:
        """Fetch what is known until there is enough."""
        while True:
            most = min(self.plan.connections * 2, self._pages_left)
            if most <= 0 or not self._frontier.has_more:
                break
            batch = self._chosen(self._frontier.next(most=most))
            for wanted, response in zip(batch, self.asker.ask_all([each.url for each in batch]), strict=True):
                self._take(wanted, response)
        if self._frontier.has_more and not self.asker.left:
            raise ScanOverError("budget")

    @property
    def _pages_left(self) -> int:
        """How many more may be fetched: of the pages, and of what the budget keeps for other checks."""
        kept = 0 if self.plan.profile == "passive" else self.plan.budget // 2
        # Known places are read again whatever there is room for.
        room = self.plan.max_pages + _MAX_FILES + len(self.plan.reread)
        return min(room - self._seen, self.asker.left - kept)

    @property
    def _seen(self) -> int:
        return len(self.gathered.pages) + len(self.gathered.files)

    def _chosen(self, candidates: Sequence[Wanted]) -> list[Wanted]:
        """Those that may be fetched, and for which there is room."""
        pages, files = len(self.gathered.pages), len(self.gathered.files)
        chosen = []
        for wanted in candidates:
            has_room = files < _MAX_FILES if wanted.is_file else pages < self.plan.max_pages
            if self._is_permitted(wanted) and (has_room or wanted.via == "revisit"):
                chosen.append(wanted)
                files += wanted.is_file
                pages += not wanted.is_file
        return chosen

    def _is_permitted(self, wanted: Wanted) -> bool:
        if not self.asker.is_in_scope(wanted.url):
            return False
        # Whoever has a finding there has been there.
        return wanted.via == "revisit" or self.gathered.robots.permits(parse_target(wanted.url).path)

    def _read_robots(self) -> None:
        url = resolve(self.plan.url, "/robots.txt")
        answer = self.asker.follow(Request(url, max_bytes=MAX_ROBOTS), most=3)[-1]
        self.gathered.robots_txt = answer
        robots = robots_of(answer.status, answer.body, answer.error, AGENT)
        # A site that answers every address with a page has no robots.txt.
        self.gathered.robots = EVERYTHING if answer.status == 200 and answer.is_html else robots
        delay = self.gathered.robots.delay_seconds
        if delay and not self.plan.hosts:
            self.asker.be_slower(1 / delay)

    def _look_at_home(self) -> None:
        """The home page and both chains; where the site has a port of its own, http is asked for there."""
        start = parse_target(self.plan.url)
        port = "" if start.port == DEFAULT_PORT[start.scheme] else f":{start.port}"
        other = f"{'http' if start.scheme == 'https' else 'https'}://{start.host}{port}/"
        chain = self.asker.follow(start.url, admits=True)
        chains = {start.scheme: chain}
        if self.asker.is_in_scope(other):
            chains[parse_target(other).scheme] = self.asker.follow(other)
        self.gathered.http_chain = chains.get("http", ())
        self.gathered.https_chain = chains.get("https", ())
        self.gathered.shared["tls_error"] = self.asker.tls_error
        home = chain[-1]
        if home.error is None:
            self.gathered.base_url = home.url
        for hop in (*chains.get("http", ()), *chains.get("https", ())):
            self._frontier.know(hop.url)
        if home.status:
            self._keep(Page(home, 0, "home", chain[:-1]))

    def _go_in(self, login: Login) -> None:
        """Log in, and see the home page as one who is inside."""
        came = self.gathered.shared["login"] = log_in(self.asker, login)
        if came == "ok":
            chain = self.asker.follow(self.plan.url)
            if chain[-1].status:
                self._keep(Page(chain[-1], 0, "login", chain[:-1]))

    def _look_at_edges(self) -> None:
        """Small things that many checks need."""
        base = self.gathered.base_url
        foreign = Request(base, headers=(("Origin", FOREIGN_ORIGIN),))
        security = Request(resolve(base, "/.well-known/security.txt"), max_bytes=100_000)
        missing = [
            Request(resolve(base, f"/{secrets.token_hex(8)}"), max_bytes=300_000),
            Request(resolve(base, f"/{secrets.token_hex(6)}/{secrets.token_hex(6)}.html"), max_bytes=300_000),
        ]
        answers = self.asker.ask_all([foreign, security, *missing])
        self.gathered.cors, self.gathered.security_txt = answers[0], answers[1]
        self.gathered.missing = [each for each in answers[2:] if each.error is None]
        if answers[1].status in (301, 302, 303, 307, 308):
            self.gathered.security_txt = self.asker.follow(security, most=3)[-1]
        elif answers[1].status != 200 and not self.plan.only:
            old = self.asker.ask(resolve(base, "/security.txt"))
            if old.status == 200 and not old.is_html:
                self.gathered.security_txt = old

    def _read_sitemap(self) -> None:
        named = [each for each in self.gathered.robots.sitemaps if self.asker.is_in_scope(each)]
        url = named[0] if named else resolve(self.gathered.base_url, "/sitemap.xml")
        if not self.gathered.robots.permits(parse_target(url).path):
            return
        answer = self.asker.ask(Request(url, max_bytes=_MAX_SITEMAP))
        if answer.status == 200 and not answer.is_cut and not answer.is_html:
            for address in sitemap_links(answer.body):
                self._add(address, 1, "sitemap")

    def _take(self, wanted: Wanted, response: Response) -> None:
        """One answer of the crawl: a redirect to be followed later, or a page or file."""
        before = self._redirects.pop(wanted.url, ())
        location = self.asker.redirect_of(response)
        if location:
            if len(before) < 5 and self.asker.is_in_scope(location):
                self._redirects[location] = (*before, response)
                self._frontier.add(location, wanted.depth, wanted.via)
            # What a redirect itself says (its cookies, its address) is looked at too.
            self._keep(Page(response, wanted.depth, wanted.via))
            return
        if response.status:
            self._keep(Page(response, wanted.depth, wanted.via, before), is_file=wanted.is_file)

    def _keep(self, page: Page, *, is_file: bool = False) -> None:
        if (is_file or not page.is_html) and page.via != "home" and page.response.status == 200:
            self.gathered.files[page.url] = page
        else:
            self.gathered.pages.append(page)
        if not self.plan.only and page.response.status < 400:
            self._learn(page)
        self.on_page(page)

    def _learn(self, page: Page) -> None:
        """What the page leads to."""
        deeper = page.depth + 1
        if deeper <= self.plan.max_depth:
            for link in page.links:
                if link.tag in _PAGE_TAGS:
                    via = "script" if link.tag == "link" and "stylesheet" in link.rel else "link"
                    self._add(link.url, deeper, via)
            for form in page.forms:
                self._add(form.action.partition("?")[0], deeper, "link")
        for script in page.scripts:
            if script.url:
                self._add(script.url, page.depth, "script")
        if deeper <= self.plan.max_depth:
            self._guess(page, deeper)

    def _guess(self, page: Page, depth: int) -> None:
        """Addresses that scripts name in their code."""
        if page.is_html:
            texts = [script.text for script in page.scripts if script.text]
        else:
            texts = [page.text] if "javascript" in page.response.content_type else []
        for text in texts:
            for found in _PATH_IN_SCRIPT.finditer(text[:300_000]):
                if self._guesses >= _MAX_GUESSES:
                    return
                self._guesses += 1
                self._add(resolve(page.url, found[1]), depth, "guess")

    def _add(self, url: str, depth: int, via: str) -> None:
        try:
            clean = parse_target(url.partition("#")[0]).url
        except TargetError:
            return
        if self.asker.is_in_scope(clean):
            self._frontier.add(clean, depth, via)
