"""Looks at what is kept: the database and its migrations, the keys, Redis and how it keeps things."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import text

from app.core.clock import now_ms
from app.core.errors import CloudEyeError
from app.core.redis import get_redis
from app.core.settings import get_settings
from app.models import db
from app.service.backup.keys import known_key_ids
from app.service.backup.restore import UNFINISHED
from app.service.health.check import part_state
from app.service.health.looks.base import Finding, Look, PartAwayError
from app.service.health.schema import NewerDatabaseError, pending_migrations
from app.service.secret.rotation import count_by_key

MAX_SKEW_MS = 2_000
LEAST_SQLITE, LEAST_MARIADB, LEAST_MYSQL, LEAST_REDIS = (3, 35), (10, 5), (8, 0), (6, 2)
FULL_SHARE = 0.9


def _need(part: str, advice: str) -> None:
    state = part_state(part)
    if state != "ok":
        raise PartAwayError(state, advice)


def _database() -> Finding:
    _need("database", "Look at DATABASE_URL and whether the database server runs.")
    kind, version, least = _kind_and_version()
    if _numbers(version) < least:
        wanted = ".".join(map(str, least))
        return f"{kind} {version}", f"Bring it to {wanted} or newer: older ones were never tried."
    if kind != "SQLite" and (name := db.session.scalar(text("SELECT @@character_set_database"))) != "utf8mb4":
        return f"{kind} {version}, {name}", "ALTER DATABASE … CHARACTER SET utf8mb4 before the migrations."
    return f"ok, {kind} {version}", ""


def _kind_and_version() -> tuple[str, str, tuple[int, ...]]:
    if db.engine.dialect.name == "sqlite":
        return "SQLite", str(db.session.scalar(text("SELECT sqlite_version()"))), LEAST_SQLITE
    version = str(db.session.scalar(text("SELECT VERSION()")))
    is_mariadb = "mariadb" in version.lower()
    return (
        ("MariaDB", version.split("-")[0], LEAST_MARIADB)
        if is_mariadb
        else ("MySQL", version.split("-")[0], LEAST_MYSQL)
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _migrations() -> Finding:
    try:
        pending = pending_migrations()
    except NewerDatabaseError as error:
        return error.msg, "Install that release again, or bring a back-up of this one back."
    except CloudEyeError as error:
        return error.msg, "Look at DATABASE_URL and whether the database server runs."
    if (get_settings().DATA_DIR / UNFINISHED).exists():
        return "a back-up was being brought back and is not whole", "Run `flask backup restore` again."
    if pending:
        return f"{len(pending)} not run yet ({', '.join(pending)})", "Run: flask db upgrade"
    return "all run", ""


def _keys() -> Finding:
    """Whether everything that is sealed was sealed with a key that is here."""
    present, *old = known_key_ids(get_settings())
    counts = count_by_key()
    strange = {name: count for name, count in counts.items() if name not in (present, *old)}
    if strange:
        told = ", ".join(f"{count} with {name}" for name, count in sorted(strange.items()))
        return (
            f"sealed with keys that are not here: {told}",
            "Set CLOUDEYE_ENCRYPTION_KEY as it was, or add that key to CLOUDEYE_OLD_ENCRYPTION_KEYS; what a "
            "lost key sealed has to be entered again.",
        )
    if waiting := sum(counts[name] for name in old):
        return f"still sealed with an old key: {waiting}", "Run: flask secrets rotate"
    needless = "; old keys are needed no more" if old else ""
    return f"all that is sealed ({counts.total()}) can be opened (key {present}){needless}", ""


def _redis() -> Finding:
    _need("redis", "Look at REDIS_URL and whether Redis runs; the embedded one runs under `make run`.")
    told = get_redis().info()
    name = "Valkey" if "valkey_version" in told else "Redis"
    version = str(told.get("valkey_version") or told["redis_version"])
    if _numbers(version) < LEAST_REDIS:
        return f"{name} {version}", "Bring it to 6.2 or newer."
    return _how_redis_keeps(told, f"ok, {name} {version}")


def _how_redis_keeps(told: dict[str, Any], said: str) -> Finding:
    policy, limit, used = told.get("maxmemory_policy", ""), told["maxmemory"], told["used_memory"]
    if limit and policy != "noeviction":
        advice = "Set `maxmemory-policy noeviction`: what is due, sessions and messages lie there."
        return f"{said}, throws things away ({policy}) to make room", advice
    if limit and used > FULL_SHARE * limit:
        return f"{said}, {used / limit:.0%} of its memory is taken", "Give it more (maxmemory)."
    if not told.get("aof_enabled"):
        advice = "Set `appendonly yes`, or what waits in it is lost when it ends."
        return f"{said}, does not write what it holds to the disk", advice
    if told.get("aof_last_write_status", "ok") != "ok":
        return f"{said}, could not write to its disk", "Look at the disk where Redis keeps its files."
    return f"{said}, {used // 2**20} MB", ""


def _broker() -> Finding:
    _need("broker", "Look at CELERY_BROKER_URL and whether the broker runs.")
    return "ok", ""


def _clock() -> Finding:
    seconds, micros = get_redis().time()
    skew = now_ms() - (int(seconds) * 1000 + int(micros) // 1000)
    advice = "Run an NTP client on both machines." if abs(skew) > MAX_SKEW_MS else ""
    return f"{skew} ms from Redis' clock", advice


LOOKS: dict[str, Look] = {
    "database": _database,
    "migrations": _migrations,
    "keys": _keys,
    "redis": _redis,
    "broker": _broker,
    "clock": _clock,
}
NEEDS = {"clock": "redis"}
"""The part without which a look would be in vain."""
