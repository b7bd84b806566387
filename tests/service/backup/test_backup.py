"""A back-up made, checked and brought back: the same rows and files, on the same database or the other."""

from __future__ import annotations

import gzip
import json
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine

from app.core.secret_box import SecretBox
from app.core.settings import get_settings
from app.models import Organization, Setting, db, write
from app.service.actor import Actor
from app.service.backup import create
from app.service.backup import snapshot as still
from app.service.backup.create import create_backup
from app.service.backup.errors import BackupError
from app.service.backup.keys import known_key_ids
from app.service.backup.restore import UNFINISHED, restore_backup, verify_backup
from app.service.backup.rows import Shape
from app.service.health.schema import pending_migrations
from tests.cast import make_organization, make_user
from tests.servers import RedisServer
from tests.service.backup import house
from tests.service.backup.house import PASSPHRASE, another


def test_it_brings_back_every_row_and_every_file(
    made: Path, tmp_path: Path, redis_server: RedisServer
) -> None:
    before, content = house.everything(), house.content()
    with another(tmp_path / "new", redis_server.url):
        restore_backup(made, house.migrate, PASSPHRASE)
        assert house.everything() == before and house.content() == content
    assert len(content) == 2 and before["channel"] and before["check_result_20261120"]


def test_folders_of_files_are_for_whom_the_files_are(
    app: Flask, owner: Actor, tmp_path: Path, redis_server: RedisServer
) -> None:
    for name, mode in (("files", 0o640), ("content", 0o600)):
        path = get_settings().DATA_DIR / name / "ab" / "some"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"some")
        path.chmod(mode)
    create_backup(tmp_path / "b.tgz", with_keys=True)
    with another(tmp_path / "new", redis_server.url):
        restore_backup(tmp_path / "b.tgz", house.migrate)
    data = tmp_path / "new" / "data"
    modes = {
        name: (data / name).stat().st_mode & 0o777 for name in ("files", "files/ab", "content", "content/ab")
    }
    assert modes == {"files": 0o750, "files/ab": 0o750, "content": 0o700, "content/ab": 0o700}


def test_it_goes_to_mariadb_and_back(
    made: Path, tmp_path: Path, redis_server: RedisServer, mariadb_url: str
) -> None:
    before = house.everything()
    with another(tmp_path / "maria", redis_server.url, mariadb_url):
        restore_backup(made, house.migrate, PASSPHRASE)
        assert house.everything() == before
        create_backup(tmp_path / "back.tgz", with_keys=True)
    with another(tmp_path / "lite", redis_server.url):
        restore_backup(tmp_path / "back.tgz", house.migrate)
        assert house.everything() == before


