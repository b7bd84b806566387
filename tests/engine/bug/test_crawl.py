"""The small crawl that all passive checks share, against a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import certifi
import pytest

from app.engine.bug.crawl import FOREIGN_ORIGIN, gather
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.types import Login, Plan
from tests.bug.serving import Answer, Asked, SiteServer
from tests.engine.certs import Authority

FORM = """
    <form method=post action="/in">
    <input type=hidden name=t value=9><input name=u><input type=password name=p>
"""


class Web:
    """A site of a few pages; `pages` are bodies by path, `robots` its robots.txt."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {"/": Answer("<title>Home</title>")}
        self.robots = ""
        self.server = SiteServer(self.answer)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Answer(self.robots, 200 if self.robots else 404, "text/plain")
        if asked.path == "/in" and asked.method == "POST":
            is_right = asked.body == b"t=9&u=ann&p=secret"
            cookies = (("Set-Cookie", "sid=inside"),) if is_right else ()
            return Answer("", 302, headers=(("Location", "/home"), *cookies))
        if asked.path == "/home":
            return Answer("Hello Ann" if asked.cookies.get("sid") == "inside" else FORM)
        return self.pages.get(asked.path, Answer("nothing here", 404))

    def gather(self, **values: object) -> Gathered:
        usual = Plan(self.server.url(), budget=100, rate=500, allow=("127.0.0.0/8",), ca_file=certifi.where())
        plan = replace(usual, **values)  # type: ignore[arg-type]
        return gather(Asker(plan, now=time.time), plan)

    @property
    def asked(self) -> list[str]:
        return [each.target for each in self.server.asked]

    def link(self, *targets: str) -> None:
        self.pages["/"] = Answer("".join(f'<a href="{each}">x</a>' for each in targets))


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    with web.server:
        yield web


def paths(gathered: Gathered) -> list[str]:
    return [page.url.partition(gathered.plan.url)[2] for page in gathered.pages]


def test_the_home_page_comes_first(web: Web) -> None:
    gathered = web.gather()
    assert gathered.home is not None
    assert (gathered.home.title, gathered.home.via) == ("Home", "home")


def test_links_are_followed_within_depth(web: Web) -> None:
    web.link("/a")
    web.pages["/a"] = Answer('<a href="/b">b</a>')
    web.pages["/b"] = Answer("deep")
    assert paths(web.gather(max_depth=1)) == ["", "a"]


def test_the_number_of_pages_is_bounded(web: Web) -> None:
    web.link(*(f"/{letter}" for letter in "abcdefgh"))
    web.pages |= {f"/{letter}": Answer(letter) for letter in "abcdefgh"}
    assert len(web.gather(max_pages=4).pages) == 4


def test_scripts_are_files_and_addresses_in_them_are_looked_at(web: Web) -> None:
    web.pages["/"] = Answer('<script src="/s.js"></script>')
    web.pages["/s.js"] = Answer('fetch("/api/people")', kind="text/javascript")
    web.pages["/api/people"] = Answer("[]", kind="application/json")
    assert set(web.gather().files) == {web.server.url("/s.js"), web.server.url("/api/people")}


def test_robots_txt_is_respected(web: Web) -> None:
    web.robots = "User-agent: *\nDisallow: /private"
    web.link("/private/a", "/b")
    web.gather()
    assert "/b" in web.asked
    assert "/private/a" not in web.asked


def test_a_known_place_is_looked_at_even_so(web: Web) -> None:
    web.robots = "User-agent: *\nDisallow: /private"
    web.pages["/private/a"] = Answer("a")
    gathered = web.gather(reread=(web.server.url("/private/a"),))
    assert "private/a" in paths(gathered)


def test_other_hosts_and_ports_are_never_asked(web: Web) -> None:
    with SiteServer(lambda asked: Answer("other")) as other:
        web.link(other.url("/x"), "//127.0.0.2/y")
        web.pages["/z"] = Answer("", 302, headers=(("Location", other.url("/x")),))
        web.gather(reread=(web.server.url("/z"),))
        assert other.asked == []


def test_it_sees_what_is_not_there_and_how_a_foreigner_is_answered(web: Web) -> None:
    gathered = web.gather()
    assert [each.status for each in gathered.missing] == [404, 404]
    assert gathered.cors is not None
    assert ("Origin", FOREIGN_ORIGIN) in gathered.cors.request.headers


