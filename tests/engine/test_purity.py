"""The engines stand alone: they can be imported without the web, the database or the broker."""

from __future__ import annotations

import subprocess
import sys

_FORBIDDEN = ("flask", "sqlalchemy", "celery", "redis", "gevent", "kombu", "config", "app.core", "app.models")
_CODE = """
import importlib, pkgutil, sys
import app.engine
for module in pkgutil.walk_packages(app.engine.__path__, "app.engine."):
    importlib.import_module(module.name)
from app.engine.usability.registry import all_types
assert [each.name for each in all_types()]
print(*[name for name in sys.argv[1:] if name in sys.modules])
"""


def test_engines_import_nothing_from_above() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _CODE, *_FORBIDDEN], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []
