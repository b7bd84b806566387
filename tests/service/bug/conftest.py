"""Somebody who scans a site."""

from __future__ import annotations

import pytest

from app.service.actor import Actor
from tests.service.bug.desk import Desk


@pytest.fixture
def desk(owner: Actor) -> Desk:
    return Desk(owner)
