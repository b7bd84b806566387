"""The page says something else."""

from __future__ import annotations

import pytest

from app.engine.tamper.sentences import sentence
from tests.engine.tamper.pages import judged, page, told

OTHER = """<h1>Now something entirely different</h1><p>Nothing that you knew stands on these lines any
more, however long somebody may search around.</p>"""
CHINESE = "本网站现在提供最新的信息服务欢迎所有的朋友们前来访问和了解我们的情况谢谢大家的支持"


def test_everything_exchanged_is_critical() -> None:
    reason = told(judged(f"<html><body>{OTHER}</body></html>"), "page_replaced")
    assert (reason.level, reason.severity, reason.cls) == ("alert", "critical", "defacement")
    assert reason.detail["lost"] > 60
    assert "entirely different" in reason.after


def test_a_rebuilt_page_that_leads_where_it_led_is_a_notice() -> None:
    verdict = judged(page(main=OTHER + OTHER.replace("Nothing", "Everything") * 3))
    assert verdict.verdict != "alert"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (CHINESE, "Han"),
        ("Этот сайт теперь принадлежит другим людям и говорит совсем о другом", "Cyrillic"),
    ],
)
def test_writing_that_was_never_used_is_an_alert(text: str, script: str) -> None:
    reason = told(judged(page(f"<p>{text}</p>")), "foreign_script")
    assert (reason.level, reason.detail["script"]) == ("alert", script)
    assert reason.where == "html>body>main.content>p"


def test_a_foreign_name_is_nothing() -> None:
    assert judged(page("<p>Our guest this week is Иван from Sofia.</p>")).verdict == "ok"


def test_a_page_that_always_had_both_writings_is_left_in_peace() -> None:
    before = page(f"<p>{CHINESE}</p>")
    assert judged(page(f"<p>{CHINESE[20:]}{CHINESE[:20]}</p>"), before).verdict == "ok"


@pytest.mark.parametrize(
    "text",
    ["We will be back soon: the shop is down for maintenance.", "网站维护中，请稍后再访问。"],
)
def test_a_maintenance_page_is_a_notice(text: str) -> None:
    verdict = judged(
        f"<html><head><title>Shop of the old mill</title></head><body><p>{text}</p></body></html>"
    )
    assert told(verdict, "page_in_maintenance").level == "notice"
    assert verdict.verdict == "notice"


def test_another_language_is_an_alert_that_names_both() -> None:
    words = ["eins", "zwei", "drei", "vier", "fünf"]
    text = "".join(
        f"<p>Das ist der Satz Nummer {word}, und die Leute sind nicht mit dem Brot auf der Brücke</p>"
        for word in words
    )
    reason = told(judged(f"<html><body>{text}</body></html>"), "language_changed")
    assert reason.level == "alert"
    assert sentence(reason.code, reason.detail) == "The page was in en and is now in de."
