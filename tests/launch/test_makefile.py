"""What `make` says to somebody whose machine lacks something, and what the lock files promise."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config.env import ROOT

LISTS = ("runtime", "dev", "node")


def _pins(name: str) -> dict[str, str]:
    """Locked version by package."""
    text = (ROOT / "requirements" / f"{name}.list").read_text()
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;]+)", text, re.MULTILINE))


def _make(folder: Path, python: str, target: str = "setup") -> subprocess.CompletedProcess[str]:
    """make in a folder that has the Makefile and the locks, with this text as its Python."""
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    program = folder / "fake-python"
    program.write_text(f"#!/bin/sh\n{python}\n")
    program.chmod(0o755)
    words = ["make", target, f"PYTHON={program}"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def test_help_describes_every_command() -> None:
    said = subprocess.check_output(["make", "help"], cwd=ROOT, text=True)
    named = set(re.findall(r"^  make (\w+) +\S", said, re.MULTILINE))
    assert named == {"help", "setup", "run", "test", "lint", "bench", "screenshot", "lock", "clean"}


def test_an_old_python_is_named(folder: Path) -> None:
    done = _make(folder, 'case "$1" in -V) echo Python 3.9.2;; *) exit 1;; esac')
    assert done.returncode
    assert "needs Python 3.11 or newer" in done.stdout
    assert "is Python 3.9.2" in done.stdout


def test_a_missing_venv_module_is_named(folder: Path) -> None:
    done = _make(folder, 'case "$*" in *ensurepip*) exit 1;; *) exit 0;; esac')
    assert done.returncode
    assert "apt-get install python3-venv" in done.stdout


@pytest.mark.parametrize("name", LISTS)
def test_every_locked_package_has_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.list").read_text()
    entries = text.replace("\\\n", " ").strip().split("\n")
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", [*(f"requirements/{name}.list" for name in LISTS), "package-lock.json"])
def test_no_lock_names_a_place_to_download_from(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "resolved" not in text
    assert "://registry" not in text
    assert not re.search(r"--(extra-)?(index-url|find-links)", text)


def test_tests_run_on_the_versions_that_run_in_production() -> None:
    runtime, dev = _pins("runtime"), _pins("dev")
    assert {name: dev.get(name) for name in runtime} == runtime
