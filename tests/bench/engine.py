"""CPU a check costs: our engine against Debian's prometheus-blackbox-exporter and requests under gevent.

All probe the same small page of one nginx, each check on a fresh connection, over HTTP and over HTTPS
verified against an authority of our own. Everything runs on one core, nginx too: to wake a server on another
core costs a prober a trip through the hypervisor, which no prober pays whose targets are elsewhere, as they
always are.

Rounds alternate between them, so that a busy minute of the machine falls on all; the figure is the ratio of
the medians. All that the engine does is counted: submitting, probing, and its samples in their wire form. The
exporter is asked as Prometheus does it, over kept connections; who asks is not counted.

Then how true its times are: 400 checks a second against a server that answers after 1.25 s, so 500 are in
flight; the error is how much earlier or later than that the first byte was seen.

    python -m tests.bench.engine [--rounds 6] [--checks 2000] [--in-flight 100]

Prints one JSON line a figure. Exit status 1 when a goal is missed, 2 when a program is missing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.bench._figures import Figures
from tests.engine.certs import Authority
from tests.engine.targets import free_port
from tests.servers import is_listening, wait_for

GOALS = {"blackbox": {"http": 7.0, "https": 1.3}, "gevent": {"http": 7.0, "https": 2.0}}
RATE, DELAY_MS, PACED_SECONDS = 400, 1250, 15
MOST_ERROR_MS = {"http": 5.0, "https": 25.0}
BLACKBOX = "prometheus-blackbox-exporter"
ROOT = Path(__file__).parents[2]
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_CORE = max(os.sched_getaffinity(0))

_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off;
    server {{
        listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl http2;
        ssl_certificate {certificate}; ssl_certificate_key {key};
        return 200 "a small page\\n";
    }}
}}
"""
_BLACKBOX = """
modules:
  http:
    prober: http
    timeout: 5s
    http:
      preferred_ip_protocol: ip4
      tls_config: {{ca_file: {ca}}}
"""


def main() -> bool:
    arguments = _arguments()
    figures = Figures("engine")
    missing = [name for name in ("nginx", BLACKBOX) if shutil.which(name) is None]
    if missing:
        print(f"missing on this machine: {', '.join(missing)}", file=sys.stderr)
        sys.exit(2)
    # Inherited by every process that is started from here on.
    os.sched_setaffinity(0, {_CORE})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cloudeye-bench-")))
        authority = Authority(folder)
        urls = stack.enter_context(_nginx(folder, authority))
        ours = stack.enter_context(_side("_engine_side", authority.ca_file))
        probers: dict[str, _Side | _Blackbox] = {
            "ours": ours,
            "blackbox": stack.enter_context(_blackbox(folder, authority.ca_file)),
            "gevent": stack.enter_context(_side("_gevent_side", authority.ca_file)),
        }
        for scheme in MOST_ERROR_MS:
            _compare(scheme, urls[scheme], probers, arguments, figures)
        with _delaying(authority) as slow:
            for scheme, url in slow.items():
                _time(scheme, url, ours, figures)
    return figures.is_met


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--checks", type=int, default=2000, help="checks a round; HTTPS takes a quarter")
    parser.add_argument("--in-flight", type=int, default=100, help="as many as the product puts in a batch")
    return parser.parse_args()


