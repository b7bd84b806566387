"""Back-ups that were damaged, cut off, forged or made elsewhere: told, before anything is touched."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask

from app.service.actor import Actor
from app.service.backup import archive
from app.service.backup.create import create_backup
from app.service.backup.errors import BackupError
from app.service.backup.restore import header_of, restore_backup, verify_backup
from tests.service.backup import house
from tests.service.backup.house import PASSPHRASE


def test_one_changed_byte_is_noticed_before_anything_is_touched(made: Path) -> None:
    data = bytearray(made.read_bytes())
    data[len(data) // 2] ^= 1
    made.write_bytes(data)
    before = house.everything()
    with pytest.raises(BackupError, match="changed or cut off"):
        restore_backup(made, house.migrate, PASSPHRASE, replace=True)
    assert house.everything() == before


def test_a_changed_line_in_a_plain_one_is_noticed(app: Flask, owner: Actor, tmp_path: Path) -> None:
    path = tmp_path / "b.tgz"
    create_backup(path)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"ours", b"mine")))
    with pytest.raises(BackupError):
        verify_backup(path)


@pytest.mark.parametrize("part", [0.3, 0.999])
def test_one_that_was_cut_off_is_noticed(made: Path, part: float) -> None:
    data = made.read_bytes()
    made.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(BackupError):
        verify_backup(made, PASSPHRASE)


def test_a_wrong_passphrase_does_not_open_it(made: Path) -> None:
    with pytest.raises(BackupError, match="passphrase is wrong"):
        verify_backup(made, "horse battery stapler")
    with pytest.raises(BackupError, match="sealed with a passphrase"):
        verify_backup(made)


def test_it_says_when_it_is_of_a_newer_release(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.service.backup.restore.known_revisions", lambda: {"0001"})
    with pytest.raises(BackupError, match="newer release"):
        verify_backup(made, PASSPHRASE)


@pytest.mark.parametrize(
    "name",
    [
        "files/../outside",
        "files//etc/passwd",
        "files/run/x.sock",
        "files/secrets.json",
        "files/.lock",
        "x",
        "files/",
    ],
)
def test_a_file_that_would_lie_elsewhere_stops_it(made: Path, tmp_path: Path, name: str) -> None:
    header = header_of(made, PASSPHRASE) | {"tables": {}}
    with (tmp_path / "bad.tgz").open("wb") as file, archive.writing(file, None) as writer:
        writer.add_document(archive.HEADER, header)
        writer.add(name, b"mine")
        writer.close({"rows": {}, "files": 1})
    with pytest.raises(BackupError, match="does not belong"):
        restore_backup(tmp_path / "bad.tgz", house.migrate, replace=True)


def test_rows_of_a_table_nobody_announced_stop_it(made: Path, tmp_path: Path) -> None:
    header = header_of(made, PASSPHRASE) | {"tables": {}}
    with (tmp_path / "bad.tgz").open("wb") as file, archive.writing(file, None) as writer:
        writer.add_document(archive.HEADER, header)
        writer.add("tables/user; DROP TABLE site/000001.jsonl", b"[]\n")
        writer.close({"rows": {}, "files": 0})
    with pytest.raises(BackupError, match="says nothing of a table"):
        verify_backup(tmp_path / "bad.tgz")


@pytest.mark.parametrize("part", [b"no document", b"[]", b'{"product": "cloudeye", "format": 1}'])
def test_a_head_that_is_none_is_told_as_damage(app: Flask, tmp_path: Path, part: bytes) -> None:
    with (tmp_path / "bad.tgz").open("wb") as file, archive.writing(file, None) as writer:
        writer.add(archive.HEADER, part)
        writer.close({"rows": {}, "files": 0})
    with pytest.raises(BackupError, match="no back-up"):
        verify_backup(tmp_path / "bad.tgz")


def test_a_file_that_cannot_be_read_is_told(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be read"):
        verify_backup(tmp_path / "none.tgz")
