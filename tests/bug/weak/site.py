"""The weak site as an application: pages made of the parts of its weaknesses, any of them mended."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from tests.bug.serving import Answer, Asked, Headers
from tests.bug.weak.model import EVERYWHERE, Header, Piece, Reply, Route, Weakness

PAGES = {
    "/": "Harbour Tea",
    "/tea": "Our teas",
    "/tea/green": "Green teas",
    "/tea/sencha": "Sencha of the first flush",
    "/cart": "Your basket",
    "/login": "Log in",
    "/register": "New customer",
    "/account": "Your account",
    "/contact": "Write to us",
    "/newsletter": "Newsletter",
    "/about": "About the house",
    "/partners": "Our partners",
    "/press": "Press",
    "/journal": "Journal",
    "/journal/harvest": "The harvest of this year",
    "/delivery": "Delivery",
    "/calculator": "Postage calculator",
    "/guestbook": "Guest book",
    "/store-finder": "Find a shop",
    "/statistics": "Figures",
    "/wholesale": "Wholesale",
    "/careers": "Work with us",
    "/app": "Tasting room",
    "/support": "Support",
}
"""The pages with a frame of the site around them; each is linked from the frame's menu."""
PLAIN = {
    "/robots.txt": "User-agent: *\nAllow: /\n\nSitemap: /sitemap.xml\n",
    "/static/site.css": "body { margin: 2rem auto; max-width: 60rem; font-family: serif }\n",
}
_PartKind = TypeVar("_PartKind")
PROMOTION = "/promotion/spring"
"""Only the site map knows it."""


@dataclass(frozen=True)
class Noise:
    """What changes between two visits and means nothing: lines above the page, a stamp on every link."""

    lines: int = 0
    stamp: str = ""


class WeakSite:
    """Answers requests. `mended` are ids of weaknesses, or `all_ids` for the twin with none left."""

    def __init__(
        self, weaknesses: Iterable[Weakness], mended: Collection[str] = (), noise: Noise | None = None
    ) -> None:
        self.weaknesses = tuple(weaknesses)
        self.mended = set(mended)
        self.noise = noise or Noise()

    @property
    def all_ids(self) -> frozenset[str]:
        return frozenset(each.id for each in self.weaknesses)

    def __call__(self, asked: Asked) -> Answer:
        if asked.scheme == "http" and "no-https-redirect" in self.mended:
            return Answer("", 301, "", (("Location", f"https://{asked.host}{asked.target}"),))
        answer = self._route(asked) or self._options(asked) or self._page(asked) or self._missing(asked)
        return Answer(answer.body, answer.status, answer.kind, answer.headers + self._headers(asked, answer))

    def _route(self, asked: Asked) -> Answer | None:
        for route, is_mended in self._parts(Route):
            if route.path == asked.path or (route.path.endswith("*") and _is_under(asked.path, route.path)):
                reply: Reply | None = route.mended if is_mended else route.weak
                if reply is not None:
                    return reply if isinstance(reply, Answer) else reply(asked)
        return None

    def _options(self, asked: Asked) -> Answer | None:
        if asked.method != "OPTIONS":
            return None
        allowed = "GET, HEAD, POST, OPTIONS" + ("" if "trace" in self.mended else ", TRACE")
        return Answer("", 204, "", (("Allow", allowed),))

    def _page(self, asked: Asked) -> Answer | None:
        path = asked.path.partition(";")[0]
        if path in PAGES:
            return Answer(self.framed(PAGES[path], self._pieces(path)))
        if path == PROMOTION:
            return Answer(self.framed("Spring promotion", self._pieces(path)))
        if path == "/sitemap.xml":
            origin = f"{asked.scheme}://{asked.host}"
            places = "".join(f"<url><loc>{origin}{each}</loc></url>" for each in (*PAGES, PROMOTION))
            return Answer(f'<?xml version="1.0"?><urlset>{places}</urlset>', kind="application/xml")
        if path in PLAIN:
            return Answer(PLAIN[path], kind="text/css" if path.endswith(".css") else "text/plain")
        return None

    def _missing(self, asked: Asked) -> Answer:
        if any(part.path == "missing" for part, is_mended in self._parts(Piece) if not is_mended):
            pieces = self._pieces("missing").replace("{path}", html.escape(asked.path))
            return Answer(f"<html><head><title>404 Not Found</title></head><body>{pieces}</body></html>", 404)
        return Answer(self.framed("Not found", "<p>We do not have that page.</p>"), 404)

    def framed(self, title: str, body: str) -> str:
        stamp = f"?{self.noise.stamp}" if self.noise.stamp else ""
        menu = "".join(f'<li><a href="{path}{stamp}">{name}</a></li>' for path, name in PAGES.items())
        return (
            "<!DOCTYPE html>\n" + "<!-- -->\n" * self.noise.lines + '<html lang="en"><head>\n'
            f"<title>{title}</title>\n"
            '<link rel="stylesheet" href="/static/site.css">\n</head><body>\n'
            f"<nav><ul>{menu}</ul></nav>\n<main><h1>{title}</h1>\n{body}\n</main>\n</body></html>\n"
        )

    def _pieces(self, path: str) -> str:
        chosen = (
            part.mended if is_mended else part.weak
            for part, is_mended in self._parts(Piece)
            if part.path == path
        )
        return "\n".join(chosen)

    def _headers(self, asked: Asked, answer: Answer) -> Headers:
        chosen: dict[str, list[str]] = {}
        # What a page says for itself comes after, and instead of, what is said everywhere.
        for place in (EVERYWHERE, asked.path):
            own: dict[str, list[str]] = {}
            for part, is_mended in self._parts(Header):
                value = part.mended if is_mended else part.weak
                if part.path == place and value is not None:
                    own.setdefault(part.name, []).append(value)
            chosen |= own
        had = {name.lower() for name, _ in answer.headers}
        return tuple(
            (name, value) for name, values in chosen.items() if name.lower() not in had for value in values
        )

    def _parts(self, kind: type[_PartKind]) -> Iterable[tuple[_PartKind, bool]]:
        for each in self.weaknesses:
            for part in each.parts:
                if isinstance(part, kind):
                    yield part, each.id in self.mended


def _is_under(path: str, pattern: str) -> bool:
    return path.startswith(pattern[:-1])
