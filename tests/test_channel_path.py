"""A site fails, every process running: a rule chooses the channel, a template the words, a mail arrives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.engine.notify.receiver import running_hook
from tests.engine.notify.sinks import running_mail_sink
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.stack
PATIENCE = 60.0
BODY = """{{ site.name }}: {{ sentence }}
{% if incident.closed_at %}over{% else %}since {{ incident.started_at|time("%Y") }}{% endif %}
"""


@pytest.fixture
def stack() -> Iterator[Stack]:
    with running_stack() as stack:
        yield stack


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"{what}: not within {PATIENCE:g} s")
        time.sleep(0.1)


def test_a_mail_in_our_own_words_comes_and_the_other_channel_stays_quiet(stack: Stack) -> None:
    api = stack.api()
    with running_hook() as shop, running_hook() as other, running_mail_sink() as sink:
        config = {"host": "127.0.0.1", "port": sink.port, "security": "none"}
        people = {"sender": "cloudeye@example.org", "to": ["ops@example.org"]}
        mail = api.post("/channels", type="mail", name="mail", config={**config, **people})
        assert api.post(f"/channels/{mail['id']}/test")["ok"]
        api.post("/channels", type="webhook", name="other", config={"url": other.url})
        api.post("/channels/rules", name="shop", tags=["shop"], channel_ids=[mail["id"]])
        words = {"title": "{{ monitor.name }} is {{ incident.level }}", "body": BODY}
        api.post("/channels/templates", event="incident.*", locale="en", **words)
        site = api.post("/sites", name="Shop", base_url=shop.url, tags=["shop"])
        check = {"type": "http", "config": {"url": shop.url}, "interval_seconds": 1, "confirm_count": 2}
        api.post("/usability/monitors", site_id=site["id"], name="home", recover_count=2, **check)
        wait_for(lambda: bool(shop.requests), "the first check")
        shop.status = 500
        wait_for(lambda: len(sink.mails) == 2, "the mail of the failure")
        shop.status = 200
        wait_for(lambda: len(sink.mails) == 3, "the mail of the recovery")
        assert other.requests == []
    subjects = [str(each["Subject"]) for each in sink.mails]
    assert subjects == ["CloudEye test message", "home is down", "home is down"]
    first, last = (each.get_content() for each in sink.mails[1:])
    assert first.startswith("Shop: ")
    assert "500" in first
    assert "since 20" in first
    assert "over" in last
    wait_for(lambda: {each["state"] for each in api.get("/deliveries")["items"]} == {"sent"}, "the last note")
