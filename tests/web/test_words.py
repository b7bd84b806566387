"""Whatever services write on the timeline and in the audit log has words on the pages."""

from __future__ import annotations

import re

import pytest

from app.service.permission.roles import PERMISSIONS
from app.web.messages.lookup import whole
from app.web.words.names import ACTIONS, EVENT_KINDS, MESSAGE_KINDS
from config.env import ROOT

NAMED = re.compile(
    r'"((?:site|monitor|incident|watch|alert|deployment|deployment_token|words|channel|delivery)\.[a-z]+)"'
)


def test_every_event_and_every_act_has_words() -> None:
    service = ROOT / "app" / "service"
    lines = (
        line for path in service.rglob("*.py") for line in path.read_text().splitlines() if "log." not in line
    )
    named = {name for line in lines for name in NAMED.findall(line)}
    files = {name for name in named if name.endswith((".json", ".html", ".txt"))}
    permissions = set().union(*PERMISSIONS.values())
    assert named - files - permissions - {*ACTIONS, *EVENT_KINDS, *MESSAGE_KINDS} == set()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("the channel is off", "The channel is off."),
        ("Choose a file.", "Choose a file."),
        ("odd.yaml: is no template", "odd.yaml: is no template."),
        ("渠道已停用", "渠道已停用。"),
        ("", ""),
    ],
)
def test_a_message_that_stands_by_itself_is_a_whole_sentence(said: str, shown: str) -> None:
    assert whole(said) == shown