def test_the_sitemap_names_pages(web: Web) -> None:
    address = web.server.url("/hidden-page")
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{address}</loc></url></urlset>'
    web.pages["/sitemap.xml"] = Answer(sitemap, kind="application/xml")
    web.pages["/hidden-page"] = Answer("found")
    assert "hidden-page" in paths(web.gather())


def test_a_redirect_is_kept_with_the_page_it_leads_to(web: Web) -> None:
    web.link("/old")
    web.pages["/old"] = Answer("", 302, headers=(("Location", "/new"),))
    web.pages["/new"] = Answer("new")
    gathered = web.gather()
    page = next(each for each in gathered.pages if each.url.endswith("/new"))
    assert [each.status for each in page.redirects] == [302]


def test_redirects_in_circles_and_calendars_without_end_are_left(web: Web) -> None:
    web.server.app = lambda asked: (
        Answer("", 302, headers=(("Location", "/b" if asked.path == "/a" else "/a"),))
        if asked.path in ("/a", "/b")
        else Answer(f'<a href="/a">a</a><a href="/cal?day={len(web.server.asked)}">next</a>')
    )
    assert len(web.gather().pages) < 10


def test_it_logs_in_by_the_form(web: Web) -> None:
    login = Login(form_url=web.server.url("/home"), fields={"u": "ann", "p": "secret"}, logged_in="Hello Ann")
    gathered = web.gather(login=login)
    assert gathered.shared["login"] == "ok"


def test_a_wrong_password_is_said(web: Web) -> None:
    login = Login(form_url=web.server.url("/home"), fields={"u": "ann", "p": "wrong"}, logged_in="Hello Ann")
    assert web.gather(login=login).shared["login"] == "refused"


def test_a_log_in_is_never_sent_in_the_clear_where_the_site_has_https(authority: Authority) -> None:
    page = Answer(FORM)
    with SiteServer(lambda asked: page, tls=authority.context("127.0.0.1")) as server:
        page = Answer(FORM.replace('"/in', f'"{server.url("/in").replace("https:", "http:")}'))
        by_header = Login(headers=(("Authorization", "Bearer tea"),))
        by_form = Login(form_url=server.url("/"), fields={"u": "ann", "p": "secret"})
        for login, came in ((by_header, "refused"), (by_form, "unsafe")):
            plan = Plan(
                server.url(), rate=500, allow=("127.0.0.0/8",), ca_file=authority.ca_file, login=login
            )
            assert gather(Asker(plan, now=time.time), plan).shared["login"] == came
        clear = [each for each in server.asked if each.scheme == "http"]
        assert clear
        assert not any("authorization" in each.headers or each.body for each in clear)
        assert any("authorization" in each.headers for each in server.asked)


def test_a_log_in_is_never_sent_to_whom_nobody_vouches_for(authority: Authority) -> None:
    page = Answer(FORM)
    with SiteServer(lambda asked: page, tls=authority.context("127.0.0.1")) as server:
        login = Login((("Authorization", "Bearer tea"),), server.url("/"), {"u": "ann", "p": "secret"})
        plan = Plan(server.url(), rate=500, allow=("127.0.0.0/8",), ca_file=certifi.where(), login=login)
        assert gather(Asker(plan, now=time.time), plan).shared["login"] == "unsafe"
        assert not any("authorization" in each.headers or each.body for each in server.asked)


def test_a_site_that_is_not_there_gives_nothing() -> None:
    with SiteServer(lambda asked: Answer()) as server:
        url = server.url()
    plan = Plan(url, budget=50, rate=500, allow=("127.0.0.0/8",), ca_file=certifi.where())
    gathered = gather(Asker(plan, now=time.time), plan)
    assert gathered.pages == []
    assert gathered.shared["ended"] == "errors"


def test_after_the_log_in_it_looks_at_what_is_inside(web: Web) -> None:
    web.pages["/inside"] = Answer("only for us")

    def app(asked: Asked) -> Answer:
        if asked.path == "/" and asked.cookies.get("sid") == "inside":
            return Answer('<a href="/inside">inside</a>')
        return web.answer(asked)

    web.server.app = app
    login = Login(form_url=web.server.url("/home"), fields={"u": "ann", "p": "secret"}, logged_in="Hello Ann")
    assert "inside" in paths(web.gather(login=login))
