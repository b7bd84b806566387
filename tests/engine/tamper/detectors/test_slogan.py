"""What defacers write."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told


@pytest.mark.parametrize(
    "text",
    [
        "Hacked by Nobody",
        "H4CK3D BY N0B0DY",
        "Your site has been hacked",
        "本站已被某某入侵",
        "Сайт взломан",
        "Site hackeado",
    ],
)
def test_who_says_that_it_was_taken_is_believed(text: str) -> None:
    reason = told(judged(page(f"<h2>{text}</h2>")), "page_taken")
    assert (reason.level, reason.severity, reason.cls) == ("alert", "critical", "defacement")
    assert reason.where == "html>body>main.content>h2"
    assert reason.after == text


def test_two_slogans_are_an_alert() -> None:
    text = "Down with the regime, freedom for all"
    assert told(judged(page(f"<p>{text}</p>")), "slogans").level == "alert"


def test_one_new_sentence_all_over_the_page_is_told() -> None:
    reason = told(judged(page("<p>Listen to what we have to say now</p>" * 4)), "line_repeated")
    assert reason.detail["count"] == 4


@pytest.mark.parametrize(
    "text",
    [
        "How to keep your bread from going stale",
        "Freedom of choice: ten kinds of rolls",
        "A life hack: freeze half of the loaf",
    ],
)
def test_ordinary_sentences_are_nothing(text: str) -> None:
    assert judged(page(f"<p>{text}</p>")).verdict == "ok"
