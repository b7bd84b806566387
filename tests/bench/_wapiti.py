"""Wapiti in a temporary environment of its own, and what it finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import servers
from tests.bug.scoring import Seen, path_of

VERSION = "3.2.3"
_INSTALL_SECONDS = 900
CLASSES = {
    "Backup file": "backup_file_exposed source_code_disclosure database_dump_exposed",
    "Weak credentials": "default_credentials",
    "CRLF Injection": "crlf_injection",
    "Content Security Policy Configuration": "missing_csp weak_csp",
    "Cross Site Request Forgery": "missing_csrf_token",
    "Potentially dangerous file": "*",
    "Command execution": "command_injection",
    "Path Traversal": "path_traversal",
    "Clickjacking Protection": "clickjacking",
    "HTTP Strict Transport Security (HSTS)": "missing_hsts",
    "MIME Type Confusion": "missing_x_content_type_options",
    "HttpOnly Flag cookie": "cookie_without_httponly",
    "Unencrypted Channels": "missing_https_redirect",
    "Information Disclosure - Full Path": "path_disclosure",
    "Open Redirect": "open_redirect",
    "Reflected Cross Site Scripting": "reflected_xss",
    "Secure Flag cookie": "cookie_without_secure",
    "SQL Injection": "sql_injection",
    "Blind SQL Injection": "sql_injection",
    "TLS/SSL misconfigurations": "tls",
    "Unrestricted File Upload": "unrestricted_file_upload",
    "Vulnerable software": "outdated_server outdated_cms vulnerable_library",
    "Cleartext Submission of Password": "password_over_http",
    "HTTP Methods": "dangerous_http_methods trace_enabled webdav_enabled",
    "Review Webserver Metafiles for Information Leakage": "*",
    "Fingerprint web server": "server_version_disclosure",
    "Fingerprint web technology": "technology_disclosure outdated_cms",
    "Fingerprint web application framework": "technology_disclosure outdated_cms",
}
"""What its categories are called among the labels; `*` is whatever the label at that address says."""
_FACTS = ("Fingerprint", "HTTP Methods", "TLS/SSL")
"""Categories that only tell what is there; they are never called false."""


@dataclass(frozen=True)
class Outcome:
    """What one run said: findings as (category, path, words), and how long it took."""

    findings: tuple[tuple[str, str, str], ...]
    seconds: float

    def seen(self, classes_at: dict[str, frozenset[str]]) -> Iterator[Seen]:
        """`classes_at` says what is labelled at an address, for findings that name nothing but one."""
        for category, path, words in self.findings:
            known = CLASSES.get(category, "")
            classes = classes_at.get(path, frozenset()) if known == "*" else frozenset(known.split())
            yield Seen(f"{category}: {words}", classes, frozenset({path}))

    @property
    def claims(self) -> tuple[str, ...]:
        """What it calls a weakness."""
        return tuple(
            f"{category} {path}: {words}"
            for category, path, words in self.findings
            if not category.startswith(_FACTS)
        )


class Wapiti:
    """Installed into `folder`; `scan` runs all of its modules."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = folder / "env" / "bin" / "wapiti"

    def install(self) -> None:
        """Raises ServerError with what pip said."""
        subprocess.run([sys.executable, "-m", "venv", str(self._folder / "env")], check=True)
        pip = [str(self._folder / "env" / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "install", "--quiet", f"wapiti3=={VERSION}"],
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            raise servers.ServerError(f"wapiti3 cannot be installed: {done.stderr[-500:]}")

    def scan(self, url: str, *, seconds: int, module_seconds: int) -> Outcome:
        """All modules, each at most so long. What it could not download (it has no network) it leaves out."""
        at = self._folder / f"run-{time.monotonic_ns()}"
        at.mkdir()
        command = [str(self._program), "-u", url, "-m", "all", "-f", "json", "-o", str(at / "out.json")]
        command += ["--max-scan-time", str(seconds), "--max-attack-time", str(module_seconds)]
        command += ["--verify-ssl", "0", "--no-bugreport", "--flush-session"]
        command += ["--store-session", str(at / "session"), "--store-config", str(at / "config")]
        began = time.monotonic()
        with (at / "said.log").open("wb") as said:
            limit = seconds + len(CLASSES) * module_seconds
            environment = {**os.environ, "PYTHONUTF8": "1"}
            subprocess.run(command, stdout=said, stderr=said, timeout=limit, env=environment, check=False)
        took = time.monotonic() - began
        if not (at / "out.json").exists():
            raise servers.ServerError(f"wapiti wrote no report:\n{(at / 'said.log').read_text()[-500:]}")
        return Outcome(tuple(_findings(json.loads((at / "out.json").read_text()))), took)


def _findings(report: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for part in ("vulnerabilities", "additionals"):
        for category, entries in report[part].items():
            for entry in entries:
                # A file that was found is named in the words; the request is that of the site's root.
                yield category, path_of(entry["path"]), str(entry["info"])[:200]


@contextmanager
def running() -> Iterator[Wapiti]:
    with servers.short_folder() as folder:
        program = Wapiti(folder)
        program.install()
        yield program
