"""`flask tamper usage`."""

from __future__ import annotations

import os

from flask import Flask

from app.models import Organization
from app.service.tamper.keep import keep


def test_it_tells_what_each_organization_keeps(app: Flask, ours: Organization) -> None:
    keep(ours.id, "screenshot", os.urandom(2 * 2**20))
    said = app.test_cli_runner().invoke(args=["tamper", "usage"])
    assert said.exit_code == 0
    assert said.output == "ours Ltd: 2.0 of 5120 MB, 1 objects\non disk: 2.0 MB, 1 objects\n"
