"""A monitor of every type can be kept, read again and sent to a probe, and its secrets stay ours."""

from __future__ import annotations

import json
from typing import Any

from app.engine.usability.registry import MonitorType, all_types
from app.models import db
from app.service.actor import Actor
from app.service.monitor.config import masked, whole
from app.service.monitor.manage import create_monitor, get_monitor
from app.service.site import create_site
from tests.engine.usability.test_every_type import least

SECRET = "do-not-show-me"


def _with_secrets(kind: MonitorType) -> dict[str, Any]:
    """The least configuration, and something in every secret that takes any text."""
    config = least(kind)
    for name, spec in kind.schema()["properties"].items():
        if spec.get("secret") and spec.get("type") == "string" and spec.get("widget") == "password":
            config[name] = SECRET
    return config


def test_it_is_kept_whole_and_shown_without_secrets(owner: Actor) -> None:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    for kind in all_types():
        config = _with_secrets(kind)
        made = create_monitor(
            owner, {"site_id": site.id, "type": kind.name, "name": kind.name, "config": config}
        )
        db.session.expire_all()
        monitor = get_monitor(owner, made.id)
        assert SECRET not in json.dumps([monitor.config, masked(monitor)]), kind.name
        assert {name: whole(monitor)[name] for name in config} == config, kind.name
        kind.parse(whole(monitor))
        assert all(getattr(monitor, name) == value for name, value in kind.defaults.items()), kind.name
