"""The file store: kept once, under its hash, and gone when nobody needs it."""

from __future__ import annotations

import errno
import hashlib
import os
import time
import zipfile
from pathlib import Path

import pytest

from app.service.file.store import GRACE_SECONDS, FileStore, GoneError, Kept, NoSpaceError


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", least_free=0)


def keep(store: FileStore, data: bytes) -> Kept:
    with store.draft() as draft:
        draft.write(data)
        return store.keep(draft)


def left_overs(store: FileStore) -> list[Path]:
    return list(store.folder.glob(".draft.*"))


def test_it_lies_under_its_hash_as_it_came(store: FileStore) -> None:
    kept = keep(store, b"evidence")
    assert kept == Kept(hashlib.sha256(b"evidence").hexdigest(), 8, True)
    assert store.path(kept.sha256).read_bytes() == b"evidence"
    assert left_overs(store) == []


def test_the_same_bytes_are_kept_once(store: FileStore) -> None:
    first = keep(store, b"evidence")
    assert keep(store, b"evidence") == Kept(first.sha256, 8, False)
    assert store.usage() == (1, 8)


def test_what_is_not_kept_leaves_nothing(store: FileStore) -> None:
    with store.draft() as draft:
        draft.write(b"never mind")
    assert left_overs(store) == []
    assert store.usage() == (0, 0)


def test_what_is_beyond_the_limit_is_let_go(store: FileStore) -> None:
    with store.draft(limit=5) as draft:
        assert draft.write(b"1234567") == 7
        assert (draft.size, draft.is_cut) == (5, True)


def test_a_writer_may_go_back(store: FileStore) -> None:
    with store.draft() as draft:
        with zipfile.ZipFile(draft, "w") as archive:
            archive.writestr("a.txt", "inside")
        kept = store.keep(draft)
    with store.open(kept.sha256) as file, zipfile.ZipFile(file) as archive:
        assert archive.read("a.txt") == b"inside"
    assert hashlib.sha256(store.path(kept.sha256).read_bytes()).hexdigest() == kept.sha256


def test_a_damaged_length_is_mended(store: FileStore) -> None:
    kept = keep(store, b"evidence")
    store.path(kept.sha256).write_bytes(b"evi")
    assert keep(store, b"evidence").is_new
    assert store.path(kept.sha256).read_bytes() == b"evidence"


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(NoSpaceError):
        FileStore(tmp_path, least_free=2**60).draft()


def test_a_disk_that_fills_up_meanwhile_is_told(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(view: memoryview) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with store.draft() as draft:
        draft.write(b"fits")
        monkeypatch.setattr(draft, "_put", full)
        assert draft.write(b"does not") == 8
        with pytest.raises(NoSpaceError):
            store.keep(draft)
    assert left_overs(store) == []


def test_what_was_just_put_is_not_deleted(store: FileStore) -> None:
    kept = keep(store, b"evidence")
    assert not store.delete(kept.sha256, before=time.time() - GRACE_SECONDS)
    assert store.exists(kept.sha256)


def test_an_old_one_is_deleted_with_its_thumbnail(store: FileStore) -> None:
    kept = keep(store, b"evidence")
    store.thumbnail_path(kept.sha256).write_bytes(b"small")
    assert store.delete(kept.sha256, before=time.time() + 1)
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_nothing_but_a_hash_names_a_file(store: FileStore, name: str) -> None:
    with pytest.raises(GoneError):
        store.open(name)


def test_the_sweep_takes_what_nobody_refers_to(store: FileStore) -> None:
    wanted, orphan = keep(store, b"wanted"), keep(store, b"orphan")
    later = time.time() + GRACE_SECONDS + 60
    assert store.sweep(lambda names: {wanted.sha256}, now=later) == 1
    assert list(store.names()) == [wanted.sha256]
    assert not store.exists(orphan.sha256)


def test_the_sweep_leaves_what_is_young(store: FileStore) -> None:
    keep(store, b"just put")
    assert store.sweep(lambda names: (), now=time.time()) == 0


def test_the_sweep_takes_drafts_of_the_dead(store: FileStore) -> None:
    store.folder.mkdir()
    draft = store.folder / ".draft.1.x"
    draft.write_bytes(b"half")
    os.utime(draft, (0, 0))
    store.sweep(lambda names: (), now=time.time())
    assert not draft.exists()
