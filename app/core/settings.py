"""The process's settings, for those that have no Flask application at hand."""

from __future__ import annotations

from config import Config, load_settings

_settings: Config | None = None


def get_settings() -> Config:
    """The settings of this process, read at the first call."""
    global _settings
    if _settings is None:
        _settings = load_settings()
    return _settings


def use_settings(settings: Config | None) -> None:
    """Set the process's settings (None: read them anew at the next call)."""
    global _settings
    _settings = settings
