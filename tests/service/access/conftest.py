"""An administrator, who stands below the owner."""

from __future__ import annotations

import pytest

from app.models import Organization
from app.service.actor import Actor
from tests.cast import make_user


@pytest.fixture
def app_admin(ours: Organization) -> Actor:
    return make_user(ours, "boss", "admin")
