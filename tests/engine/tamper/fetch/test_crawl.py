"""The small polite crawl: which pages it finds, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from app.engine.tamper.fetch import Fetcher, Want
from app.engine.tamper.fetch.crawl import FoundPage, find_pages
from app.engine.tamper.types import Observation
from tests.engine.tamper.fetch.conftest import LOOPBACK
from tests.engine.targets import Target, reply

HOME = "http://www.site.test/"


@dataclass
class FakeSite:
    """Answers from a table of paths; whole addresses are other hosts. What is missing is 404."""

    pages: dict[str, str | Observation]
    asked: list[str] = field(default_factory=list)
    slept: float = 0.0

    def fetch(self, wanted: Sequence[Want]) -> list[Observation]:
        return [self._answer(want.url) for want in wanted]

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def crawl(self, start: str = HOME, **how: object) -> list[FoundPage]:
        return find_pages(self, start, sleep=self.sleep, **how)  # type: ignore[arg-type]

    def _answer(self, url: str) -> Observation:
        path = url.removeprefix(HOME[:-1])
        self.asked.append(path)
        found = self.pages.get(path)
        if isinstance(found, Observation):
            return found
        body = found if found is not None else "not found"
        status = 200 if found is not None else 404
        return Observation(url, status, f"{body}".encode(), 0, "text/html; charset=utf-8", final_url=url)


def links(*paths: str, title: str = "", nav: Sequence[str] = ()) -> str:
    menu = "".join(f"<a href='{path}'>{path}</a>" for path in nav)
    return f"<title>{title}</title><nav>{menu}</nav>" + "".join(f"<a href='{path}'>x</a>" for path in paths)


def paths(found: Sequence[FoundPage]) -> list[str]:
    return [page.url.removeprefix(HOME[:-1]) for page in found]


def test_it_takes_key_pages_first_and_says_why() -> None:
    site = FakeSite(
        {
            "/": links("/story", "/about-us", "/pay", title="Home", nav=["/products", "/login"]),
            "/story": "a story",
            "/about-us": "about",
            "/pay": "pay",
            "/products": "<title>Our products</title>",
            "/login": "log in",
        }
    )
    found = site.crawl()
    assert [(page.why, path) for page, path in zip(found, paths(found), strict=True)] == [
        ("home", "/"),
        ("login", "/login"),
        ("payment", "/pay"),
        ("about", "/about-us"),
        ("navigation", "/products"),
        ("link", "/story"),
    ]
    assert (found[0].title, found[0].depth) == ("Home", 0)
    assert (found[4].title, found[4].depth) == ("Our products", 1)


def test_it_knows_a_page_by_the_links_chinese_words() -> None:
    site = FakeSite({"/": "<a href='/u'>登录</a><a href='/c'>联系我们</a>", "/u": "1", "/c": "2"})
    assert [page.why for page in site.crawl()] == ["home", "login", "contact"]


def test_it_takes_one_page_of_each_kind() -> None:
    news = {f"/news/{number}.html": f"story {number}" for number in range(50)}
    site = FakeSite({"/": links(*news), **news})
    assert paths(site.crawl()) == ["/", "/news/0.html"]


def test_it_takes_few_pages_of_one_folder() -> None:
    blog = {f"/blog/{letter * 5}": letter for letter in "abcdefgh"}
    site = FakeSite({"/": links(*blog), **blog})
    assert len(site.crawl()) == 4


@pytest.mark.parametrize(
    "link",
    [
        "/calendar?month=1",
        "/a.pdf",
        "/logo.png",
        "/logout",
        "/account/delete",
        "http://other.test/",
        "mailto:a@site.test",
        "javascript:void(0)",
        "http://[broken",
        "#top",
    ],
)
def test_it_leaves_traps_files_acts_and_strangers_alone(link: str) -> None:
    site = FakeSite({"/": links(link)})
    assert paths(site.crawl()) == ["/"]
    assert site.asked == ["/robots.txt", "/sitemap.xml", "/"]


def test_it_takes_a_query_from_the_menu() -> None:
    site = FakeSite({"/": links(nav=["/index.php?page=about"]), "/index.php?page=about": "about"})
    assert len(site.crawl()) == 2


def test_it_stays_on_the_registrable_domain_with_each_hosts_own_rules() -> None:
    site = FakeSite(
        {
            "/": links("http://shop.site.test/a", "http://closed.site.test/a"),
            "http://shop.site.test/a": "shop",
            "http://closed.site.test/robots.txt": "User-agent: *\nDisallow: /",
        }
    )
    assert paths(site.crawl()) == ["/", "http://shop.site.test/a"]
    assert "http://closed.site.test/a" not in site.asked


def test_it_goes_where_robots_permit_and_as_slowly_as_they_ask() -> None:
    site = FakeSite(
        {
            "/robots.txt": "User-agent: *\nDisallow: /private\nCrawl-delay: 4",
            "/": links("/private/a", "/open"),
            "/open": "open",
        }
    )
    assert paths(site.crawl()) == ["/", "/open"]
    assert "/private/a" not in site.asked
    assert site.slept == pytest.approx(4 * 3)


def test_it_finds_nothing_where_robots_cannot_be_read() -> None:
    broken = Observation(HOME + "robots.txt", 0, b"", 0, error="timeout")
    site = FakeSite({"/robots.txt": broken, "/": "home"})
    assert site.crawl() == []
    assert site.asked == ["/robots.txt"]


def test_it_reads_the_sitemap_that_robots_name() -> None:
    listed = "<urlset><url><loc>http://www.site.test/deep/page</loc></url></urlset>"
    site = FakeSite(
        {
            "/robots.txt": "Sitemap: http://www.site.test/map.xml",
            "/map.xml": listed,
            "/": "home",
            "/deep/page": "deep",
        }
    )
    assert [(page.why, page.depth) for page in site.crawl()] == [("home", 0), ("sitemap", 1)]


def test_it_begins_where_the_start_page_leads_to() -> None:
    landed = Observation(HOME, 200, links("/a").encode(), 0, "text/html", final_url="http://site.test/home")
    site = FakeSite({"/": landed, "http://site.test/a": "a"})
    landed_links = [page.url for page in site.crawl()]
    assert landed_links == ["http://site.test/home", "http://site.test/a"]


def test_it_takes_the_same_content_once_and_no_errors_or_files() -> None:
    data = Observation(HOME + "d", 200, b"{}", 0, "application/json", final_url=HOME + "d")
    site = FakeSite({"/": links("/a", "/b", "/gone", "/d"), "/a": "same", "/b": "same", "/d": data})
    assert paths(site.crawl()) == ["/", "/a"]


def test_it_ends_at_its_limit() -> None:
    pages = {f"/{letter * 3}": letter for letter in "abcdefghijklmnopqrstuvwxyz"}
    site = FakeSite({"/": links(*pages), **pages})
    assert len(site.crawl(limit=5)) == 5
    assert len(FakeSite({"/": links(*[f"/gone-{each * 3}" for each in "abcdefghijk"])}).crawl(limit=3)) == 1


def test_it_stops_when_told() -> None:
    site = FakeSite({"/": links("/a"), "/a": "a"})
    found: list[FoundPage] = []
    assert len(site.crawl(on_page=found.append, stop=lambda: bool(found))) == 1
    assert len(found) == 1


def test_it_is_not_led_on_for_ever_by_a_hostile_page() -> None:
    endless = links(*[f"/{'x' * (number % 50)}/{number}-{number}y" for number in range(20_000)])
    site = FakeSite({"/": endless})
    assert len(site.crawl(limit=10)) == 1
    assert len(site.asked) == 30


def test_it_gets_over_a_page_that_is_nothing_but_depth() -> None:
    assert len(FakeSite({"/": "<div>" * 200_000 + links("/a")}).crawl()) == 1


def test_it_crawls_over_real_sockets_by_its_own_name(fetcher: Fetcher) -> None:
    html = ("Content-Type: text/html",)
    with Target(reply(b"<title>Real</title>", headers=html)) as target:
        found = find_pages(fetcher, target.url(), allow=LOOPBACK, pause_seconds=0)
        assert all(b"User-Agent: Mozilla/5.0 (compatible; CloudEye/1.0)" in each for each in target.requests)
    assert found == [FoundPage(target.url(), "Real", 0, "home")]
