"""Changing the key: everything is sealed anew, whatever breaks off or happens meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import secret_box
from app.core.secret_box import KeyRing, SecretBox, key_id_of, unseal
from app.core.settings import get_settings
from app.models import AuditEntry, Channel, Setting, db, write
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.secret import rotation
from app.service.secret.rotation import count_by_key, rotate, sealed_columns
from app.service.tamper.evidence_key import public_key
from config.env import ROOT
from config.secrets import kept_secrets, old_keys, replace_encryption_key
from tests.cast import make_organization, make_user

pytestmark = pytest.mark.faces

NEW, LOST = "n" * 40, "l" * 40
SECRET = {"url": "https://example.org/hook", "secret": "whsec_c2VjcmV0"}


@pytest.fixture(autouse=True)
def _own_key(app: Flask) -> Iterator[None]:
    """The key of this test's application, not the one a process read first."""
    secret_box._box.cache_clear()
    yield
    secret_box._box.cache_clear()


@pytest.fixture
def ring(app: Flask) -> KeyRing:
    """A new key, with the one of before."""
    return KeyRing(NEW, [get_settings().ENCRYPTION_KEY])


def add(actor: Actor, count: int = 1) -> list[Channel]:
    values = {"type": "webhook", "name": "hook", "config": SECRET}
    return [create_channel(actor, values) for _ in range(count)]


def sealed() -> list[str]:
    return list(db.session.scalars(select(Channel.sealed_config).order_by(Channel.id)))


def test_every_column_of_secrets_is_found_by_itself() -> None:
    names = {f"{column.table.name}.{column.name}" for column in sealed_columns()}
    assert {
        "channel.sealed_config",
        "monitor.sealed_secrets",
        "scan_settings.sealed_login",
        "location.sealed_key",
        "deployment_token.sealed_token",
    } <= names


def test_nothing_sealed_is_kept_under_another_name(app: Flask) -> None:
    """A column of secrets is called sealed…, or it would be left behind. Letters are kept nowhere."""
    kept = re.compile(r"(\w+)=seal\(|\.(\w+) = seal\(|\"(\w+)\": seal\(|^\s*(\w+) = seal\(", re.MULTILINE)
    names = {
        next(filter(None, found))
        for path in (ROOT / "app" / "service").rglob("*.py")
        if path.name not in ("queue.py", "letter.py")
        for found in kept.findall(path.read_text())
    }
    assert all(name.startswith("sealed") for name in names), names


def test_everything_is_sealed_anew_and_opens_with_the_new_key_alone(ring: KeyRing, owner: Actor) -> None:
    add(owner, 3)
    done = rotate(ring)
    assert done.anew["channel.sealed_config"] == 3
    assert [SecretBox(NEW).unseal(each) for each in sealed()] == [SECRET] * 3


def test_a_setting_with_something_sealed_goes_along(ring: KeyRing, owner: Actor) -> None:
    public_key()
    assert rotate(ring).anew["setting.value"] == 1
    row = db.session.scalars(select(Setting)).one()
    assert SecretBox(NEW).unseal(row.value["sealed"]).keys() == {"key"}


def test_it_goes_on_where_it_was_broken_off(
    ring: KeyRing, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(owner, 5)
    monkeypatch.setattr(rotation, "BATCH", 2)
    whole, calls = rotation._replace, []

    def breaking(*args: Any) -> int:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(rotation, "_replace", breaking)
    with pytest.raises(KeyboardInterrupt):
        rotate(ring)
    monkeypatch.setattr(rotation, "_replace", whole)
    done = rotate(ring)
    assert (done.anew["channel.sealed_config"], done.already["channel.sealed_config"]) == (3, 2)


def test_what_somebody_changes_meanwhile_is_theirs(
    ring: KeyRing, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(owner)
    theirs = ring.seal({"url": "https://example.org/new"})
    whole = rotation._replace

    def late(*args: Any) -> int:
        with write() as session:
            session.execute(update(Channel).values(sealed_config=theirs))
        return whole(*args)

    monkeypatch.setattr(rotation, "_replace", late)
    assert rotate(ring).anew.total() == 0
    assert sealed() == [theirs]


def test_what_no_key_opens_is_said_and_left(ring: KeyRing, owner: Actor) -> None:
    add(owner, 2)
    lost = SecretBox(LOST).seal({"url": "x"})
    with write() as session:
        first = session.scalars(select(Channel).order_by(Channel.id)).first()
        assert first is not None
        first.sealed_config = lost
    done = rotate(ring)
    assert (done.lost["channel.sealed_config"], done.anew["channel.sealed_config"]) == (1, 1)
    assert sealed()[0] == lost


def test_the_time_of_change_of_a_thing_stays(ring: KeyRing, owner: Actor) -> None:
    (channel,) = add(owner)
    rotate(ring)
    assert db.session.get_one(Channel, channel.id, populate_existing=True).updated_at == channel.updated_at


def test_it_is_in_the_audit_log_once(ring: KeyRing, owner: Actor) -> None:
    add(owner)
    rotate(ring)
    rotate(ring)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "secrets.rotate")).all()
    assert [(each.way, (each.after or {}).get("anew")) for each in entries] == [("cli", 1)]


def test_it_counts_by_key(ring: KeyRing, owner: Actor) -> None:
    add(owner, 2)
    before = SecretBox(get_settings().ENCRYPTION_KEY).key_id
    assert count_by_key() == {before: 2}
    rotate(ring)
    assert count_by_key() == {ring.present.key_id: 2}


def test_it_runs_on_mariadb(_own_key: None, mariadb_app: Flask) -> None:
    owner = make_user(make_organization("ours"), "owner", "owner")
    secret_box._box.cache_clear()
    add(owner, 3)
    done = rotate(KeyRing(NEW, [get_settings().ENCRYPTION_KEY]))
    assert done.anew["channel.sealed_config"] == 3
    assert rotate(KeyRing(NEW)).already["channel.sealed_config"] == 3


def test_a_key_of_the_data_folder_is_replaced_and_kept_among_the_old(app: Flask) -> None:
    folder = get_settings().DATA_DIR
    before = kept_secrets(folder)
    replace_encryption_key(folder)
    after = kept_secrets(folder)
    assert after["CLOUDEYE_SECRET_KEY"] == before["CLOUDEYE_SECRET_KEY"]
    assert after["CLOUDEYE_ENCRYPTION_KEY"] != before["CLOUDEYE_ENCRYPTION_KEY"]
    assert old_keys(folder) == (before["CLOUDEYE_ENCRYPTION_KEY"],)


def test_the_commands_say_what_they_did(app: Flask, owner: Actor) -> None:
    add(owner, 2)
    runner = app.test_cli_runner()
    assert "present key" in runner.invoke(args=["secrets", "status"]).output
    said = runner.invoke(args=["secrets", "rotate"])
    assert said.exit_code == 0
    assert "channel.sealed_config: 0 sealed anew, 2 were so already" in said.output
    made = runner.invoke(args=["secrets", "new-key"])
    assert "Restart CloudEye" in made.output
    kept = json.loads((get_settings().DATA_DIR / "secrets.json").read_text())
    assert len(kept["CLOUDEYE_OLD_ENCRYPTION_KEYS"]) == 1


def test_secrets_that_no_key_opens_fail_the_commands(app: Flask, owner: Actor) -> None:
    add(owner)
    with write() as session:
        session.execute(update(Channel).values(sealed_config=SecretBox(LOST).seal({})))
    runner = app.test_cli_runner()
    assert runner.invoke(args=["secrets", "status"]).exit_code == 1
    said = runner.invoke(args=["secrets", "rotate"])
    assert said.exit_code == 1
    assert "CANNOT BE OPENED" in said.output


def test_a_process_with_the_old_key_at_hand_goes_on_reading(app: Flask, owner: Actor) -> None:
    (channel,) = add(owner)
    assert unseal(channel.sealed_config) == SECRET
    assert key_id_of(channel.sealed_config) == SecretBox(get_settings().ENCRYPTION_KEY).key_id
