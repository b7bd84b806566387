"""Pages in a real Chromium: verdicts, times, what proves a failure, and the guard."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from app.engine.usability.page.config import BrowserConfig
from app.engine.usability.page.verdict import layout_shift, outcome_of
from app.engine.usability.reasons import sentence
from app.engine.usability.types import Sample
from tests.engine.certs import Authority
from tests.engine.targets import Target, redirect, reply
from tests.engine.usability.once import check

HTML = ("Content-Type: text/html; charset=utf-8",)
GOOD = """<!doctype html><title>Tea shop</title><h1>Welcome</h1><p id=hidden style="display:none">x</p>
<script>setTimeout(() => { const made = document.createElement("b"); made.id = "made";
made.textContent = "Basket"; document.body.append(made) }, 300)</script><img src=/logo.png>"""
BAD = """<!doctype html><title>Oops</title><h1>Sorry</h1><script src=/gone.js></script>
<script>console.error("broken basket"); throw new Error("no tea")</script>"""
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
Look = Callable[..., Sample]

needs_browser = pytest.mark.browser


def serve(connection: socket.socket, request: bytes) -> None:
    path = request.split(b" ", 2)[1].decode()
    answer = {
        "/": reply(GOOD.encode(), headers=HTML),
        "/bad": reply(BAD.encode(), headers=HTML),
        "/half": reply(b"<script>document.title = 'half \\ud83c \\ud83c\\udf75'</script>", headers=HTML),
        "/logo.png": reply(PIXEL, headers=("Content-Type: image/gif",)),
        "/sorry": reply(b"<h1>Sorry</h1>", "503 Unavailable", HTML),
    }.get(path, reply(b"", "404 Not Found"))
    answer(connection, request)


@pytest.fixture
def look(chromium_path: str) -> Look:
    def call(url: str, *lines: dict[str, Any], **config: Any) -> Sample:
        return check("browser", timeout_ms=25_000, url=url, expectations=list(lines), **config)

    return call


@needs_browser
def test_a_page_that_comes_to_what_is_expected_is_up(look: Look) -> None:
    with Target(serve) as target:
        sample = look(
            target.url(),
            {"kind": "text", "value": "Welcome"},
            {"kind": "selector", "target": "#made"},
            {"kind": "selector", "target": "#made", "comparison": "equals", "value": "Basket"},
            {"kind": "title", "value": "Tea shop"},
            no_failed_parts=True,
            no_console_errors=True,
        )
    assert (sample.status, sample.reason, sample.http_status) == ("up", None, 200)
    assert sample.address == "127.0.0.1"
    assert "evidence" not in sample.facts
    vitals = sample.facts["vitals"]
    assert vitals["ttfb"] <= vitals["dom_content_loaded"] <= vitals["load"] == sample.total_ms
    assert vitals["fcp"] > 0 and vitals["lcp"] > 0 and vitals["cls"] >= 0
    phases = [sample.dns_ms, sample.connect_ms, sample.tls_ms, sample.first_byte_ms, sample.transfer_ms]
    assert sum(each or 0 for each in phases) == pytest.approx(vitals["load"], abs=0.5)


@needs_browser
def test_a_failure_keeps_a_picture_and_what_the_page_said(look: Look) -> None:
    with Target(serve) as target:
        sample = look(target.url("/bad"), {"kind": "text", "value": "Welcome"}, wait_seconds=0)
    assert (sample.status, sample.reason) == ("down", "body_contains")
    evidence = sample.facts["evidence"]
    assert "Sorry" in evidence["excerpt"]
    assert any("broken basket" in line for line in evidence["console"])
    assert evidence["failed_parts"] == [f"404 {target.url('/gone.js')}"]
    assert len(evidence["screenshot_b64"]) <= 150_000
    with Image.open(BytesIO(base64.b64decode(evidence["screenshot_b64"]))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1280, 800))


@needs_browser
def test_half_a_character_in_what_a_page_says_is_told_as_a_question_mark(look: Look) -> None:
    with Target(serve) as target:
        sample = look(target.url("/half"), {"kind": "title", "value": "Tea"}, wait_seconds=0)
    assert (sample.status, sample.reason) == ("down", "title_equals")
    assert sample.facts["evidence"]["title"] == "half ? 🍵"


@needs_browser
@pytest.mark.parametrize(
    ("switch", "reason"), [("no_console_errors", "page_console"), ("no_failed_parts", "page_parts")]
)
def test_errors_of_scripts_and_missing_parts_count_where_they_should(
    look: Look, switch: str, reason: str
) -> None:
    with Target(serve) as target:
        assert look(target.url("/bad"), **{switch: True}).reason == reason


@needs_browser
def test_a_status_that_is_not_accepted_is_down(look: Look) -> None:
    with Target(serve) as target:
        sample = look(target.url("/sorry"))
    assert (sample.status, sample.reason, sample.http_status) == ("down", "http_status", 503)


@needs_browser
def test_the_guard_stands_before_the_browser(look: Look) -> None:
    with Target(serve) as target:
        sample = check("browser", timeout_ms=20_000, allow=(), url=target.url())
        assert target.requests == []
    assert (sample.status, sample.reason) == ("down", "address_refused")


@needs_browser
def test_a_page_that_leads_to_a_forbidden_address_is_told_so(look: Look) -> None:
    with Target(redirect("http://10.0.0.1/")) as target:
        sample = look(target.url())
    assert (sample.status, sample.reason) == ("down", "address_refused")


@needs_browser
def test_a_certificate_that_no_browser_trusts_is_down_unless_it_is_not_verified(
    look: Look, authority: Authority
) -> None:
    with Target(serve, tls=authority.context("127.0.0.1")) as target:
        assert look(target.url()).reason == "tls_untrusted"
        assert look(target.url(), verify_tls=False).status == "up"


@needs_browser
def test_a_page_that_never_ends_is_down_in_time(look: Look) -> None:
    with Target(serve) as target:
        target.act = reply(b"<h1>busy</h1><script>for (;;) {}</script>", headers=HTML)
        sample = check("browser", timeout_ms=5000, url=target.url())
    assert sample.status == "down"
    assert sample.reason in ("browser_timeout", "page_unloaded", "timeout")


def test_without_a_browser_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert check("browser", url="http://127.0.0.1/").reason == "browser_missing"


def test_the_largest_second_of_shifts_counts() -> None:
    assert layout_shift([]) == 0
    assert layout_shift([[100, 0.1], [900, 0.1], [5000, 0.15]]) == pytest.approx(0.2)
    assert layout_shift([[n * 900.0, 0.1] for n in range(10)]) == pytest.approx(0.6)


SAID: dict[str, Any] = {
    "status": 200,
    "url": "http://a.test/?token=x",
    "title": "Tea",
    "text": "Welcome, your password is geheim",
    "found": {"#a": {"count": 1, "visible": 0, "text": "A"}, "b>": {"error": "not a valid selector"}},
    "timing": {"requestStart": 5, "responseStart": 30, "loadEventEnd": 900},
    "lcp": 2600.0,
    "shifts": [[10, 0.3]],
    "console": [],
    "failed": [],
    "headers": [["server", "nginx"]],
}


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        ({"kind": "selector", "target": "#a"}, "down", "page_hidden"),
        ({"kind": "selector", "target": "#a", "comparison": "present"}, "up", None),
        ({"kind": "selector", "target": "#a", "comparison": "absent"}, "down", "css_unwanted"),
        ({"kind": "selector", "target": "#b"}, "down", "css_missing"),
        (
            {"kind": "selector", "target": "#a", "comparison": "contains", "value": "B"},
            "down",
            "css_contains",
        ),
        ({"kind": "selector", "target": "b>"}, "down", "page_selector"),
        ({"kind": "title", "comparison": "matches", "value": "^Tee$"}, "down", "title_matches"),
        ({"kind": "url", "value": "a.test"}, "up", None),
        ({"kind": "lcp", "value": "2500"}, "degraded", "page_slow"),
        ({"kind": "cls", "value": "0.1"}, "degraded", "page_shifts"),
        ({"kind": "load", "value": "1000"}, "up", None),
        ({"kind": "fcp", "value": "1000"}, "up", None),
    ],
)
def test_each_expectation_has_its_reason(line: dict[str, str], status: str, reason: str | None) -> None:
    config = BrowserConfig.model_validate({"url": "http://a.test/", "expectations": [line]})
    outcome = outcome_of(config, SAID, None, 10_000)
    assert (outcome.status, outcome.reason) == (status, reason)
    assert "?" not in sentence(reason, outcome.detail)


def test_the_password_and_the_query_are_not_told() -> None:
    lines = [{"kind": "text", "value": "Bye"}]
    config = BrowserConfig.model_validate(
        {"url": "http://a.test/", "expectations": lines, "password": "geheim"}
    )
    outcome = outcome_of(config, SAID, None, 10_000)
    told = json.dumps([outcome.detail, outcome.facts])
    assert "geheim" not in told and "token=x" not in told


@pytest.mark.parametrize("error", ["browser_missing", "browser_crashed", "browser_memory"])
def test_trouble_of_the_browser_itself_is_unknown(error: str) -> None:
    config = BrowserConfig.model_validate({"url": "http://a.test/"})
    assert outcome_of(config, {}, error, 10_000).status == "unknown"
