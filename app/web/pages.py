"""Finds the page families: every module of `app.web.family` is loaded, none is listed by hand."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every family, so that its routes are there."""
    package = importlib.import_module("app.web.family")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
