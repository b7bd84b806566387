"""`flask bug scan` as somebody at a prompt uses it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.env import ROOT
from tests.bug.serving import Answer, Asked, SiteServer


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "cloudeye", "bug", "scan", *words]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "CLOUDEYE_DATA_DIR": str(folder), "CLOUDEYE_LOG_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def shop(asked: Asked) -> Answer:
    if asked.path == "/":
        return Answer("<title>Shop</title><p>Welcome</p>")
    if asked.path == "/.git/config":
        return Answer("[core]\n\trepositoryformatversion = 0\n\tbare = false\n", kind="text/plain")
    return Answer("nothing here", 404)


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with SiteServer(shop) as server:
        yield server


def test_it_prints_one_document_and_tells_progress_apart(site: SiteServer, tmp_path: Path) -> None:
    words = (
        site.url(),
        "--profile",
        "standard",
        "--budget",
        "90",
        "--rate",
        "200",
        "--json",
        "--allow-private",
    )
    done = run(tmp_path, *words)
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert "version_control_exposed" in {each["class"] for each in document["findings"]}
    assert document["requests"] == len(site.asked) <= 90
    assert "requests" in done.stderr


def test_without_a_word_it_is_passive(site: SiteServer, tmp_path: Path) -> None:
    done = run(tmp_path, site.url(), "--json", "--allow-private", "--rate", "200")
    assert "/.git/config" not in {each.path for each in site.asked}
    reasons = {each["check"]: each["reason"] for each in json.loads(done.stdout)["skipped"]}
    assert reasons["version_control"] == "profile"


def test_private_addresses_are_refused_unless_allowed(site: SiteServer, tmp_path: Path) -> None:
    document = json.loads(run(tmp_path, site.url(), "--json").stdout)
    assert site.asked == []
    assert (document["complete"], document["findings"]) == (False, [])


def test_a_list_is_for_people(site: SiteServer, tmp_path: Path) -> None:
    done = run(
        tmp_path, site.url(), "--profile", "standard", "--rate", "200", "--allow-private", "--locale", "zh"
    )
    assert "version_control.repository" in done.stdout
    assert "findings," in done.stdout


def test_an_address_that_is_none_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "ftp://site.example/")
    assert done.returncode == 2
    assert "The URL must begin with http:// or https://." in done.stderr


def test_ctrl_c_gives_what_was_found_until_then(site: SiteServer, tmp_path: Path) -> None:
    has_begun = threading.Event()

    def slow(asked: Asked) -> Answer:
        if len(site.asked) > 15:
            has_begun.set()
        return shop(asked)

    site.app = slow
    words = (site.url(), "--profile", "full", "--rate", "20", "--json", "--allow-private")
    environment = {"PATH": "/usr/bin:/bin", "CLOUDEYE_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(
        command(*words),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert has_begun.wait(40)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    document = json.loads(said)
    assert (document["complete"], document["ended"]) == (False, "stopped")
    assert document["findings"]
