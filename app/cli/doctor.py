"""`flask doctor`: looks at everything an installation needs, and says what to do about what is wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import with_appcontext
from redis import RedisError

from app.core.clock import now_ms
from app.core.errors import CloudEyeError
from app.core.redis import get_redis
from app.core.settings import get_settings
from app.models.errors import DATABASE_ERRORS
from app.service.health import browser_state, readiness
from app.service.schema import pending_migrations
from config.env import unknown_names

Finding = tuple[str, str]
MAX_SKEW_MS = 2_000
LEAST_FREE_MB = 500


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check configuration, connections, migrations, clock and permissions; exit status 1 if wrong."""
    wrong = 0
    for name, look in LOOKS.items():
        said, advice = look()
        wrong += bool(advice)
        click.echo(f"{'✗' if advice else '✓'} {name}: {said}" + (f"\n    → {advice}" if advice else ""))
    raise SystemExit(1 if wrong else 0)


def _configuration() -> Finding:
    values = vars(get_settings())
    if strange := unknown_names():
        return (
            f"{', '.join(strange)} is no setting",
            "Look for a misspelling; the README has a table of all settings.",
        )
    if values["ENV"] == "production" and not values["BASE_URL"]:
        return (
            "production, without a public address",
            "Set CLOUDEYE_BASE_URL so that notifications can link to pages.",
        )
    if values["ALLOW_PRIVATE_TARGETS"] and values["ENV"] == "production":
        return (
            "probes may reach every private address",
            "Unset CLOUDEYE_ALLOW_PRIVATE_TARGETS and name networks in the organization's settings.",
        )
    return values["ENV"], ""


def _folders() -> Finding:
    settings = get_settings()
    for name, folder in (("CLOUDEYE_DATA_DIR", settings.DATA_DIR), ("CLOUDEYE_LOG_DIR", settings.LOG_DIR)):
        if not Path(folder).is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            return (
                f"{folder} cannot be written",
                f"Make the folder and let this user write it, or change {name}.",
            )
    secrets = settings.DATA_DIR / "secrets.json"
    if secrets.exists() and secrets.stat().st_mode & 0o077:
        return f"{secrets} can be read by others", f"chmod 600 {secrets}"
    free_mb = shutil.disk_usage(settings.DATA_DIR).free // 2**20
    if free_mb < LEAST_FREE_MB:
        return (
            f"{free_mb} MB are left in {settings.DATA_DIR}",
            "Free some space, or lower CLOUDEYE_RESULT_DAYS.",
        )
    return f"{settings.DATA_DIR} and {settings.LOG_DIR} can be written, {free_mb} MB are free", ""


def _migrations() -> Finding:
    try:
        pending = pending_migrations()
    except CloudEyeError as error:
        return error.msg, "Look at DATABASE_URL and whether the database server runs."
    if pending:
        return f"{len(pending)} not run yet ({', '.join(pending)})", "Run: flask db upgrade"
    return "all run", ""


def _clock() -> Finding:
    try:
        seconds, micros = get_redis().time()
    except (RedisError, OSError) as error:
        return f"not compared ({type(error).__name__})", "Look at REDIS_URL and whether Redis runs."
    skew = now_ms() - (int(seconds) * 1000 + int(micros) // 1000)
    if abs(skew) > MAX_SKEW_MS:
        return f"{skew} ms from Redis' clock", "Run an NTP client on both machines."
    return f"{skew} ms from Redis' clock", ""


def _part(name: str, advice: str) -> Callable[[], Finding]:
    def look() -> Finding:
        state = readiness()[name]
        return state, "" if state == "ok" else advice

    return look


def _process(name: str) -> Callable[[], Finding]:
    return _part(
        name, f"Start it: .venv/bin/supervisorctl -c supervisor.conf start {name}, and read log/{name}/."
    )


def _browser() -> Finding:
    try:
        state = browser_state()
    except (*DATABASE_ERRORS, RedisError, OSError) as error:
        return f"not known ({type(error).__name__})", ""
    advice = "Install Chromium (apt-get install chromium) or set CLOUDEYE_CHROMIUM, and start CloudEye again."
    return state, "" if state in ("ok", "not needed") else advice


LOOKS: dict[str, Callable[[], Finding]] = {
    "configuration": _configuration,
    "folders": _folders,
    "database": _part("database", "Look at DATABASE_URL and whether the database server runs."),
    "migrations": _migrations,
    "redis": _part(
        "redis", "Look at REDIS_URL and whether Redis runs; the embedded one runs under `make run`."
    ),
    "broker": _part("broker", "Look at CELERY_BROKER_URL."),
    "clock": _clock,
    "scheduler": _process("scheduler"),
    "worker": _process("worker"),
    "recorder": _process("recorder"),
    "tamper": _process("tamper"),
    "browser": _browser,
}
