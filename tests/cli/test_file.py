"""`flask file …`: what files take, and whether they are what was put."""

from __future__ import annotations

from flask import Flask

from app.service.actor import Actor
from app.service.file.store import get_file_store
from tests.service.file.kept import take_one


def test_it_tells_what_each_organization_takes(app: Flask, owner: Actor) -> None:
    take_one(owner, "a.bin", bytes(2**20))
    said = app.test_cli_runner().invoke(args=["file", "usage"]).output
    assert "ours Ltd: 1.0 of 2048 MB, 1 files" in said
    assert "on disk: 1.0 MB, 1 files" in said


def test_it_finds_what_is_missing_or_damaged(app: Flask, owner: Actor) -> None:
    gone, broken, _whole = (take_one(owner, f"{name}.txt", name.encode()) for name in ("a", "b", "c"))
    store = get_file_store()
    store.path(gone.sha256).unlink()
    store.path(broken.sha256).write_bytes(b"x")
    result = app.test_cli_runner().invoke(args=["file", "verify"])
    assert result.exit_code == 1
    assert set(result.output.splitlines()) == {f"{gone.sha256}: missing", f"{broken.sha256}: damaged"}


def test_it_says_so_when_all_is_well(app: Flask, owner: Actor) -> None:
    take_one(owner)
    result = app.test_cli_runner().invoke(args=["file", "verify"])
    assert (result.exit_code, result.output) == (0, "every file is there, and is what was put\n")
