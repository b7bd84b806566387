"""The storeys of the house: imports go down only, and engines stand alone."""

from __future__ import annotations

import subprocess
import sys

from config.env import ROOT

IMPORT_ENGINES = """
import importlib, pkgutil, sys
import app.engine
for module in pkgutil.walk_packages(app.engine.__path__, "app.engine."):
    importlib.import_module(module.name)
unwanted = {"flask", "sqlalchemy", "celery", "kombu", "redis", "config"}
print(sorted(unwanted & set(sys.modules)))
"""


def test_imports_go_down_the_storeys_only() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_engines_are_importable_without_frameworks() -> None:
    said = subprocess.check_output([sys.executable, "-c", IMPORT_ENGINES], cwd=ROOT, text=True)
    assert said.strip() == "[]"
