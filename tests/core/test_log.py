"""Logs: identifiers on every line, secrets on none, files by process, no line twice."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.log import JsonFormatter, TextFormatter, bound, configure_logging, current, redact
from config import load_settings
from config.env import ROOT


@pytest.fixture(autouse=True)
def leave_logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:], root.level = handlers, level


def record(event: str, **extra: object) -> logging.LogRecord:
    return logging.getLogger("t").makeRecord("t", logging.INFO, "f", 1, event, (), None, extra=extra)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("password=hunter2", "hunter2"),
        ('{"password": "hunter2"}', "hunter2"),
        ("Authorization: Bearer abcdefgh.ijkl", "abcdefgh"),
        ("authorization: jwt abcdefgh.ijkl", "abcdefgh"),
        ("Cookie: cloudeye=abcdef", "abcdef"),
        ("mysql://user:hunter2@host/db", "hunter2"),
        ("GET /x?api_key=hunter2&y=1", "hunter2"),
        ("access_token=hunter2", "hunter2"),
    ],
)
def test_it_leaves_secrets_out(said: str, kept: str) -> None:
    assert kept not in redact(said)


def test_it_leaves_the_rest_alone() -> None:
    assert (
        redact("GET /sites?cursor=abc status=200 user_id=7") == "GET /sites?cursor=abc status=200 user_id=7"
    )


def test_every_line_of_a_request_carries_its_ids() -> None:
    with bound(request_id="r1", user_id="u1"):
        line = TextFormatter().format(record("site.changed", site_id=7))
    assert line.endswith("t site.changed request_id=r1 user_id=u1 site_id=7")
    assert current() == {}


def test_json_lines_are_json_and_mask_fields_by_name() -> None:
    line = json.loads(JsonFormatter().format(record("x", client_secret="s3", count=2)))
    assert (line["event"], line["client_secret"], line["count"]) == ("x", "***", 2)


@pytest.mark.parametrize("output", ["time", "size"])
def test_it_writes_each_event_once_into_the_processs_folder(tmp_path: Path, output: str) -> None:
    settings = load_settings(
        {
            "CLOUDEYE_DATA_DIR": str(tmp_path),
            "CLOUDEYE_LOG_DIR": str(tmp_path / "log"),
            "CLOUDEYE_LOG_OUTPUT": output,
        }
    )
    for _ in range(2):
        configure_logging(settings, "worker")
    logging.getLogger("celery.task").warning("once.only")
    logging.getLogger("cloudeye.x").info("and.this")
    written = (tmp_path / "log" / "worker" / "worker.log").read_text()
    assert written.count("once.only") == 1 and written.count("and.this") == 1


def test_several_processes_write_and_rotate_without_losing_a_line(tmp_path: Path) -> None:
    code = """
import logging, sys
from app.core.log import configure_logging
from config import load_settings
settings = load_settings({"CLOUDEYE_DATA_DIR": sys.argv[1], "CLOUDEYE_LOG_DIR": sys.argv[1] + "/log",
                          "CLOUDEYE_LOG_OUTPUT": "size", "CLOUDEYE_LOG_KEEP": "50"})
settings.LOG_MAX_MB = 0.01
configure_logging(settings, "many")
for number in range(200):
    logging.getLogger("t").info("line", extra={"who": sys.argv[2], "number": number})
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(who)], cwd=ROOT) for who in range(3)
    ]
    assert [process.wait() for process in processes] == [0, 0, 0]
    files = list((tmp_path / "log" / "many").glob("many.log*"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert len(files) > 1 and len(lines) == len({line.split("who=")[1] for line in lines}) == 600
