"""What the set-up copies out of npm's packages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.env import ROOT
from config.launch.vendor import DATA_FILES, FILES, VendorError, copy


def test_it_puts_exactly_the_named_files_there(tmp_path: Path) -> None:
    (tmp_path / "modules" / "a").mkdir(parents=True)
    (tmp_path / "modules" / "a" / "x.json").write_text("new")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "old.json").write_text("old")
    copy(tmp_path / "modules", tmp_path / "vendor", {"a/x.json": "y.json"})
    assert [each.name for each in (tmp_path / "vendor").iterdir()] == ["y.json"]


def test_it_keeps_what_was_there_when_a_file_is_gone(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "old.json").write_text("old")
    with pytest.raises(VendorError, match=r"a/x\.json"):
        copy(tmp_path / "modules", tmp_path / "vendor", {"a/x.json": "y.json"})
    assert (tmp_path / "vendor" / "old.json").read_text() == "old"


def test_it_copies_from_packages_that_are_locked_by_hash() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for source in (*FILES, *DATA_FILES):
        parts = source.split("/")
        name = "/".join(parts[: 2 if source.startswith("@") else 1])
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")
