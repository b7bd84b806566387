"""How much the active checks ask, and that they end when they are told to."""

from __future__ import annotations

import socket
import time
from itertools import count

import pytest

from app.engine.bug.crawl import gather
from app.engine.bug.http.asker import Asker
from app.engine.bug.http.course import ScanOverError
from app.engine.bug.types import CONSENTS
from tests.bug.serving import Answer, Asked, SiteServer
from tests.engine.bug.active.asking import ACTIVE, HOME, NOT_FOUND, check, page, plan_of, probed, site
from tests.engine.targets import Target

STANDARD = 350
FULL = 1_700


def test_a_standard_scan_of_a_site_without_finds_stays_small() -> None:
    found = probed(site({}), consents=frozenset())
    assert 250 < len(_unconsented(found.asked)) <= STANDARD


def test_a_full_scan_of_a_site_without_finds_stays_within_its_bounds() -> None:
    assert len(probed(site({}), profile="full").asked) <= FULL


def test_a_site_in_a_folder_costs_little_more() -> None:
    found = probed(site({"/shop/": HOME}), path="/shop/")
    assert len(found.asked) <= 550


def test_nothing_is_written() -> None:
    assert {asked.method for asked in probed(site({})).asked} <= {"GET", "HEAD", "OPTIONS"}


def test_the_gravest_go_first() -> None:
    paths = [asked.path for asked in probed(site({})).asked]
    assert paths.index("/.git/HEAD") < paths.index("/.env") < paths.index("/error.log")


def test_every_consent_names_a_check() -> None:
    assert {each.consent for each in ACTIVE if each.consent} == set(CONSENTS)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_site_that_refuses_everything_says_nothing(status: int) -> None:
    refused = Answer("no", status, headers=(("Retry-After", "0"),))
    assert probed(site({}, missing=refused)).hits == []


def test_a_site_that_refuses_now_and_then_says_nothing_false() -> None:
    turns = count()

    def fickle(asked: Asked) -> Answer:
        if asked.path == "/":
            return HOME
        status = (404, 200, 403, 500, 404, 404)[next(turns) % 6]
        return Answer(page("Sorry", "<p>Not here, or not now.</p>"), status)

    assert probed(fickle).hits == []


def test_what_was_found_is_given_before_the_budget_ends() -> None:
    files = {"/.git/HEAD": Answer("ref: refs/heads/main\n", kind="text/plain")}
    with SiteServer(site(files)) as server:
        asker = Asker(plan_of(server, budget=24), now=time.time)
        gathered = gather(asker, asker.plan)
        rules: list[str] = []
        with pytest.raises(ScanOverError) as over:
            for name in ("version_control", "secret_files"):
                rules.extend(hit.rule for hit in check(name).look(asker, gathered))
        asker.close()
        assert over.value.reason == "budget"
        assert rules == ["version_control.repository"]
        assert len(server.asked) <= 24


def test_a_word_to_stop_is_heard() -> None:
    with SiteServer(site({})) as server:
        asker = Asker(plan_of(server), now=time.time, stop=lambda: len(server.asked) > 30)
        gathered = gather(asker, asker.plan)
        with pytest.raises(ScanOverError) as over:
            list(check("secret_files").look(asker, gathered))
            list(check("config_files").look(asker, gathered))
        asker.close()
        assert over.value.reason == "stopped"
        assert len(server.asked) <= 40


def test_a_site_that_hangs_ends_the_checks() -> None:
    """The home page comes, and then nothing: the scan is over after five silent answers."""

    def act(connection: socket.socket, request: bytes) -> None:
        if request.startswith((b"GET / ", b"GET /robots.txt")):
            body = b"<title>Tea</title>"
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
            connection.sendall(head + body)
        else:
            target.until_closed.wait(20)

    with Target(act) as target:
        server = _Place(target.url("/"))
        asker = Asker(plan_of(server, max_seconds=3.0), now=time.time)  # type: ignore[arg-type]
        start = time.monotonic()
        gathered = gather(asker, asker.plan)
        with pytest.raises(ScanOverError):
            for each in ACTIVE:
                assert list(each.look(asker, gathered)) == []
        asker.close()
        assert time.monotonic() - start < 25


class _Place:
    """An address in the place of a server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, path: str) -> str:
        return self._url.rstrip("/") + path


def _unconsented(asked: list[Asked]) -> list[Asked]:
    """What is asked without anybody's consent: probes by consent are run by the tests all the same."""
    return [each for each in asked if "cq" not in each.target and "X-Cloudeye" not in each.target]


def test_missing_pages_are_not_asked_about_needlessly() -> None:
    paths = [asked.path for asked in probed(site({}, missing=NOT_FOUND), "secret_files").asked]
    assert not any(path.rpartition("/")[2].startswith("ce") for path in paths)
