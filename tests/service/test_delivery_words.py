"""What is kept of a message as it was sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.core.settings import get_settings
from app.models import Channel
from app.service.actor import Actor
from app.service.channel.delivery import redeliver
from app.service.channel.manage import create_channel
from app.service.channel.wording import create_template, delete_template
from tests.service.outbox import Hook, put, row, running_hook, turn


@pytest.fixture
def hook(app: Flask) -> Iterator[Hook]:
    get_settings().ALLOW_PRIVATE_TARGETS = True
    with running_hook() as running:
        yield running


@pytest.fixture
def channel(hook: Hook, owner: Actor) -> Channel:
    return create_channel(owner, {"type": "webhook", "name": "hook", "config": {"url": hook.url}})


def test_the_words_that_a_template_made_stay_with_the_delivery(channel: Channel, owner: Actor) -> None:
    template = create_template(owner, {"event": "*", "locale": "en", "title": "!", "body": "{{ event }}"})
    put(owner)
    turn()
    assert row().message["words"] == {"title": "!", "body": "incident.opened", "format": "text"}
    delete_template(owner, template.id)
    redeliver(owner, row().id)
    turn()
    assert "words" not in row().message or row().message["words"] == {}
