"""Fixtures of the notification tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.notify.receiver import Hook, running_hook


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running_hook() as running:
        yield running
