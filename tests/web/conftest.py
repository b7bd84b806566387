"""A site and a tampered page of it, for the tests of the tamper job's pages."""

from __future__ import annotations

import pytest

from app.models import Site
from app.service.actor import Actor
from app.service.organization import change_settings
from app.service.site import create_site
from tests.web.tamper_scene import SCRIPT, Scene, make_scene


@pytest.fixture
def shop(owner: Actor) -> Site:
    change_settings(owner, {"is_set_up": True})
    return create_site(owner, {"name": f"Shop {SCRIPT}", "base_url": "http://127.0.0.1:9/"})


@pytest.fixture
def scene(owner: Actor, shop: Site) -> Scene:
    return make_scene(owner, shop)
