"""Known attacks on TLS, tried by SSLyze where the operator installed it: a program of its own, never
imported."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

Attack = Literal[
    "heartbleed", "robot", "ccs-injection", "compression", "insecure-renegotiation", "renegotiation-dos"
]
_COMMANDS = ("--heartbleed", "--robot", "--openssl_ccs", "--compression", "--reneg")
_LOOK_SECONDS = 0.2
_MAX_OUTPUT = 5_000_000
# Where in the answer of each command, and what the value is when the server is open to the attack.
_SIGNS: tuple[tuple[Attack, str, str, object], ...] = (
    ("heartbleed", "heartbleed", "is_vulnerable_to_heartbleed", True),
    ("robot", "robot", "robot_result", "VULNERABLE_STRONG_ORACLE"),
    ("robot", "robot", "robot_result", "VULNERABLE_WEAK_ORACLE"),
    ("ccs-injection", "openssl_ccs_injection", "is_vulnerable_to_ccs_injection", True),
    ("compression", "tls_compression", "supports_compression", True),
    ("insecure-renegotiation", "session_renegotiation", "supports_secure_renegotiation", False),
    ("renegotiation-dos", "session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", True),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """`attacks` are those that the server is open to; `problem` says why they were not tried:
    program_missing, timeout, stopped, failed."""

    attacks: tuple[Attack, ...] = ()
    problem: str = ""


def run_sslyze(host: str, port: int, *, address: str, timeout: float, stop: Callable[[], bool]) -> Tried:
    """Try them on `address`, which the guard has passed, for at most `timeout` seconds."""
    program = shutil.which("sslyze")
    if program is None:
        return Tried(problem="program_missing")
    name = f"[{host}]" if ":" in host else host
    target = f"{name}:{port}{{{address}}}"
    command = [program, "--json_out=-", "--mozilla_config=disable", *_COMMANDS, target]
    with tempfile.TemporaryFile() as output:
        problem = _run(command, output.fileno(), timeout, stop)
        if problem:
            return Tried(problem=problem)
        output.seek(0)
        return read_output(output.read(_MAX_OUTPUT))


def read_output(text: bytes) -> Tried:
    """What SSLyze's JSON says of its first server."""
    try:
        results = json.loads(text)["server_scan_results"][0]["scan_result"]
        found = [attack for attack, command, key, value in _SIGNS if _has_sign(results, command, key, value)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return Tried(problem="failed")
    return Tried(tuple(dict.fromkeys(found)))


def _has_sign(results: dict[str, Any], command: str, key: str, value: object) -> bool:
    result = (results.get(command) or {}).get("result") or {}
    return key in result and result[key] == value


def _run(command: list[str], output: int, timeout: float, stop: Callable[[], bool]) -> str:
    end = monotonic() + timeout
    quiet = subprocess.DEVNULL
    try:
        # In a session of its own, so that the processes it starts end with it.
        process = subprocess.Popen(
            command, stdin=quiet, stdout=output, stderr=quiet, start_new_session=True, close_fds=True
        )
    except OSError:
        return "failed"
    problem = ""
    try:
        while process.poll() is None and not problem:
            problem = "stopped" if stop() else "timeout" if monotonic() >= end else ""
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_SECONDS if not problem else 0)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return problem
