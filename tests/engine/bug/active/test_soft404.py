"""What "not there" looks like on sites that do not say so by the status."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from itertools import count

import pytest

from app.engine.bug.asking.soft404 import Missing, is_alike
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.types import Request, Response
from tests.bug.serving import Answer, App, Asked, SiteServer
from tests.engine.bug.active.asking import NOT_FOUND, page, plan_of

WORDS = "<p>Sorry, the page you are looking for was moved, renamed, or never was. Try the search above.</p>"


class Site:
    """A server whose app a test sets, and what a scan would have to ask it with."""

    def __init__(self, server: SiteServer) -> None:
        self.server = server
        self.asker = Asker(plan_of(server), now=time.time)
        self.gathered = Gathered(self.asker.plan, server.url("/"))
        self.missing = Missing(self.asker, self.gathered)

    def is_like_missing(self, path: str, app: App) -> bool:
        self.server.app = app
        return self.missing.is_like_missing(self.asker.ask(self.server.url(path)))


@pytest.fixture
def site() -> Iterator[Site]:
    with SiteServer(lambda asked: NOT_FOUND) as server:
        held = Site(server)
        yield held
        held.asker.close()


def only(path: str, given: Answer, other: App) -> App:
    return lambda asked: given if asked.path == path else other(asked)


def test_a_file_of_an_honest_site_is_no_missing_page(site: Site) -> None:
    assert not site.is_like_missing("/a.zip", only("/a.zip", Answer(b"PK"), lambda asked: NOT_FOUND))


def test_the_same_for_everything_is_a_missing_page(site: Site) -> None:
    assert site.is_like_missing("/a.zip", lambda asked: Answer(b"PK\x03\x04", kind="application/zip"))


def test_a_page_that_repeats_the_address_is_a_missing_page(site: Site) -> None:
    def echo(asked: Asked) -> Answer:
        said = html.escape(asked.target)
        return Answer(page(f"{said} was not found", f"<b>{said}</b>{WORDS}"))

    assert site.is_like_missing("/.git/config", echo)


def test_a_page_with_a_number_of_its_own_is_a_missing_page(site: Site) -> None:
    numbers = count(1)
    assert site.is_like_missing(
        "/a.php", lambda asked: Answer(page("Oh no", f"{WORDS}<p>Incident {next(numbers)}</p>"))
    )


def test_a_page_with_other_offers_each_time_is_a_missing_page(site: Site) -> None:
    teas = iter(["green white", "black red", "yellow oolong", "mate rooibos", "mint sage"] * 10)
    assert site.is_like_missing(
        "/a.php", lambda asked: Answer(page("Not here", f"{WORDS * 2}<p>Try {next(teas)}</p>"))
    )


def test_a_real_page_among_friendly_ones_is_none(site: Site) -> None:
    friendly = Answer(page("Not here", WORDS))
    real = Answer(page("phpinfo()", "<table><tr><td>System</td><td>Linux web1</td></tr></table>"))
    assert not site.is_like_missing("/info.php", only("/info.php", real, lambda asked: friendly))


def test_redirects_to_the_same_place_are_missing_pages(site: Site) -> None:
    def to_login(asked: Asked) -> Answer:
        return Answer("", 302, "", (("Location", f"/login?next={asked.path}"),))

    assert site.is_like_missing("/admin", to_login)


def test_redirects_that_keep_the_name_are_missing_pages(site: Site) -> None:
    assert site.is_like_missing(
        "/admin", lambda asked: Answer("", 301, "", (("Location", f"/en{asked.path}"),))
    )


def test_a_file_where_unknown_ones_lead_to_the_log_in_is_none(site: Site) -> None:
    wall = Answer("", 302, "", (("Location", "/login"),))
    assert not site.is_like_missing("/.env", only("/.env", Answer("A=1"), lambda asked: wall))


def test_a_file_where_unknown_ones_are_forbidden_is_none(site: Site) -> None:
    wall = Answer("no", 403)
    assert not site.is_like_missing("/.env", only("/.env", Answer("A=1"), lambda asked: wall))


def test_endings_are_told_apart(site: Site) -> None:
    """A server may send every script to one program and be honest about the rest."""

    def by_ending(asked: Asked) -> Answer:
        return Answer(page("Tea", WORDS)) if asked.path.endswith(".php") else NOT_FOUND

    assert site.is_like_missing("/info.php", by_ending)
    assert not site.is_like_missing("/a.zip", only("/a.zip", Answer(b"PK"), by_ending))


def test_folders_are_told_apart(site: Site) -> None:
    def by_folder(asked: Asked) -> Answer:
        return Answer(page("Tea", WORDS)) if asked.path.startswith("/shop/") else NOT_FOUND

    assert site.is_like_missing("/shop/a", by_folder)
    assert not site.is_like_missing("/a", only("/a", Answer("here"), by_folder))


def test_a_kind_of_address_is_asked_about_once(site: Site) -> None:
    site.is_like_missing("/a.zip", lambda asked: NOT_FOUND)
    before = len(site.server.asked)
    site.is_like_missing("/b.zip", lambda asked: NOT_FOUND)
    assert len(site.server.asked) == before + 1


def test_hidden_names_are_asked_about_by_hidden_names(site: Site) -> None:
    site.is_like_missing("/.env", lambda asked: NOT_FOUND)
    assert all(asked.path.startswith("/.") for asked in site.server.asked)


def test_where_nothing_can_be_learnt_nothing_is_found(site: Site) -> None:
    broken = Answer("no", 500)
    assert site.is_like_missing("/a.zip", only("/a.zip", Answer(b"PK"), lambda asked: broken))


def test_one_failed_answer_is_asked_again(site: Site) -> None:
    answers = iter([Answer("no", 500)] * 2)
    app = only("/a.zip", Answer(b"PK"), lambda asked: next(answers, NOT_FOUND))
    assert not site.is_like_missing("/a.zip", app)


def test_a_server_that_ignores_the_end_of_a_name_is_seen(site: Site) -> None:
    site.server.app = lambda asked: Answer("<?php") if asked.path.startswith("/a.php") else NOT_FOUND
    assert site.missing.is_like_neighbour(site.asker.ask(site.server.url("/a.php.bak")))
    site.server.app = lambda asked: Answer("<?php") if asked.path == "/b.php.bak" else NOT_FOUND
    assert not site.missing.is_like_neighbour(site.asker.ask(site.server.url("/b.php.bak")))


def _answer(body: str, path: str = "/a", status: int = 200) -> Response:
    return Response(
        Request(f"https://tea.example{path}"), status, (("Content-Type", "text/html"),), body.encode()
    )


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (_answer(""), _answer(""), True),
        (_answer("x", status=404), _answer("x", status=200), False),
        (_answer('{"status":"UP"}'), _answer('{"error":"not found"}'), False),
        (_answer("no /secret/file here", "/secret/file"), _answer("no /ce12 here", "/ce12"), True),
        (_answer("<title>A</title>" + WORDS), _answer("<title>B</title><p>Welcome to the shop.</p>"), False),
        (_answer("DB_HOST=a"), _answer("ok"), False),
    ],
)
def test_likeness(one: Response, other: Response, alike: bool) -> None:
    assert is_alike(one, other) is alike
