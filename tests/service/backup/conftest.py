"""A furnished installation's sealed back-up, and installations that have not begun yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.service.actor import Actor
from app.service.backup.create import create_backup
from tests.service.backup import house
from tests.service.backup.house import PASSPHRASE


@pytest.fixture
def made(app: Flask, owner: Actor, tmp_path: Path) -> Path:
    """A sealed back-up of a furnished installation."""
    house.furnish(owner)
    create_backup(tmp_path / "b.ce", passphrase=PASSPHRASE)
    return tmp_path / "b.ce"