def test_it_does_not_see_what_is_written_while_it_reads(
    mariadb_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user(make_organization("ours"), "owner", "owner")
    from app.service.backup import rows

    real = rows.pieces
    made: list[object] = []

    def pieces(connection, name, shape):  # type: ignore[no-untyped-def]
        if not made:
            made.append(make_organization("late"))
        yield from real(connection, name, shape)

    monkeypatch.setattr(rows, "pieces", pieces)
    create_backup(tmp_path / "b.tgz")
    assert verify_backup(tmp_path / "b.tgz").rows["organization"] == 1


def test_sealed_secrets_can_be_read_where_the_keys_went_along(
    made: Path, tmp_path: Path, redis_server: RedisServer
) -> None:
    with another(tmp_path / "new", redis_server.url):
        seen = restore_backup(made, house.migrate, PASSPHRASE)
        kept = json.loads((tmp_path / "new" / "data" / "secrets.json").read_text())
        assert seen.keys == kept and kept["CLOUDEYE_OLD_ENCRYPTION_KEYS"] == []
        assert (tmp_path / "new" / "data" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_it_asks_for_the_key_where_it_did_not_go_along(
    app: Flask, owner: Actor, tmp_path: Path, redis_server: RedisServer
) -> None:
    house.furnish(owner)
    create_backup(tmp_path / "b.tgz")
    with another(tmp_path / "new", redis_server.url):
        with pytest.raises(BackupError, match="another CLOUDEYE_ENCRYPTION_KEY"):
            restore_backup(tmp_path / "b.tgz", house.migrate)
        restore_backup(tmp_path / "b.tgz", house.migrate, without_secrets=True)
        assert len(house.everything()["site"]) == 1


def test_it_does_not_let_go_of_what_is_there_unasked(made: Path) -> None:
    with pytest.raises(BackupError, match="--replace"):
        restore_backup(made, house.migrate, PASSPHRASE)
    before = house.everything()
    make_organization("later")
    restore_backup(made, house.migrate, PASSPHRASE, replace=True)
    assert house.everything() == before


def test_a_restore_that_broke_off_may_be_made_again(made: Path) -> None:
    (get_settings().DATA_DIR / UNFINISHED).write_text("before\n")
    restore_backup(made, house.migrate, PASSPHRASE)
    assert not (get_settings().DATA_DIR / UNFINISHED).exists()


def test_a_short_passphrase_is_refused_and_leaves_nothing(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="at least 12"):
        create_backup(tmp_path / "b.ce", passphrase="short")
    assert not list(tmp_path.glob("*b.ce*"))


def test_it_is_readable_by_its_owner_alone_and_never_overwrites(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupError, match="there already"):
        create_backup(made)


def test_keys_stay_out_of_one_that_nothing_seals(app: Flask, owner: Actor, tmp_path: Path) -> None:
    create_backup(tmp_path / "b.tgz")
    settings = get_settings()
    inside = gzip.decompress((tmp_path / "b.tgz").read_bytes())
    assert verify_backup(tmp_path / "b.tgz").keys is None
    assert settings.SECRET_KEY.encode() not in inside and settings.ENCRYPTION_KEY.encode() not in inside


def test_what_is_sealed_can_be_opened_after_a_move(
    app: Flask, owner: Actor, tmp_path: Path, redis_server: RedisServer
) -> None:
    with write() as session:
        sealed = SecretBox(get_settings().ENCRYPTION_KEY).seal({"token": "hush"})
        session.add(Setting(key="test_sealed", value=sealed))
    create_backup(tmp_path / "b.ce", passphrase=PASSPHRASE)
    with another(tmp_path / "new", redis_server.url):
        restore_backup(tmp_path / "b.ce", house.migrate, PASSPHRASE)
        kept = json.loads((tmp_path / "new" / "data" / "secrets.json").read_text())
        sealed = db.session.get_one(Setting, "test_sealed").value
    assert SecretBox(kept["CLOUDEYE_ENCRYPTION_KEY"]).unseal(sealed) == {"token": "hush"}


def test_a_key_that_was_replaced_meanwhile_still_opens_it(app: Flask, owner: Actor, tmp_path: Path) -> None:
    create_backup(tmp_path / "b.tgz")
    settings = get_settings()
    settings.OLD_ENCRYPTION_KEYS = (settings.ENCRYPTION_KEY,)
    settings.ENCRYPTION_KEY = "a new key that is long enough to be one"
    restore_backup(tmp_path / "b.tgz", house.migrate, replace=True)
    assert verify_backup(tmp_path / "b.tgz").header["key_ids"] == known_key_ids(settings)[1:]


def test_an_upload_that_is_deleted_meanwhile_is_in_it(
    app: Flask, owner: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = get_settings().DATA_DIR / "files" / "ab" / ("ab" * 32)
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"evidence")
    upload.with_suffix(".webp").write_bytes(b"small")
    real = still.snapshot

    def snapshot(engine: Engine) -> AbstractContextManager[tuple[Connection, dict[str, Shape]]]:
        upload.unlink()
        return real(engine)

    monkeypatch.setattr(create, "snapshot", snapshot)
    create_backup(tmp_path / "b.tgz")
    assert verify_backup(tmp_path / "b.tgz").files == 1
    assert list((get_settings().DATA_DIR / "files").iterdir()) == [upload.parent]


def test_one_of_an_older_release_is_migrated_on_the_way(tmp_path: Path, redis_server: RedisServer) -> None:
    with another(tmp_path / "old", redis_server.url):
        house.migrate("0009")
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO organization (id, code, name, timezone, locale, allowed_networks, is_set_up, "
                "created_at, updated_at) VALUES (7, 'old', 'Old Ltd', 'UTC', 'en', '[]', 1, "
                "'2026-01-02 03:04:05.000006', '2026-01-02 03:04:05.000006')"
            )
        create_backup(tmp_path / "old.tgz", with_keys=True)
    with another(tmp_path / "new", redis_server.url):
        restore_backup(tmp_path / "old.tgz", house.migrate)
        assert pending_migrations() == []
        kept = db.session.get_one(Organization, 7)
        assert kept.name == "Old Ltd" and kept.created_at.microsecond == 6


def test_an_sqlite_file_of_another_name_goes_as_rows_alone(app: Flask, owner: Actor, tmp_path: Path) -> None:
    data = get_settings().DATA_DIR
    (data / "keepsake.bin").write_bytes(b"kept")
    with another(tmp_path, get_settings().REDIS_URL, f"sqlite:///{data}/own.db"):
        house.migrate("head")
        create_backup(tmp_path / "b.tgz")
        assert verify_backup(tmp_path / "b.tgz").files == 1


def test_a_backup_in_the_data_folder_is_not_in_the_next(app: Flask, owner: Actor) -> None:
    folder = get_settings().DATA_DIR / "backup"
    create_backup(folder / "1.tgz")
    create_backup(folder / "2.tgz")
    assert verify_backup(folder / "2.tgz").files == 0
    assert folder.stat().st_mode & 0o777 == 0o700
