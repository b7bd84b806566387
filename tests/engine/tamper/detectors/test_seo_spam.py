"""What search engines show."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import TITLE, judged, page, told


def test_a_title_stuffed_with_words_is_an_alert() -> None:
    title = "cheap bags, cheap shoes, cheap watches, cheap belts, cheap hats"
    reason = told(judged(page(title=title)), "title_stuffed")
    assert (reason.level, reason.cls, reason.detail["what"]) == ("alert", "seo_spam", "title")
    assert (reason.before, reason.after) == (TITLE, title)


def test_a_stuffed_description_is_an_alert() -> None:
    text = "bags, shoes, belts, hats, watches, coats, scarves, gloves, rings, outlet"
    assert told(judged(page(description=text)), "title_stuffed").detail["what"] == "description"


def test_a_title_of_something_else_is_an_alert() -> None:
    reason = told(judged(page(title="Replica timepieces discount outlet")), "title_exchanged")
    assert reason.level == "alert"


@pytest.mark.parametrize(
    "more",
    [
        {"title": "Shop of the old mill: new rye bread"},
        {"description": "A bakery in an old mill, open on Sundays too."},
        {"title": "Bread that is warm in the morning, from bakers"},
    ],
)
def test_a_title_that_speaks_of_the_page_is_no_alert(more: dict[str, str]) -> None:
    assert judged(page(**more)).verdict != "alert"
