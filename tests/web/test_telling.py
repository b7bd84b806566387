"""Why somebody was not told, in a sentence that is true."""

from __future__ import annotations

import pytest
from flask import Flask

from app.service.alerting.explain import Line
from app.web.present.telling import why_of
from tests.service.alerting.scene import START


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("over", "It was over before quiet hours were."),
        ("anew", "It was said anew in another message."),
        ("acked", "It was acknowledged by then."),
        ("channel_off", "The channel was switched off by then."),
        ("never_was", "Late results showed that it never was."),
    ],
)
def test_what_had_waited_and_is_not_told_says_why(app: Flask, reason: str, sentence: str) -> None:
    line = Line(
        1, START, "incident.opened", "dropped", "quiet_hours", 2, "a", None, None, {"reason": reason}, None
    )
    with app.test_request_context():
        assert why_of(line) == sentence
