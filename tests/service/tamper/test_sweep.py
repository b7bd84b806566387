"""Sweeping the store: nobody's objects go, and what others stand on stays."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pytest

from app.service.tamper.store import Store
from app.service.tamper.sweep import GRACE_SECONDS, Referred, sweep
from tests.service.tamper.test_store import chain, files, page

NOW = 2_000_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "content", least_free=0)


def only(*names: str) -> Referred:
    def referred(asked: Collection[str]) -> set[str]:
        return set(asked) & set(names)

    return referred


def test_what_nobody_refers_to_goes(store: Store) -> None:
    kept, gone = store.put(b"kept" * 50), store.put(b"gone" * 50)
    swept = sweep(store, only(kept.sha256), now=NOW)
    assert (swept.removed, swept.removed_bytes, swept.damaged) == (1, gone.stored_bytes, ())
    assert files(store) == {kept.sha256}


def test_what_was_put_just_now_is_left_for_who_put_it(store: Store) -> None:
    name = store.put(b"new").sha256
    now = store.path(name).stat().st_mtime
    assert sweep(store, only(), now=now + GRACE_SECONDS - 5).removed == 0
    assert sweep(store, only(), now=now + GRACE_SECONDS + 5).removed == 1


def test_what_was_put_again_is_as_good_as_new(store: Store) -> None:
    name = store.put(b"again").sha256
    os.utime(store.path(name), (1000, 1000))
    store.put(b"again")
    assert sweep(store, only(), now=store.path(name).stat().st_mtime + 60).removed == 0


def test_the_bases_of_a_kept_object_stay_to_the_last(store: Store) -> None:
    names = chain(store, 6)
    swept = sweep(store, only(names[3]), now=NOW)
    assert (swept.removed, swept.needed) == (2, 3)
    assert store.get(names[3]) == page(3) and not store.exists(names[5])


def test_bases_go_once_nobody_stands_on_them(store: Store) -> None:
    names = chain(store, 12)
    assert sweep(store, only(), now=NOW).removed == len(names)
    assert files(store) == set()


def test_a_lost_mark_does_not_take_a_base_away(store: Store) -> None:
    names = chain(store, 3)
    for mark in store.folder.glob("*/*/*.*"):
        mark.unlink()
    sweep(store, only(names[2]), now=NOW)
    assert store.get(names[2]) == page(2)


def test_drafts_and_marks_of_the_dead_go(store: Store) -> None:
    name = store.put(page(0)).sha256
    draft = store.folder / ".draft.1.abc"
    draft.write_bytes(b"half")
    store.mark(name, "0" * 64).touch()
    sweep(store, only(name), now=NOW)
    assert files(store) == {name}


def test_a_damaged_object_is_named(store: Store) -> None:
    name = store.put(page(0)).sha256
    store.path(name).write_bytes(b"nonsense")
    assert sweep(store, only(name), now=NOW).damaged == (name,)
