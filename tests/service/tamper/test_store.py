"""The content store: what is kept, once, and given back only as it was."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.service.tamper.content import HEADER, MAX_DEPTH
from app.service.tamper.store import (
    CorruptError,
    MissingError,
    NeededError,
    NoSpaceError,
    Store,
    StoreError,
)
from config.env import ROOT


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "content", least_free=0)


def page(number: int) -> bytes:
    """The same page with another line in it each time."""
    chance = random.Random(1)
    rows = [b"<p>%032x is what it says</p>\n" % chance.getrandbits(128) for _ in range(400)]
    rows[7 * number % 400] = b"<p>And now number %d</p>\n" % number
    return b"".join(rows)


def chain(store: Store, length: int) -> list[str]:
    """As many snapshots, each kept beside the one before it."""
    names: list[str] = []
    for number in range(length):
        names.append(store.put(page(number), base=names[-1] if names else None).sha256)
    return names


def files(store: Store) -> set[str]:
    return {each.name for each in store.folder.rglob("*") if each.is_file() and each.name != ".lock"}


@pytest.mark.parametrize("data", [b"", b"x", b"text " * 5000, os.urandom(5000)])
def test_it_gives_back_what_was_put(store: Store, data: bytes) -> None:
    stored = store.put(data)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert store.get(stored.sha256) == data and store.open(stored.sha256).read() == data
    assert stored.stored_bytes == store.path(stored.sha256).stat().st_size


def test_it_lies_where_its_name_says_and_only_its_owner_reads_it(store: Store) -> None:
    name = store.put(b"secret page").sha256
    path = store.folder / name[0] / name[1] / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_same_bytes_are_kept_once(store: Store) -> None:
    first, second = store.put(b"same" * 100), store.put(b"same" * 100)
    assert first.is_new and not second.is_new
    assert store.usage().objects == 1 and store.usage().stored_bytes == first.stored_bytes


def test_what_does_not_shrink_is_kept_as_it_is(store: Store) -> None:
    picture = os.urandom(50_000)
    assert store.put(picture).stored_bytes == len(picture) + HEADER.size


def test_a_changed_page_is_kept_as_what_differs(store: Store) -> None:
    first, second = store.put(page(0)), store.put(page(1), base=hashlib.sha256(page(0)).hexdigest())
    assert second.stored_bytes < 250 < 5000 < first.stored_bytes
    assert store.head(second.sha256).base == first.sha256 and store.get(second.sha256) == page(1)


def test_differences_stand_on_each_other_eight_times_and_begin_again_above_the_first(store: Store) -> None:
    names = chain(store, 30)
    depths = [store.head(name).depth for name in names]
    assert depths[:11] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2] and max(depths) == MAX_DEPTH
    assert [store.get(name) for name in names] == [page(number) for number in range(30)]


def test_another_page_is_kept_by_itself(store: Store) -> None:
    base = store.put(page(0)).sha256
    assert store.head(store.put(random.Random(2).randbytes(9000).hex().encode(), base=base).sha256).base == ""


def test_a_base_that_is_not_there_does_no_harm(store: Store) -> None:
    assert store.get(store.put(page(1), base="0" * 64).sha256) == page(1)


def test_a_base_that_is_needed_is_not_deleted(store: Store) -> None:
    names = chain(store, 3)
    with pytest.raises(NeededError):
        store.delete(names[1])
    assert store.get(names[2]) == page(2)
    assert [store.delete(name) for name in reversed(names)] == [True] * 3
    assert files(store) == set()


def test_deleting_what_is_not_there_is_false(store: Store) -> None:
    assert store.delete("0" * 64) is False


def test_what_is_not_there_is_said_to_be_missing(store: Store) -> None:
    with pytest.raises(MissingError, match="no longer kept"):
        store.get("0" * 64)
    assert not store.exists("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_name_that_is_no_hash_leads_nowhere(store: Store, name: str) -> None:
    for act in (store.get, store.exists, store.delete, store.head):
        with pytest.raises(MissingError):
            act(name)


@pytest.mark.parametrize("number", [0, 1])
def test_no_damaged_byte_goes_unseen(store: Store, number: int) -> None:
    names = chain(store, 2)
    path = store.path(names[number])
    whole = path.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 300)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            assert store.get(names[number]) == page(number)  # A bit that nothing depends on.
        except StoreError as error:
            assert names[number] in error.msg or "no longer kept" in error.msg


@pytest.mark.parametrize("length", [0, 10, HEADER.size, HEADER.size + 3])
def test_a_file_that_was_cut_off_is_said_to_be_damaged(store: Store, length: int) -> None:
    name = store.put(page(0)).sha256
    path = store.path(name)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(CorruptError, match=name):
        store.get(name)


def test_a_damaged_object_is_mended_when_its_bytes_come_again(store: Store) -> None:
    names = chain(store, 4)
    store.path(names[1]).write_bytes(b"nonsense")
    with pytest.raises(CorruptError, match=r"differs from .* but"):
        store.get(names[3])
    # Offered beside what stands on it, it must not come to stand on that.
    assert store.put(page(1), base=names[3]).is_new
    assert [store.get(name) for name in names] == [page(number) for number in range(4)]


@pytest.mark.parametrize("lost", [0, 1, 5])
def test_what_stands_on_a_lost_base_is_readable_when_it_comes_back(store: Store, lost: int) -> None:
    names = chain(store, 9)
    other = store.put(page(50) + b"<p>other</p>").sha256
    for number in range(51, 58):
        other = store.put(page(number) + b"<p>other</p>", base=other).sha256
    store.path(names[lost]).unlink()
    assert store.head(other).depth == 7 and store.put(page(lost), base=other).is_new
    assert [store.get(name) for name in names] == [page(number) for number in range(9)]


def test_a_lost_base_does_not_come_to_stand_on_what_stands_on_it(store: Store) -> None:
    names = chain(store, 4)
    store.path(names[0]).unlink()
    store.put(page(0), base=names[3])
    assert store.head(names[0]).base == "" and store.get(names[3]) == page(3)


def test_a_circle_of_differences_is_no_endless_loop(store: Store) -> None:
    names = chain(store, 3)
    first, last = store.path(names[0]), store.path(names[2])
    raw = bytearray(last.read_bytes())
    raw[HEADER.size - 32 : HEADER.size] = bytes.fromhex(names[2])
    first.write_bytes(bytes(raw))
    last.write_bytes(bytes(raw))
    for name in names:
        with pytest.raises(CorruptError):
            store.get(name)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fdatasync", "link"])
def test_a_full_disk_is_said_and_leaves_nothing_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    names = chain(store, 2)
    before = set(store.names())

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        with pytest.raises(NoSpaceError, match="disk is full"):
            store.put(page(2), base=names[1])
    assert set(store.names()) == before and not list(store.folder.glob(".draft.*"))
    assert [store.get(name) for name in names] == [page(0), page(1)]
    assert store.get(store.put(page(2), base=names[1]).sha256) == page(2)


def test_the_last_of_the_disk_is_left_to_others(tmp_path: Path) -> None:
    greedy = Store(tmp_path, least_free=2**60)
    with pytest.raises(NoSpaceError, match="MB are free"):
        greedy.put(b"x")
    assert files(greedy) == set()


def test_a_folder_without_links_keeps_pages_by_themselves(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    names = chain(store, 2)
    assert store.head(names[1]).base == "" and store.get(names[1]) == page(1)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "content").write_text("a file")
    with pytest.raises(StoreError, match="File exists"):
        Store(tmp_path / "content", least_free=0).put(b"x")


WORKER = """
import random, sys
from pathlib import Path
from app.service.tamper.store import MissingError, NeededError, Store
store = Store(Path(sys.argv[1]), least_free=0)
chance = random.Random(int(sys.argv[2]))
rows = [b"<p>%032x is what it says</p>" % random.Random(n).getrandbits(128) for n in range(60)]
pages = [b"".join(rows[:n] + [b"<b>%d</b>" % n] + rows[n:]) for n in range(40)]
known = [None]
for turn in range(400):
    page = chance.choice(pages)
    try:
        name = store.put(page, base=chance.choice(known[-8:])).sha256
        known.append(name)
        if chance.random() < 0.3:
            store.delete(chance.choice(known[1:]))
    except NeededError:
        pass
"""


def test_several_processes_put_and_delete_at_once_and_nothing_breaks(store: Store) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(store.folder), str(seed)], cwd=ROOT)
        for seed in range(4)
    ]
    assert [each.wait() for each in running] == [0] * 4
    names = list(store.names())
    assert names and all(hashlib.sha256(store.get(name)).hexdigest() == name for name in names)
    assert not list(store.folder.glob(".draft.*"))
