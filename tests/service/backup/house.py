"""An installation with something in every corner a back-up has to reach, and what it reads like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from app.core.settings import get_settings
from app.core.snowflake import use_worker_number
from app.models import Setting, db, write
from app.models.day_table import changing_tables
from app.models.pack import pack_table
from app.models.result import COLUMNS, day_of, ensure_day_table, insert_new
from app.models.rollup import ensure_five_table, five_table
from app.service.actor import Actor
from app.service.backup import rows
from app.service.channel.manage import create_channel
from app.service.monitor.manage import create_monitor
from app.service.site import create_site
from app.service.tamper import store
from tests import cast
from tests.cast import make_test_app

PASSPHRASE = "horse battery staple"
OLD_DAY = date(2026, 11, 1)
DUE_MS = int(datetime(2026, 11, 20, 12, 0, tzinfo=UTC).timestamp() * 1000)


def furnish(owner: Actor) -> None:
    """Rows of every kind, day tables of every kind, content in every form."""
    site = create_site(owner, {"name": "Shop 商店 “ö”", "base_url": "http://127.0.0.1:9/"})
    config = {"url": "http://127.0.0.1:9/"}
    monitor = create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})
    create_channel(owner, {"type": "webhook", "name": "hook", "config": config})
    with write() as session:
        values = {"number": 5, "share": 0.25, "text": "5", "yes": True, "none": None, "list": [1, {"a": "ä"}]}
        session.add_all(Setting(key=f"test_{name}", value=value) for name, value in values.items())
    _fill_days(monitor.id)
    page = b"<html>" + b"".join(b"<p>%d</p>" % number for number in range(20_000))
    base = store.put("body", page)
    store.put("body", page + b"<p>and more</p>", base=base.sha256)
    (get_settings().DATA_DIR / "content" / "0" / "0").mkdir(parents=True, exist_ok=True)


def _fill_days(monitor_id: int) -> None:
    day = day_of(DUE_MS)
    ensure_day_table(db.engine, day)
    row = dict.fromkeys(COLUMNS) | {
        "monitor_id": monitor_id, "due_ms": DUE_MS, "location_number": 1, "status": 1, "flags": 0,
        "late_us": 1, "lag_us": 2, "detail": '{"a": 1}',
    }  # fmt: skip
    with db.engine.begin() as connection:
        insert_new(connection, day, [tuple(row[name] for name in COLUMNS)])
    with changing_tables(db.engine) as connection:
        packs = pack_table(OLD_DAY)
        packs.create(connection)
        key = {"monitor_id": monitor_id, "location_number": 1}
        data = bytes(range(256)) * 20
        connection.execute(packs.insert().values(**key, first_ms=1, last_ms=2, count=3, failed=0, data=data))
    ensure_five_table(db.engine, day)
    with db.engine.begin() as connection:
        table = five_table(day)
        counts = {name: 0 for name in (each.name for each in table.columns) if name not in key}
        connection.execute(table.insert().values(**{**counts, **key, "body": b"\x00\xff"}))


def everything() -> dict[str, list[bytes]]:
    """Every row of every table, in no database's own words."""
    with db.engine.connect() as connection:
        return {
            name: sorted(
                line for _, lines in rows.pieces(connection, name, shape) for line in lines.splitlines()
            )
            for name, shape in rows.shapes(connection).items()
        }


def content() -> dict[str, bytes]:
    """The bytes of every object in the content store."""
    kept = store.get_store()
    return {name: kept.get(name) for name in kept.names()}


def migrate(revision: str) -> None:
    upgrade(revision=revision)


def set_keys_of(folder: Path, other: Path) -> None:
    """Give one installation the keys of another, as an operator copies a file."""
    (other / "data").mkdir(parents=True, exist_ok=True)
    (other / "data" / "secrets.json").write_bytes((folder / "data" / "secrets.json").read_bytes())


@contextmanager
def another(folder: Path, redis_url: str, database_url: str = "") -> Iterator[Flask]:
    """An installation that has not begun yet."""
    cast._forget()
    use_worker_number(1)
    app = make_test_app(folder, redis_url, database_url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
