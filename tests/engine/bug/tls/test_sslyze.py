"""SSLyze is a program of the operator's: started, bounded, and its JSON read with care."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import threading
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from app.engine.bug.tls.sslyze import read_output, run_sslyze
from tests.engine.bug.tls.servers import plain_context
from tests.engine.certs import Authority
from tests.engine.targets import Target, reply


def said(**results: dict[str, Any]) -> bytes:
    wrapped = {command: {"status": "COMPLETED", "result": result} for command, result in results.items()}
    return json.dumps({"server_scan_results": [{"scan_result": wrapped}]}).encode()


@pytest.mark.parametrize(
    ("command", "result", "attack"),
    [
        ("heartbleed", {"is_vulnerable_to_heartbleed": True}, "heartbleed"),
        ("robot", {"robot_result": "VULNERABLE_WEAK_ORACLE"}, "robot"),
        ("robot", {"robot_result": "VULNERABLE_STRONG_ORACLE"}, "robot"),
        ("openssl_ccs_injection", {"is_vulnerable_to_ccs_injection": True}, "ccs-injection"),
        ("tls_compression", {"supports_compression": True}, "compression"),
        ("session_renegotiation", {"supports_secure_renegotiation": False}, "insecure-renegotiation"),
        ("session_renegotiation", {"is_vulnerable_to_client_renegotiation_dos": True}, "renegotiation-dos"),
    ],
)
def test_it_reads_what_a_server_is_open_to(command: str, result: dict[str, Any], attack: str) -> None:
    assert read_output(said(**{command: result})).attacks == (attack,)


def test_it_reads_that_a_server_is_open_to_nothing() -> None:
    tried = read_output(
        said(heartbleed={"is_vulnerable_to_heartbleed": False}, robot={"robot_result": "NOT"})
    )
    assert (tried.attacks, tried.problem) == ((), "")


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b'{"server_scan_results": []}', b'{"server_scan_results": [{"scan_result": null}]}'],
)
def test_it_survives_what_is_no_answer(text: bytes) -> None:
    assert read_output(text).problem == "failed"


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Puts a program called sslyze first on the PATH."""
    path = folder / "sslyze"
    path.write_text(f"#!{sys.executable}\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_it_asks_for_the_attacks_at_the_pinned_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    answer = said(heartbleed={"is_vulnerable_to_heartbleed": True}).decode()
    program(
        tmp_path, monkeypatch, f"import sys\nopen({str(asked)!r}, 'w').write(sys.argv[-1])\nprint({answer!r})"
    )
    tried = run_sslyze("shop.example", 443, address="192.0.2.1", timeout=20, stop=lambda: False)
    assert tried.attacks == ("heartbleed",)
    assert asked.read_text() == "shop.example:443{192.0.2.1}"


def test_it_ends_with_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "import time\ntime.sleep(60)")
    begun = monotonic()
    tried = run_sslyze("shop.example", 443, address="192.0.2.1", timeout=0.3, stop=lambda: False)
    assert (tried.problem, monotonic() - begun < 2) == ("timeout", True)


def test_it_stops_within_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "import time\ntime.sleep(60)")
    is_stopped = threading.Event()
    threading.Timer(0.2, is_stopped.set).start()
    begun = monotonic()
    tried = run_sslyze("shop.example", 443, address="192.0.2.1", timeout=50, stop=is_stopped.is_set)
    assert (tried.problem, monotonic() - begun < 2) == ("stopped", True)


@pytest.mark.skipif(shutil.which("sslyze") is None, reason="SSLyze is the operator's to install")
def test_the_real_one_finds_a_good_server_good(authority: Authority) -> None:
    with Target(reply(), tls=plain_context(authority)) as target:
        tried = run_sslyze("localhost", target.port, address="127.0.0.1", timeout=60, stop=lambda: False)
    assert (tried.attacks, tried.problem) == ((), "")
