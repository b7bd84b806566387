"""Nothing, or an error, where the page was."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import MAIN, inventory, judged, page, told


def test_a_blank_page_is_critical() -> None:
    reason = told(judged("<html><body></body></html>"), "page_blank")
    assert (reason.level, reason.severity, reason.cls) == ("alert", "critical", "content_removed")


@pytest.mark.parametrize(
    "text",
    [
        "Error establishing a database connection",
        "Fatal error: Uncaught Exception in /var/www/index.php",
        "Welcome to nginx!",
        "This account has been suspended",
        "抱歉，页面不存在，请检查您输入的网址。",
    ],
)
def test_an_error_with_status_200_is_an_alert(text: str) -> None:
    reason = told(judged(f"<html><body><h1>{text}</h1></body></html>"), "page_error")
    assert reason.level == "alert"
    assert text[:12].lower() in str(reason.detail["text"]).lower()


def test_most_of_the_text_gone_is_an_alert() -> None:
    reason = told(judged(page(main="<p>Bread</p>")), "content_gone")
    assert reason.level == "alert"
    assert 50 <= reason.detail["lost"] <= 100


def test_another_status_is_a_notice() -> None:
    assert told(judged(inventory("<h1>Not here</h1>", status=404)), "status_changed").detail["status"] == 404


def test_an_article_about_an_error_is_nothing() -> None:
    assert judged(page("<p>How to repair the error “404 not found” in a browser.</p>")).verdict == "ok"


def test_a_paragraph_less_is_nothing() -> None:
    assert judged(page(main=MAIN.rpartition("<p>")[0])).verdict == "ok"
