"""`flask evidence`, as somebody types it who has nothing but a package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from app.cli.evidence import verify
from app.engine.tamper.evidence import public_hex
from app.engine.tamper.evidence import verify as check
from config.env import ROOT
from tests.engine.tamper.packages import KEY, about, at, package, repack


def say(*arguments: str | Path) -> tuple[int, str]:
    said = CliRunner().invoke(verify, [str(each) for each in arguments])
    return said.exit_code, said.output


def test_a_good_package_is_called_good_and_says_what_is_still_open(tmp_path: Path) -> None:
    status, said = say(at(tmp_path, package()))
    assert status == 0 and said.startswith("GOOD: all 6 files")
    assert "only `--key` can tell" in said and public_hex(KEY) in said


@pytest.mark.parametrize("way", ["digits", "capitals", "file"])
def test_the_key_is_taken_as_digits_or_from_a_file(tmp_path: Path, way: str) -> None:
    key = public_hex(KEY)
    (tmp_path / "key.txt").write_text(f"{key}\n")
    given = {"digits": key, "capitals": key.upper(), "file": str(tmp_path / "key.txt")}[way]
    status, said = say(at(tmp_path, package()), "--key", given)
    assert status == 0 and "signed with the key given" in said


@pytest.mark.parametrize("key", ["", "zz", "0" * 63, "/nowhere"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, key: str) -> None:
    status, said = say(at(tmp_path, package()), "--key", key)
    assert status == 2 and "64 hex digits" in said


def test_what_is_wrong_is_told_in_plain_sentences(tmp_path: Path) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["after/plain/page.html.txt"] = b"other"
        files["more.txt"] = files.pop("alert.json")

    status, said = say(at(tmp_path, repack(package(), change)), "--key", "0" * 64)
    assert status == 1 and said.startswith("NOT GOOD")
    assert "after/plain/page.html.txt has been changed" in said
    assert "alert.json is missing." in said and "more.txt does not belong to the package" in said
    assert "signed with another key" in said


def test_the_order_of_two_packages_can_be_checked(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    first = at(tmp_path / "a", package(about=about(number=1, previous_head="")))
    second = at(tmp_path / "b", package(about=about(number=2, previous_head=check(first).head)))
    broken = at(tmp_path / "c", first.read_bytes()[:-1])
    assert say(second, "--after", first)[0] == 0
    status, said = say(first, "--after", second)
    assert status == 1 and "does not follow the package given" in said
    status, said = say(second, "--after", broken)
    assert status == 1 and "is not good itself" in said


def test_it_tells_the_same_as_one_document(tmp_path: Path) -> None:
    status, said = say(at(tmp_path, package()[:-1]), "--json")
    document = json.loads(said)
    assert status == 1 and not document["ok"] and document["problems"][0]["kind"] == "unreadable"
    status, said = say(at(tmp_path, package()), "--json")
    assert status == 0 and json.loads(said)["about"]["number"] == 3


def test_a_flood_of_problems_is_cut(tmp_path: Path) -> None:
    def flood(files: dict[str, bytes]) -> None:
        files.update({f"planted{number}.txt": b"" for number in range(500)})

    assert "more problems." in say(at(tmp_path, repack(package(), flood)))[1]


def test_it_needs_neither_database_nor_redis(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "CLOUDEYE_DATA_DIR": str(tmp_path / "data"),
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "DATABASE_URL": "mysql://nobody:nothing@127.0.0.1:9/none",
    }
    said = subprocess.run(
        [sys.executable, "-m", "flask", "evidence", "verify", str(at(tmp_path, package()))],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert said.returncode == 0 and said.stdout.startswith("GOOD"), said.stderr


def test_the_installation_prints_its_key(app: Flask) -> None:
    prompt = app.test_cli_runner()
    key = prompt.invoke(args=["evidence", "key"]).output.strip()
    assert prompt.invoke(args=["evidence", "key"]).output.strip() == key and len(key) == 64
    assert prompt.invoke(args=["evidence", "key", "--new"]).output.strip() != key
