"""What a scan finds: CloudEye against all modules of Wapiti 3.2.3, on the same weak site and its twins.

The weak site has labelled weaknesses (class, CWE and place); what needs an attack payload is counted by
itself, since those probes wait for the owner's consent. Twins have nothing wrong: mended, talking about
weaknesses, answering every address, redirecting every unknown one. Requests are counted at the target.

- CloudEye: `flask bug scan --profile standard --budget 600` on the weak site, `--profile full` with every
  consent on the twins. A label is found when class, CWE and place agree.
- Wapiti: installed from PyPI into a temporary environment, `-m all`, each module at most `MODULE_SECONDS`.
  A label is found when its category means the label's class and the place agrees; CWE is not asked of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.engine.bug.types import BUDGETS, CONSENTS, ProfileName
from tests import servers
from tests.bench import _wapiti
from tests.bench._figures import Figures
from tests.bug.odd_twins import ODD_TWINS
from tests.bug.scoring import Score, of_document, score
from tests.bug.serving import App, SiteServer
from tests.bug.twins import TWINS
from tests.bug.weak import ALL, OTHER, STUBS, WeakSite
from tests.engine.certs import Authority

LABELS = tuple(each for each in ALL if not each.needs_payload)
PAYLOADS = tuple(each for each in ALL if each.needs_payload)
SHARE = 60 / 64
"""Of the labels that need no payload, so many have to be found."""
SECONDS = 60
MODULE_SECONDS = 40
WAPITI_SECONDS = 300
FAST = 200
"""Requests a second where only what is found counts."""
TWIN_SECONDS = 90


@dataclass(frozen=True)
class Run:
    """One scan by CloudEye: what it printed, how long it took, and what the target was asked."""

    document: dict[str, Any]
    seconds: float
    requests: int


@dataclass
class Bench:
    """Serves sites under one authority and scans them by the command."""

    authority: Authority

    @contextmanager
    def serving(self, app: App) -> Iterator[SiteServer]:
        with SiteServer(app, tls=self.authority.context("127.0.0.1")) as server:
            yield server

    def scan(
        self, server: SiteServer, profile: ProfileName, consents: tuple[str, ...] = (), *, rate: int = 0
    ) -> Run:
        """`rate` in requests a second; without one, what the command takes for this machine itself."""
        command = [sys.executable, "-m", "flask", "--app", "cloudeye", "bug", "scan", server.url()]
        command += ["--profile", profile, "--budget", str(BUDGETS[profile]), "--json"]
        command += ["--allow-private", "--ca", self.authority.ca_file]
        command += ["--rate", str(rate)] if rate else []
        command += [word for consent in consents for word in ("--consent", consent)]
        had, began = len(server.asked), time.monotonic()
        done = subprocess.run(command, capture_output=True, timeout=600, check=False)
        if done.returncode:
            raise servers.ServerError(f"flask bug scan failed: {done.stderr.decode()[-500:]}")
        return Run(json.loads(done.stdout), time.monotonic() - began, len(server.asked) - had)


def _classes_at() -> dict[str, frozenset[str]]:
    places: dict[str, set[str]] = {}
    for label in ALL:
        for path in {label.path, *(part.path for part in label.parts)}:
            places.setdefault(path, set()).update(label.classes)
    return {path: frozenset(classes) for path, classes in places.items()}


def _weak_site(bench: Bench, wapiti: _wapiti.Wapiti, figures: Figures) -> None:
    with bench.serving(WeakSite(ALL)) as server:
        ours = bench.scan(server, "standard")
        consented = bench.scan(server, "full", CONSENTS, rate=FAST)
    with bench.serving(WeakSite(ALL)) as server:
        outcome = wapiti.scan(server.url(), seconds=WAPITI_SECONDS, module_seconds=MODULE_SECONDS)
        asked = len(server.asked)
    seen = tuple(outcome.seen(_classes_at()))
    mine, theirs = score(of_document(ours.document), LABELS), score(seen, LABELS)
    _tell_missed(mine)
    figures.tell("labels that need no payload", len(LABELS), "labels")
    least = SHARE * len(LABELS)
    figures.tell("of these found", len(mine.found), "labels", least=least, against=len(theirs.found))
    figures.tell("classes of these", len(mine.classes), "classes", against=len(theirs.classes))
    payloads = score(of_document(consented.document), PAYLOADS)
    against = len(score(seen, PAYLOADS).found)
    figures.tell(f"of {len(PAYLOADS)} with payload found", len(payloads.found), "labels", against=against)
    figures.tell("requests", ours.requests, "requests", most=BUDGETS["standard"], against=asked)
    figures.tell("time", ours.seconds, "s", most=SECONDS, against=round(outcome.seconds, 1))


def _tell_missed(mine: Score) -> None:
    for label in mine.missed:
        print(f"missed: {label.id}", file=sys.stderr)
    for label, names in mine.near:
        print(f"under another name: {label.id} as {', '.join(names)}", file=sys.stderr)


def _twin(bench: Bench, name: str, twin: Callable[[], App], wapiti: _wapiti.Wapiti, figures: Figures) -> None:
    with bench.serving(twin()) as server:
        run = bench.scan(server, "full", CONSENTS, rate=FAST)
        wrong = _loud(name, run)
        outcome = wapiti.scan(server.url(), seconds=TWIN_SECONDS, module_seconds=MODULE_SECONDS // 4)
        against = len(outcome.claims)
    figures.tell(f"false findings, {name}", len(wrong), "findings", most=0, against=against)


def _other_sites(bench: Bench, figures: Figures) -> None:
    for name, labels in (("by another hand", OTHER), ("in few words", STUBS)):
        with SiteServer(WeakSite(labels)) as server:
            run = bench.scan(server, "standard")
        scored = score(of_document(run.document), labels)
        _tell_missed(scored)
        least = SHARE * len(labels)
        figures.tell(f"found of {len(labels)}, the site {name}", len(scored.found), "labels", least=least)


def _odd_twins(bench: Bench, figures: Figures) -> None:
    wrong = 0
    for name, app in ODD_TWINS.items():
        with bench.serving(app) as server:
            run = bench.scan(server, "standard", CONSENTS, rate=FAST)
        wrong += len(_loud(name, run))
    figures.tell(f"false findings, {len(ODD_TWINS)} odd twins", wrong, "findings", most=0)


def _loud(name: str, run: Run) -> list[dict[str, Any]]:
    """What a scan of a twin says above info; each is wrong."""
    wrong = [each for each in run.document["findings"] if each["severity"] != "info"]
    for each in wrong:
        print(f"false on {name}: {each['check']} {each['url']}", file=sys.stderr)
    return wrong


def main() -> bool:
    figures = Figures("bug_scan")
    try:
        with tempfile.TemporaryDirectory() as folder, _wapiti.running() as wapiti:
            bench = Bench(Authority(Path(folder)))
            _weak_site(bench, wapiti, figures)
            _other_sites(bench, figures)
            _odd_twins(bench, figures)
            for name, twin in TWINS.items():
                _twin(bench, name, twin, wapiti, figures)
    except servers.ServerError as error:
        print(error, file=sys.stderr)
        return False
    return figures.is_met


if __name__ == "__main__":
    sys.exit(not main())
