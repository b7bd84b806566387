"""Watches in a real Chromium, and where there is none."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.settings import get_settings
from app.service.tamper.say import watch_sentence
from app.service.tamper.snapshot import list_snapshots, screenshot_of
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article

SCRIPTED = (
    "<script>document.title = document.title + '!'; document.body.append(atob('{text}'));</script></body>"
)


@pytest.mark.browser
def test_a_page_is_seen_as_its_scripts_make_it(desk: Desk, web: WebSite, chromium_path: str) -> None:
    watch = desk.learned(mode="browser")
    assert watch.state.state == "OK"
    (snapshot, *_) = list_snapshots(desk.actor, watch_id=watch.id).items
    assert (screenshot_of(snapshot) or b"").startswith(b"\x89PNG")
    # Words of a gambling site, put there by a script alone.
    hidden = SCRIPTED.format(text="b25saW5lIGNhc2lubyBqYWNrcG90IHNsb3QgbWFjaGluZXM=")
    web.pages["/"] = article().replace("</body>", hidden)
    desk.check_twice(watch)
    (alert,) = desk.alerts()
    (snapshot, *_) = list_snapshots(desk.actor, watch_id=watch.id).items
    assert alert.after_snapshot_id == snapshot.id and snapshot.screenshot_sha256


def test_without_a_browser_the_watch_says_so(app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "CHROMIUM", "no-such-browser", raising=False)
    watch = desk.learned(mode="browser")
    assert (watch.state.state, watch.state.error_code) == ("ERROR", "browser_missing")
    assert "Chromium" in watch_sentence(watch, "en")
    assert desk.alerts() == []
