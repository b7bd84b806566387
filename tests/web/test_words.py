"""Whatever services write on the timeline and in the audit log has words on the pages."""

from __future__ import annotations

import re

from app.web.words import ACTIONS, EVENT_KINDS, MESSAGE_KINDS
from config.env import ROOT

NAMED = re.compile(
    r'"((?:site|monitor|incident|watch|alert|deployment|deployment_token|words|channel|delivery)\.[a-z]+)"'
)


def test_every_event_and_every_act_has_words() -> None:
    service = ROOT / "app" / "service"
    lines = (
        line
        for path in service.rglob("*.py")
        if path.name != "permission.py"
        for line in path.read_text().splitlines()
        if "log." not in line
    )
    named = {name for line in lines for name in NAMED.findall(line)}
    files = {name for name in named if name.endswith((".json", ".html", ".txt"))}
    assert named - files - {*ACTIONS, *EVENT_KINDS, *MESSAGE_KINDS} == set()
