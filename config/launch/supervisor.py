"""supervisord's command line, and the settings that supervisor.conf names as ENV_…."""

from __future__ import annotations

import os
import shutil
import sys

from config import Config
from config.env import ROOT
from config.launch.place import PROCESSES, link_client_socket, make_folders

OUTPUT_BYTES = "10MB"
# What Chromium is called, as in app/engine/browser/chromium.py: this process imports nothing of the app.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def command() -> list[str]:
    return [sys.executable, "-m", "supervisor.supervisord", "-c", str(ROOT / "supervisor.conf")]


def has_chromium(settings: Config) -> bool:
    """Whether this machine can show watched pages in a browser."""
    given: str = vars(settings)["CHROMIUM"]
    return any(shutil.which(name) for name in ((given,) if given else BROWSERS))


def exported(settings: Config) -> dict[str, str]:
    """What supervisor.conf expands as ENV_…; folders are absolute, so that children agree on them."""
    is_stream = getattr(settings, "LOG_OUTPUT", "time") == "stream"
    names = {
        "CLOUDEYE_DATA_DIR": str(settings.DATA_DIR.absolute()),
        "CLOUDEYE_LOG_DIR": str(settings.LOG_DIR.absolute()),
        "CLOUDEYE_RUN_DIR": str(settings.RUN_DIR.absolute()),
        "LAUNCH_PYTHON": sys.executable,
        "LAUNCH_LOCATION": settings.LOCATION,
        "LAUNCH_REDIS": "true" if settings.EMBEDDED_REDIS else "false",
        "LAUNCH_BROWSER": "true" if has_chromium(settings) else "false",
        "LAUNCH_FLOWER": "true" if vars(settings)["FLOWER"] else "false",
        "LAUNCH_OUTPUT_BYTES": "0" if is_stream else OUTPUT_BYTES,
    }
    for process in PROCESSES:
        path = "/dev/fd/1" if is_stream else str(settings.LOG_DIR.absolute() / process / "output.log")
        names[f"LAUNCH_{process.upper()}_OUTPUT"] = path
    return names


def prepare(settings: Config) -> dict[str, str]:
    """Make the folders supervisord expects; gives its whole environment."""
    make_folders(settings)
    for process in ("supervisor", *PROCESSES):
        (settings.LOG_DIR / process).mkdir(parents=True, exist_ok=True)
    link_client_socket(settings)
    return {**os.environ, **exported(settings), "PYTHONUNBUFFERED": "1"}
