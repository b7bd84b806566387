"""Frames from hosts that never had one here."""

from __future__ import annotations

from tests.engine.tamper.pages import judged, page, told


def test_a_hidden_frame_of_a_stranger_is_an_alert_that_says_how_it_hides() -> None:
    frame = '<iframe src="https://evil.example/f" width="0" height="0"></iframe>'
    reason = told(judged(page(frame)), "frame_hidden_new")
    assert (reason.level, reason.cls, reason.severity) == ("alert", "hidden_iframe", "critical")
    assert reason.where == "html>body>main.content>iframe (zero-size)"
    assert reason.after == "https://evil.example/f"


def test_a_frame_of_a_stranger_in_sight_is_an_alert_too() -> None:
    frame = '<iframe src="https://evil.example/f" width="600" height="400"></iframe>'
    assert told(judged(page(frame)), "frame_new").level == "alert"


def test_a_frame_written_in_its_address_is_an_alert() -> None:
    frame = '<iframe src="data:text/html,<b>Look</b>"></iframe>'
    assert told(judged(page(frame)), "frame_data_new").level == "alert"


def test_a_well_known_player_is_a_notice() -> None:
    frame = '<iframe src="https://www.youtube.com/embed/abc"></iframe>'
    verdict = judged(page(frame))
    assert told(verdict, "frame_known_new").level == "notice"
    assert verdict.verdict == "notice"


def test_another_film_in_the_same_player_is_nothing() -> None:
    before = page('<iframe src="https://www.youtube.com/embed/abc12345"></iframe>')
    now = page('<iframe src="https://www.youtube.com/embed/xyz98765"></iframe>')
    assert judged(now, before).verdict == "ok"
