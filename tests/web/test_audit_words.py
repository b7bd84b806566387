"""The audit log speaks of every act in words, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po

from app.web.words.names import ACTIONS

_TOLD = re.compile(r'(?:record_(?:change|act)\(\s*(?:session,\s*)?\w+,\s*|action=)"([a-z_]+\.[a-z_.]+)"')


def told() -> set[str]:
    """Every action that services write, found in their source."""
    files = Path("app/service").rglob("*.py")
    return {action for file in files for action in _TOLD.findall(file.read_text())}


def test_every_act_has_words() -> None:
    found = told()
    assert len(found) >= 80
    assert found - set(ACTIONS) == set()


def test_the_words_are_there_in_chinese() -> None:
    with Path("app/translations/zh/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file)
    words = {action: catalogue.get(ACTIONS[action]._args[0]) for action in told()}
    assert {action for action, message in words.items() if message is None or not message.string} == set()
