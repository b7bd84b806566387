"""What the doctor sees, each look on an installation where just that is wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask
from sqlalchemy import text

from app.core.clock import now_ms
from app.core.redis import get_redis, use_redis
from app.core.secret_box import SecretBox
from app.core.settings import get_settings
from app.models import Location, Organization, write
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.health import check
from app.service.health.looks import LOOKS, Looked, examine, look_at
from app.service.health.looks.store import _how_redis_keeps
from app.service.queue import MOST_WAITING, celery_app, send
from app.service.setting import set_setting
from tests.servers import RedisServer


@pytest.fixture
def settings(app: Flask) -> Iterator[Any]:
    get_settings().DATA_DIR.mkdir(exist_ok=True)
    get_settings().LOG_DIR.mkdir(exist_ok=True)
    yield get_settings()


def look(name: str) -> Looked:
    return look_at(name, LOOKS[name])


def test_all_is_well_but_for_processes_that_do_not_run(settings: Any) -> None:
    wrong = {each.name for each in examine() if not each.is_ok}
    assert wrong == {"scheduler", "worker", "recorder", "tamper"}


def test_nothing_is_asked_of_what_is_away(settings: Any) -> None:
    use_redis(redis.Redis.from_url("unix:///nowhere/redis.sock", retry=None))
    looked = {each.name: each for each in examine()}
    assert [name for name, each in looked.items() if not each.is_ok] == ["redis"]
    for name in ("clock", "worker", "schedule"):
        assert looked[name].said == "not known without redis"
    assert looked["queues"].said == "0 messages wait"


def test_a_broker_that_never_answers_is_waited_for_once(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        celery_app().conf.update(broker_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        looked = {each.name: each for each in examine()}
    assert (looked["broker"].said, looked["broker"].is_ok) == ("failed: TimeoutError", False)
    assert looked["queues"].said == "not known without broker"


def test_readable_secrets_are_told(settings: Any) -> None:
    path = settings.DATA_DIR / "secrets.json"
    path.chmod(0o644)
    seen = look("privacy")
    if seen.is_ok:  # nobody else gets as far as pytest's folder
        assert not _is_open(path.parent)
    else:
        assert seen.advice == f"chmod 600 {path}"


def _is_open(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def test_a_folder_that_is_missing_is_told(settings: Any) -> None:
    settings.LOG_DIR.rmdir()
    assert "CLOUDEYE_LOG_DIR" in look("folders").advice


def test_a_time_zone_that_this_machine_does_not_know_is_told(settings: Any, ours: Organization) -> None:
    with write() as session:
        session.get_one(Organization, ours.id).timezone = "Mars/Olympus"
    seen = look("time zones")
    assert "Mars/Olympus" in seen.said and "tzdata" in seen.advice


def test_what_a_lost_key_sealed_is_counted(settings: Any, owner: Actor) -> None:
    channel = create_channel(
        owner, {"type": "webhook", "name": "h", "config": {"url": "http://127.0.0.1:9/"}}
    )
    with write() as session:
        row = session.merge(channel)
        row.sealed_config = "0badc0de:" + row.sealed_config.partition(":")[2]
    settings.ENCRYPTION_KEY = "another key, which is long enough for it"
    seen = look("keys")
    assert "1 with 0badc0de" in seen.said and "CLOUDEYE_ENCRYPTION_KEY" in seen.advice


def test_what_waits_for_a_rotation_is_told(settings: Any, owner: Actor) -> None:
    config = {"url": "http://127.0.0.1:9/"}
    channel = create_channel(owner, {"type": "webhook", "name": "h", "config": config})
    sealed = SecretBox(settings.ENCRYPTION_KEY).seal(config)
    with write() as session:
        session.merge(channel).sealed_config = sealed
    settings.OLD_ENCRYPTION_KEYS = (settings.ENCRYPTION_KEY,)
    settings.ENCRYPTION_KEY = "another key, which is long enough for it"
    seen = look("keys")
    assert (seen.said, seen.advice) == (
        "still sealed with an old key: 1",
        "Run: flask secrets rotate",
    )


TOLD: dict[str, Any] = {
    "maxmemory": 0, "used_memory": 2**20, "maxmemory_policy": "noeviction", "aof_enabled": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({}, ""),
        ({"maxmemory": 2**30, "maxmemory_policy": "allkeys-lru"}, "noeviction"),
        ({"maxmemory": 2**20}, "maxmemory"),
        ({"aof_enabled": 0}, "appendonly yes"),
        ({"aof_last_write_status": "err"}, "disk"),
    ],
)
def test_how_redis_keeps_things(changed: dict[str, Any], advice: str) -> None:
    _, said = _how_redis_keeps({**TOLD, **changed}, "ok")
    assert advice in said and bool(advice) == bool(said)


def test_a_redis_that_throws_away_is_noticed_for_real(
    settings: Any, redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    redis_client.config_set("maxmemory", "100mb")
    redis_client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "noeviction" in look("redis").advice
    finally:
        redis_client.config_set("maxmemory-policy", "noeviction")
        redis_client.config_set("maxmemory", "0")


def test_messages_that_pile_up_are_told(settings: Any, redis_client: redis.Redis) -> None:
    send("notify.decide", "notify", [])
    redis_client.lpush("notify", *(["x"] * 1_500))
    assert look("queues").said == "1501 messages wait in notify"


def test_messages_that_pile_up_at_a_location_are_told(settings: Any, redis_client: redis.Redis) -> None:
    redis_client.lpush("probe.default", *(["x"] * MOST_WAITING))
    assert "-Q probe.default" in look("queues").advice


def location(**values: Any) -> None:
    with write() as session:
        session.add(Location(code="paris", name="Paris", number=7, **values))


def probe(**told: Any) -> dict[str, Any]:
    return {"last_seen_ms": now_ms(), "last_report": {"probes": {"one:7": {"host": "one", "pid": 7, **told}}}}


@pytest.mark.parametrize(
    ("values", "said", "advice"),
    [
        ({}, "paris: not heard of yet", "reaches the broker"),
        ({"last_seen_ms": 1}, "paris: silent", "flask location disable"),
        (probe(control={"state": "offline"}), "paris: its own network is down", "control targets"),
        (probe(clock_off_ms=-240_000), "paris: its clock is 240 s behind", "NTP"),
        (probe(clock_off_ms=90_000), "paris: its clock is 90 s ahead", "NTP"),
        (probe(clock_off_ms=-300, control={"state": "here"}), "1, all as they should be", ""),
        ({"is_enabled": False}, "0, all as they should be", ""),
    ],
)
def test_what_is_wrong_at_another_place_is_told(
    settings: Any, values: dict[str, Any], said: str, advice: str
) -> None:
    if values.get("last_seen_ms", 0) > 1:
        values = {**values, "last_seen_ms": now_ms()}  # Said when the tests were collected.
    location(**values)
    seen = look("locations")
    assert seen.said == said and advice in seen.advice and bool(advice) == bool(seen.advice)


def test_a_late_schedule_is_told(settings: Any, redis_client: redis.Redis) -> None:
    redis_client.zadd("due:default", {"1": 1_000.0})
    assert "scheduler" in look("schedule").advice


def test_a_restore_that_broke_off_is_told(settings: Any) -> None:
    (settings.DATA_DIR / "restore.unfinished").write_text("x\n")
    assert "flask backup restore" in look("migrations").advice


def test_registration_without_a_channel_for_its_codes_is_told(settings: Any) -> None:
    set_setting("registration", True)
    assert "channel for e-mails" in look("mail").advice


def test_a_channel_for_mail_that_is_gone_is_told(settings: Any) -> None:
    set_setting("mail_channel", 12345)
    assert look("mail").said == "its channel was deleted"


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        ({"TRUST_PROXY": True}, "CLOUDEYE_BIND"),
        ({"BIND": "unix:/run/x.sock"}, "CLOUDEYE_TRUST_PROXY=1"),
        ({"BIND": "unix:/run/x.sock", "TRUST_PROXY": True, "X_ACCEL": True}, ""),
        ({"X_ACCEL": True}, "CLOUDEYE_X_ACCEL=0"),
    ],
)
def test_how_nginx_and_cloudeye_stand(settings: Any, values: dict[str, Any], advice: str) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    seen = look("nginx")
    assert advice in seen.advice and bool(advice) == bool(seen.advice)


def test_nginx_tells_its_version(settings: Any, nginx_program: str) -> None:
    assert "nginx/" in look("nginx").said


def test_a_public_address_with_tls_wants_secure_cookies(settings: Any) -> None:
    settings.BASE_URL = "https://watch.example.org"
    assert look("configuration").advice == "Set CLOUDEYE_COOKIE_SECURE=1."


def test_the_servers_tell_what_they_are(settings: Any) -> None:
    assert look("database").said.startswith("ok, SQLite 3.")
    assert look("redis").said.startswith(("ok, Redis", "ok, Valkey"))


def test_mariadb_tells_what_it_is(mariadb_app: Flask) -> None:
    assert look("database").said.startswith("ok, MariaDB 1")


def test_chromium_is_found_where_there_is_one(settings: Any, chromium_path: str) -> None:
    assert "hromium" in look("chromium").said


def test_a_database_of_a_newer_release_is_told(settings: Any) -> None:
    with write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    seen = look("migrations")
    assert (seen.is_ok, seen.said) == (False, "the database is of a newer release (9999)")


def test_what_no_look_foresaw_is_told_and_spoils_no_other(settings: Any) -> None:
    get_redis().set("heartbeat:worker:here.1", "not a number")
    seen = look("worker")
    assert (seen.is_ok, seen.said) == (False, "not known (ValueError)")


def test_a_broker_that_is_not_redis_is_not_asked_how_much_waits(settings: Any) -> None:
    celery_app().conf.update(broker_url="amqp://127.0.0.1:1//")
    assert look("queues").said == "0 messages wait"
