"""Logs: identifiers on every line, secrets on none, files by process, no line twice."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.log import JsonFormatter, TextFormatter, bound, configure_logging, current, start_context
from config import ConfigError, load_settings
from config.env import ROOT


@pytest.fixture(autouse=True)
def leave_logging_as_it_was() -> Iterator[None]:
    start_context()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:], root.level = handlers, level


def record(event: str, **extra: object) -> logging.LogRecord:
    return logging.getLogger("t").makeRecord("t", logging.INFO, "f", 1, event, (), None, extra=extra)


def test_every_line_of_a_request_carries_its_ids() -> None:
    with bound(request_id="r1", user_id="u1"):
        line = TextFormatter().format(record("site.changed", site_id=7))
    assert line.endswith("t site.changed request_id=r1 user_id=u1 site_id=7")
    assert current() == {}


def test_json_lines_are_json_and_mask_fields_by_name() -> None:
    line = json.loads(JsonFormatter().format(record("x", client_secret="s3", count=2)))
    assert (line["event"], line["client_secret"], line["count"]) == ("x", "***", 2)


def test_a_field_is_masked_by_its_name_however_it_is_written() -> None:
    for formatter in (TextFormatter(), JsonFormatter()):
        line = formatter.format(
            record("x", password="two words", config={"url": "u", "headers": {"Cookie": "a; b"}})
        )
        assert "words" not in line and "; b" not in line and "'u'" in line.replace('"', "'")


def test_nobodys_input_can_look_like_a_line_of_ours() -> None:
    forged = "x\r\n2026-01-01T00:00:00.000+00:00 INFO    app user.became_admin\u2028\x1b[2J"
    try:
        raise ValueError(forged)
    except ValueError:
        failed = record("y", path=forged)
        failed.exc_info = sys.exc_info()
    first, *rest = TextFormatter().format(failed).splitlines()
    assert "user.became_admin\\u2028\\x1b[2J" in first
    assert rest and all(line.startswith("  ") for line in rest)


def test_a_field_cannot_take_the_events_place() -> None:
    line = json.loads(JsonFormatter().format(record("x", logger="y", level="z", at=1)))
    assert (line["logger"], line["level"]) == ("t", "INFO") and line["at"] != 1


def test_what_is_no_unicode_is_logged_all_the_same() -> None:
    for formatter in (TextFormatter(), JsonFormatter()):
        assert "udc80" in formatter.format(record("x", path="\udc80")).encode().decode()


def test_greenlets_do_not_see_each_others_ids() -> None:
    code = """
from gevent import monkey; monkey.patch_all()
import gevent
from app.core.log import bind, current, start_context
def request(name):
    start_context(request_id=name)
    gevent.sleep(0)
    bind(user_id="of " + name)
    gevent.sleep(0)
    return current() == {"request_id": name, "user_id": "of " + name}
print(all(each.get() for each in [gevent.spawn(request, str(n)) for n in range(50)]))
"""
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True) == "True\n"


def test_it_says_which_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file")
    settings = load_settings({"CLOUDEYE_DATA_DIR": str(tmp_path), "CLOUDEYE_LOG_DIR": str(tmp_path / "log")})
    with pytest.raises(ConfigError, match="CLOUDEYE_LOG_DIR"):
        configure_logging(settings, "web")


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