def _compare(
    scheme: str,
    url: str,
    probers: dict[str, _Side | _Blackbox],
    arguments: argparse.Namespace,
    figures: Figures,
) -> None:
    checks = arguments.checks if scheme == "http" else max(arguments.checks // 4, 1)
    costs: dict[str, list[float]] = {name: [] for name in probers}
    for number in range(arguments.rounds + 1):
        for name, prober in probers.items():
            cost = prober.round(url, checks, arguments.in_flight)
            if number:  # The first round warms caches and pools, on both sides.
                costs[name].append(cost)
    ours = statistics.median(costs["ours"])
    for name, goals in GOALS.items():
        theirs = statistics.median(costs[name])
        figures.tell(f"cpu_per_check_{scheme}_{name}", ours, "ms", against=round(theirs, 4))
        figures.tell(
            f"cpu_ratio_{scheme}_{name}", theirs / ours, "times less", least=goals[scheme], against=1.0
        )


def _time(scheme: str, url: str, ours: _Side, figures: Figures) -> None:
    """How far measured times are from the truth."""
    checks = RATE * PACED_SECONDS
    good, first_bytes, late = ours.paced(url, checks, RATE)
    if good != checks:
        raise RuntimeError(f"only {good} of {checks} checks of {url} were up")
    errors = sorted(abs(each - DELAY_MS) for each in first_bytes)
    figures.tell(f"timing_error_p50_{scheme}", errors[len(errors) // 2], "ms")
    figures.tell(
        f"timing_error_p99_{scheme}", errors[len(errors) * 99 // 100], "ms", most=MOST_ERROR_MS[scheme]
    )
    figures.tell(f"late_p99_{scheme}", sorted(late)[len(late) * 99 // 100], "ms", most=50)


class _Side:
    """A prober in a process of its own, told over a pipe what to do."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def round(self, url: str, checks: int, in_flight: int) -> float:
        """Make the checks; CPU milliseconds each."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([url, checks, in_flight]), file=self._process.stdin, flush=True)
        good, cost = json.loads(self._process.stdout.readline())
        if good != checks:
            raise RuntimeError(f"only {good} of {checks} checks of {url} were up")
        return float(cost)

    def paced(self, url: str, checks: int, rate: int) -> tuple[int, list[float], list[float]]:
        """Make so many checks a second: (how many were up, their first bytes, how late each began), in ms."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([url, checks, 0, rate]), file=self._process.stdin, flush=True)
        good, first_bytes, late = json.loads(self._process.stdout.readline())
        return good, first_bytes, late


class _Blackbox:
    """blackbox_exporter, asked as Prometheus does: over kept connections."""

    def __init__(self, pid: int, port: int) -> None:
        self._pid = pid
        self._port = port

    def round(self, url: str, checks: int, in_flight: int) -> float:
        share = -(-checks // in_flight)
        failures: list[bytes] = []
        threads = [threading.Thread(target=self._ask, args=(url, share, failures)) for _ in range(in_flight)]
        before = self._cpu_ms()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise RuntimeError(f"{len(failures)} checks of {url} failed: {failures[0][-200:]!r}")
        return (self._cpu_ms() - before) / (share * in_flight)

    def _ask(self, url: str, times: int, failures: list[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        for _ in range(times):
            connection.request("GET", f"/probe?module=http&target={quote(url)}")
            body = connection.getresponse().read()
            if b"probe_success 1" not in body:
                failures.append(body)
        connection.close()

    def _cpu_ms(self) -> float:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_MS


@contextmanager
def _delaying(authority: Authority) -> Iterator[dict[str, str]]:
    """The server that answers late, on the other cores: its own work must not count as an error of ours."""
    others = set(range(os.cpu_count() or 1)) - {_CORE}
    command = [sys.executable, "-m", "tests.bench._delay_side", str(DELAY_MS), *authority.files("127.0.0.1")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        if others:
            os.sched_setaffinity(process.pid, others)
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        try:
            yield {
                scheme: f"{scheme}://127.0.0.1:{port}/"
                for scheme, port in zip(GOALS["gevent"], ports, strict=True)
            }
        finally:
            process.terminate()


@contextmanager
def _side(module: str, ca_file: str) -> Iterator[_Side]:
    command = [sys.executable, "-m", f"tests.bench.{module}", ca_file]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        yield _Side(process)
        assert process.stdin is not None
        process.stdin.close()


@contextmanager
def _blackbox(folder: Path, ca_file: str) -> Iterator[_Blackbox]:
    port = free_port()
    path = folder / "blackbox.yml"
    path.write_text(_BLACKBOX.format(ca=ca_file))
    command = [BLACKBOX, f"--config.file={path}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with _running(command, port) as process:
        yield _Blackbox(process.pid, port)


@contextmanager
def _nginx(folder: Path, authority: Authority) -> Iterator[dict[str, str]]:
    ports = {"http": free_port(), "https": free_port()}
    certificate, key = authority.files("127.0.0.1")
    path = folder / "nginx.conf"
    path.write_text(_NGINX.format(folder=folder, certificate=certificate, key=key, **ports))
    with _running(["nginx", "-c", str(path), "-p", str(folder)], ports["https"]):
        yield {scheme: f"{scheme}://127.0.0.1:{port}/" for scheme, port in ports.items()}


@contextmanager
def _running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: is_listening(port), f"{command} on port {port}")
            yield process
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(not main())
