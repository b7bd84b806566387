"""supervisor.conf, read by supervisor itself."""

from __future__ import annotations

import configparser
import os
from pathlib import Path

import pytest

from app.engine.browser.chromium import PROGRAMS
from config import ConfigError, load_settings
from config.env import ROOT
from config.launch import place, supervisor


def _programs() -> dict[str, configparser.SectionProxy]:
    parser = configparser.RawConfigParser()
    parser.read(ROOT / "supervisor.conf")
    return {name.removeprefix("program:"): parser[name] for name in parser if name.startswith("program:")}


def test_every_process_is_supervised() -> None:
    assert set(_programs()) == set(place.PROCESSES)


@pytest.mark.parametrize("name", place.PROCESSES)
def test_it_is_started_again_at_once_and_leaves_no_children(name: str) -> None:
    program = _programs()[name]
    assert program["autorestart"] == "true"
    assert int(program["startsecs"]) <= 1
    assert int(program["startretries"]) >= 100
    assert program["killasgroup"] == "true"
    assert "user" not in program
    assert "config/launch/child.py" in program["command"]


@pytest.mark.parametrize(("url", "starts"), [("", "true"), ("redis://127.0.0.1:6379/0", "false")])
def test_redis_is_embedded_only_where_none_is_given(folder: Path, url: str, starts: str) -> None:
    settings = load_settings({"CLOUDEYE_DATA_DIR": str(folder), "REDIS_URL": url})
    assert supervisor.exported(settings)["LAUNCH_REDIS"] == starts


@pytest.mark.parametrize(("program", "starts"), [("sh", "true"), ("no-such-browser", "false")])
def test_a_browser_is_started_only_where_there_is_one(folder: Path, program: str, starts: str) -> None:
    settings = load_settings({"CLOUDEYE_DATA_DIR": str(folder), "CLOUDEYE_CHROMIUM": program})
    assert supervisor.exported(settings)["LAUNCH_BROWSER"] == starts


def test_both_look_for_the_same_browsers() -> None:
    assert supervisor.BROWSERS == PROGRAMS


def test_streamed_logs_go_to_standard_output(folder: Path) -> None:
    settings = load_settings({"CLOUDEYE_DATA_DIR": str(folder), "CLOUDEYE_LOG_OUTPUT": "stream"})
    exported = supervisor.exported(settings)
    assert exported["LAUNCH_WEB_OUTPUT"] == "/dev/fd/1"
    assert exported["LAUNCH_OUTPUT_BYTES"] == "0"


def test_supervisorctl_finds_a_supervisor_whose_folder_is_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "ROOT", folder / "project")
    settings = load_settings({"CLOUDEYE_DATA_DIR": str(folder / "data")})
    place.link_client_socket(settings)
    assert place.client_socket().readlink() == folder / "data" / "run" / "supervisor.sock"
    place.unlink_client_socket(settings)
    assert not place.client_socket().is_symlink()


def test_a_link_of_another_installation_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ROOT", folder / "project")
    first = load_settings({"CLOUDEYE_DATA_DIR": str(folder / "first")})
    second = load_settings({"CLOUDEYE_DATA_DIR": str(folder / "second")})
    place.link_client_socket(first)
    place.link_client_socket(second)
    place.unlink_client_socket(first)
    assert place.client_socket().readlink() == folder / "second" / "run" / "supervisor.sock"


def test_the_run_folder_is_for_its_owner_alone(folder: Path) -> None:
    settings = load_settings({"CLOUDEYE_DATA_DIR": str(folder), "CLOUDEYE_LOG_DIR": str(folder / "log")})
    place.make_folders(settings)
    assert settings.RUN_DIR.stat().st_mode & 0o077 == 0


def test_a_data_folder_that_takes_nothing_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings({"CLOUDEYE_DATA_DIR": str(folder), "CLOUDEYE_LOG_DIR": str(folder / "log")})
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder)
    with pytest.raises(ConfigError, match="CLOUDEYE_DATA_DIR"):
        place.make_folders(settings)
