"""Scripts from hosts whose code never ran here."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told


@pytest.mark.parametrize(
    ("script", "host"),
    [
        ('<script src="https://evil-cdn.example/x.js"></script>', "evil-cdn.example"),
        ('<script src="//203.0.113.9/x.js"></script>', "203.0.113.9"),
        ('<script src="https://cdn.jsdelivr.net/npm/never-heard-of-it/x.js"></script>', "cdn.jsdelivr.net"),
    ],
)
def test_a_script_of_a_stranger_is_an_alert(script: str, host: str) -> None:
    reason = told(judged(page(script)), "script_host_new")
    assert (reason.level, reason.cls, reason.detail["host"]) == ("alert", "malicious_script", host)
    assert reason.where == "html>body>main.content>script"
    assert host in reason.after


@pytest.mark.parametrize(
    "script",
    [
        '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>',
        '<script src="https://cdn.jsdelivr.net/npm/jquery@3.7.1/dist/jquery.min.js"></script>',
        '<script src="https://static.shop.example/menu.js"></script>',
    ],
)
def test_a_well_known_script_or_one_of_our_own_is_a_notice(script: str) -> None:
    assert judged(page(script)).verdict == "notice"


def test_another_build_of_the_same_script_is_nothing() -> None:
    before = page('<script src="/app.3f9a2c71.js"></script>')
    assert judged(page('<script src="/app.77b1e0d4.js"></script>'), before).verdict == "ok"


def test_a_script_among_uploads_is_an_alert() -> None:
    reason = told(judged(page('<script src="/uploads/2024/a.js"></script>')), "script_odd_place")
    assert reason.level == "alert"
    assert reason.detail["path"] == "/uploads/2024/a.js"


def test_code_loaded_ahead_from_a_stranger_is_an_alert() -> None:
    link = '<link rel="preload" as="script" href="https://evil.example/a.js">'
    assert told(judged(page(head=link)), "script_import").level == "alert"
