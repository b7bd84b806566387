"""Looks at this machine: settings, versions, folders, who may read them, disk, time zones, browser, nginx."""

from __future__ import annotations

import os
import platform
import re
import shutil
import ssl
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from sqlalchemy import select

from app.core.settings import get_settings
from app.engine.browser.chromium import find_chromium
from app.models import Organization, db
from app.service.health.looks.base import Finding, Look
from app.service.health.release import release
from config.env import unknown_names

LEAST_PYTHON = (3, 11)
LEAST_FREE_MB = 500
LEAST_FREE_SHARE = 0.05
FEW_ZONES = 400
NGINX = ("nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx")
AUTHORITIES_OLD_DAYS = 400


def _configuration() -> Finding:
    values = vars(get_settings())
    if strange := unknown_names():
        advice = "Look for a misspelling; the README has a table of all settings."
        return f"{', '.join(strange)} is no setting", advice
    if values["ENV"] == "production" and not values["BASE_URL"]:
        advice = "Set CLOUDEYE_BASE_URL so that notifications can link to pages."
        return "production, without a public address", advice
    if values["ALLOW_PRIVATE_TARGETS"] and values["ENV"] == "production":
        advice = "Unset CLOUDEYE_ALLOW_PRIVATE_TARGETS and name networks in the organization's settings."
        return "probes may reach every private address", advice
    if values["BASE_URL"].startswith("https:") and not get_settings().SESSION_COOKIE_SECURE:
        return "log-ins may travel unencrypted", "Set CLOUDEYE_COOKIE_SECURE=1."
    return values["ENV"], ""


def _versions() -> Finding:
    said = (
        f"CloudEye {release()}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION.split('  ')[0]}, "
        f"{platform.system()} {platform.release()}"
    )
    if sys.version_info < LEAST_PYTHON:
        return said, "CloudEye needs Python 3.11 or newer: make setup PYTHON=/path/to/python3.11"
    return said, ""


def _folders() -> Finding:
    settings = get_settings()
    for name in ("DATA_DIR", "LOG_DIR", "RUN_DIR"):
        folder: Path = getattr(settings, name)
        if name == "RUN_DIR" and not folder.exists():
            continue  # Made at the start.
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            advice = f"Make the folder and let this user write it, or change CLOUDEYE_{name}."
            return f"{folder} cannot be written", advice
    return f"{settings.DATA_DIR} and {settings.LOG_DIR} can be written", ""


def _privacy() -> Finding:
    """Whether others of this machine could read what is secret."""
    data = get_settings().DATA_DIR
    for path, mask in (
        (data / "secrets.json", 0o077),
        (data / "secrets.before.json", 0o077),
        (data / "cloudeye.db", 0o007),
        (data / "content", 0o007),
        (data / "files", 0o007),
        (get_settings().RUN_DIR, 0o007),
    ):
        if path.exists() and path.stat().st_mode & mask and not _is_shut_off(path.parent):
            mode = stat.S_IMODE(path.stat().st_mode) & ~mask
            return f"{path} can be read by others", f"chmod {mode:o} {path}"
    return "what is secret is for its owner alone", ""


def _is_shut_off(folder: Path) -> bool:
    """Whether nobody else gets as far as this folder."""
    return any(each.exists() and not each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def _disk() -> Finding:
    usage = shutil.disk_usage(get_settings().DATA_DIR)
    free_mb, share = usage.free // 2**20, usage.free / usage.total
    said = f"{free_mb} MB ({share:.0%}) are free in {get_settings().DATA_DIR}"
    if free_mb < LEAST_FREE_MB:
        return said, "Free some space, or lower CLOUDEYE_RESULT_DAYS."
    if share < LEAST_FREE_SHARE and free_mb < 20 * LEAST_FREE_MB:
        return said, "Free some space soon, or lower CLOUDEYE_RESULT_DAYS."
    return said, ""


def _zones() -> Finding:
    count = len(available_timezones())
    advice = f"Install the time zone data (apt-get install tzdata); looked in {', '.join(TZPATH)}."
    if count < FEW_ZONES:
        return f"{count} time zones are known", advice
    for zone in db.session.scalars(select(Organization.timezone).distinct()):
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            return f"{zone}, an organization's, is not known", advice
    return f"{count} are known", ""


def _authorities() -> Finding:
    """The certificate authorities that probes trust."""
    path = Path(get_settings().CA_FILE)
    age = (datetime.now(UTC) - datetime.fromtimestamp(path.stat().st_mtime, UTC)).days
    count = path.read_text(errors="replace").count("BEGIN CERTIFICATE")
    said = f"{count} in {path}"
    if not count:
        return said, "Set CLOUDEYE_CA_FILE to a file of certificate authorities, or unset it."
    if age > AUTHORITIES_OLD_DAYS:
        return f"{said}, {age} days old", "Bring CloudEye to its newest release; it brings them along."
    return said, ""


def _chromium() -> Finding:
    program = find_chromium(vars(get_settings())["CHROMIUM"])
    if program is None:
        return "none, which only pages in a browser need", ""
    return f"{_said([program, '--version'])} at {program}", ""


def _nginx() -> Finding:
    values = vars(get_settings())
    program = next((found for name in NGINX if (found := shutil.which(name))), None)
    version = _said([program, "-v"]) if program else "none on this machine"
    is_behind = values["BIND"].startswith("unix:")
    if values["TRUST_PROXY"] and not is_behind:
        advice = "Set CLOUDEYE_BIND=unix:…, or CLOUDEYE_TRUST_PROXY=0: on a port anybody is whom they claim."
        return f"{version}; X-Forwarded-For is believed on a port", advice
    if is_behind and not values["TRUST_PROXY"]:
        advice = "Set CLOUDEYE_TRUST_PROXY=1, or everybody has the same address in limits and in the log."
        return f"{version}; the proxy is not believed", advice
    if values.get("X_ACCEL") and not is_behind:
        return (
            f"{version}; files are left to it",
            "Set CLOUDEYE_X_ACCEL=0: nobody sends them.",
        )
    return f"{version}, {'before' if is_behind else 'not before'} CloudEye", ""


def _said(words: list[str]) -> str:
    """The first line a program says of itself."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return "does not start"
    lines = (done.stdout or done.stderr).strip().splitlines()
    return re.sub(r"^nginx version: ", "", lines[0]).strip() if lines else "says nothing"


LOOKS: dict[str, Look] = {
    "configuration": _configuration,
    "versions": _versions,
    "folders": _folders,
    "privacy": _privacy,
    "disk": _disk,
    "time zones": _zones,
    "authorities": _authorities,
    "chromium": _chromium,
    "nginx": _nginx,
}
