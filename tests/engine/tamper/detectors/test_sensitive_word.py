"""Words nobody wants on their page."""

from __future__ import annotations

import pytest

from app.engine.tamper.types import Options
from tests.engine.tamper.pages import judged, page, told


@pytest.mark.parametrize(
    "text",
    ["Play at our online casino", "最佳在线博彩平台", "buy viagra online"],
)
def test_a_listed_word_is_an_alert(text: str) -> None:
    found = [each for each in judged(page(f"<p>{text}</p>")).reasons if each.detector == "sensitive_word"]
    assert [each.level for each in found] == ["alert"]
    told(judged(page(f"<p>{text}</p>")), found[0].code)


def test_several_are_one_reason_that_names_them() -> None:
    verdict = judged(page("<p>Our online casino pays the jackpot, with free slots and poker online</p>"))
    reason = told(verdict, "words_new")
    assert len(reason.detail["words"]) >= 2
    assert reason.detail["group"] == "gambling"


def test_one_in_the_title_is_spam_for_search_engines() -> None:
    found = [
        each for each in judged(page(title="Online casino")).reasons if each.detector == "sensitive_word"
    ]
    assert found[0].cls == "seo_spam"


def test_a_word_that_always_stood_there_is_nothing() -> None:
    before = page("<p>The old casino building is our neighbour.</p>")
    assert judged(page("<p>The old casino building is our dear neighbour.</p>"), before).verdict == "ok"


def test_a_word_within_another_is_none() -> None:
    assert judged(page("<p>Specialists from Scunthorpe and Essex bake here.</p>")).verdict == "ok"


def test_the_owners_own_word_is_found() -> None:
    reason = told(
        judged(page("<p>Try our margarine now</p>"), options=Options(words=("margarine",))), "word_new"
    )
    assert (reason.detail["word"], reason.detail["group"]) == ("margarine", "own")


def test_an_allowed_word_is_none() -> None:
    options = Options(allowed_words=frozenset({"online casino"}))
    assert judged(page("<p>Play at our online casino</p>"), options=options).verdict != "alert"
