"""Every page that can be looked at, found by itself, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask

from app.service.actor import Actor
from app.service.organization import change_settings
from tests.controller.test_permissions import address, endpoints, make_things
from tests.web.test_pages import enter

# A stream without an end, and the door to another process, which does not run here.
ELSEWHERE = ("web.live", "web.flower")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_can_be_read(app: Flask, owner: Actor, language: str) -> None:
    things = make_things(owner)
    change_settings(owner, {"is_set_up": True})
    client = enter(app, owner)
    client.set_cookie("locale", language)
    assert ("站点" in client.get("/sites").text) == (language == "zh")
    answers = {}
    for endpoint, method, path, names in endpoints(app):
        if method != "GET" or not endpoint.startswith("web.") or endpoint.startswith(ELSEWHERE):
            continue
        if names and "<id:" not in path:
            continue
        answers[path] = client.get(address(path, things), buffered=True).status_code
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert sum(status == 200 for status in answers.values()) >= 50, answers
