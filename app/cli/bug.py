"""`flask bug`: scan a site. Needs no database and no Redis."""

from __future__ import annotations

import ipaddress
import secrets
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import click
import orjson

from app.core.library_data import library_data
from app.core.settings import get_settings
from app.engine.bug.finding.document import document_of
from app.engine.bug.http.scope import Scope
from app.engine.bug.scan import scan as run_scan
from app.engine.bug.types import BUDGETS, CONSENTS, PROFILES, SEVERITIES, Plan, ProfileName, Progress, Report
from app.engine.net.resolver import LookupFailedError, resolve
from app.engine.net.target import TargetError, parse_target

EVERYWHERE = ("0.0.0.0/0", "::/0")
POLITE_RATE = 2.0
OWN_MACHINE_RATE = 25.0
_DNS_SECONDS = 5.0


@click.group("bug", help="Where could somebody get in?")
def bug() -> None:
    pass


@bug.command("scan")
@click.argument("url")
@click.option("--profile", type=click.Choice(PROFILES), default="passive", show_default=True)
@click.option(
    "--budget", type=click.IntRange(1, 10_000), help="Requests at most; by profile 60, 600 or 3000."
)
@click.option(
    "--rate", type=click.FloatRange(0.1, 200), help="Requests a second; 2, on this machine itself 25."
)
@click.option("--connections", type=click.IntRange(1, 20), default=2, show_default=True)
@click.option("--pages", type=click.IntRange(1, 500), default=50, show_default=True, help="Pages to crawl.")
@click.option(
    "--seconds", type=click.FloatRange(1, 86_400), default=3600.0, help="When to end at the latest."
)
@click.option("--consent", "consents", multiple=True, type=click.Choice(CONSENTS), help="Probes to permit.")
@click.option("--mine", is_flag=True, help="I answer for this site: permits active checks of a public host.")
@click.option("--template", "templates", multiple=True, type=click.Path(exists=True), help="File or folder.")
@click.option("--template-writes", is_flag=True, help="Let templates use any method, and payloads.")
@click.option("--data", type=click.Path(exists=True, dir_okay=False), help="retire.js's repository (JSON).")
@click.option("--allow-private", is_flag=True, help="Reach private and loopback addresses too.")
@click.option("--ca", type=click.Path(exists=True, dir_okay=False), help="Certificate authorities (PEM).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a list.")
@click.option("--locale", type=click.Choice(["en", "zh"]), default="en")
def scan(
    url: str,
    profile: ProfileName,
    budget: int | None,
    rate: float | None,
    connections: int,
    pages: int,
    seconds: float,
    consents: tuple[str, ...],
    mine: bool,
    templates: tuple[str, ...],
    template_writes: bool,
    data: str | None,
    allow_private: bool,
    ca: str | None,
    as_json: bool,
    locale: str,
) -> None:
    """Scan URL. Progress on standard error; Ctrl-C gives what was found so far. Exit status 0."""
    settings = get_settings()
    try:
        host = parse_target(url).host
    except TargetError as error:
        raise click.BadParameter(str(error), param_hint="URL") from None
    is_private, is_this_machine = _where(host, settings.DNS_SERVERS)
    plan = Plan(
        url=url,
        profile=profile,
        budget=budget or BUDGETS[profile],
        rate=rate or (OWN_MACHINE_RATE if is_this_machine else POLITE_RATE),
        connections=connections,
        hosts=frozenset(Scope(url).hosts) if mine or (is_private and allow_private) else frozenset(),
        consents=frozenset(consents),
        allow=EVERYWHERE if allow_private or settings.ALLOW_PRIVATE_TARGETS else (),
        ca_file=ca or settings.CA_FILE,
        dns_servers=settings.DNS_SERVERS,
        scan_id=f"cli-{secrets.token_hex(4)}",
        library_data=_library_data(data),
        templates=_templates(templates),
        template_writes=template_writes,
        max_pages=pages,
        max_seconds=seconds,
    )
    report = run_scan(plan, now=time.time, stop=_ctrl_c(), on_progress=_Teller())
    click.echo("", err=True)
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(document_of(report, locale), option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _tell(report, locale)


def _where(host: str, dns_servers: tuple[str, ...]) -> tuple[bool, bool]:
    """Whether all addresses of the host are private, and whether they are this machine's own."""
    try:
        found = [ipaddress.ip_address(each) for each in resolve(host, _DNS_SECONDS, dns_servers=dns_servers)]
    except LookupFailedError:
        return False, False
    return all(each.is_private for each in found), all(each.is_loopback for each in found)


def _library_data(path: str | None) -> bytes:
    return Path(path).read_bytes() if path else library_data()


def _templates(paths: tuple[str, ...]) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for each in map(Path, paths):
        files = sorted([*each.rglob("*.yaml"), *each.rglob("*.yml")]) if each.is_dir() else [each]
        found += [file.read_bytes() for file in files]
    return tuple(found)


class _CtrlC:
    def __init__(self) -> None:
        self.is_pressed = False

    def press(self, _number: int, _frame: FrameType | None) -> None:
        self.is_pressed = True

    def __call__(self) -> bool:
        return self.is_pressed


def _ctrl_c() -> _CtrlC:
    heard = _CtrlC()
    signal.signal(signal.SIGINT, heard.press)
    signal.signal(signal.SIGTERM, heard.press)
    return heard


class _Teller:
    """Says how far the scan is, at most a few times a second."""

    def __init__(self) -> None:
        self._said_at = 0.0

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() - self._said_at < 0.2:
            return
        self._said_at = time.monotonic()
        click.echo(
            f"\r{progress.stage:<9} {progress.requests}/{progress.budget} requests, {progress.pages} pages, "
            f"{progress.checks_done}/{progress.checks} checks, {progress.findings} hits   ",
            nl=False,
            err=True,
        )


def _tell(report: Report, locale: str) -> None:
    document = document_of(report, locale)
    for finding in sorted(document["findings"], key=lambda each: -SEVERITIES.index(each["severity"])):
        click.echo(f"{finding['severity']:<8} {finding['title']}")
        click.echo(f"         {finding['method']} {finding['url']}  [{finding['check']}]")
        if finding["evidence"]:
            click.echo(f"         {finding['evidence'][:200]}")
    for skip in document["skipped"]:
        click.echo(f"skipped  {skip['check']}: {skip['reason']}")
    grade = (document["headers"] or {}).get("grade", "-")
    click.echo(f"{len(document['findings'])} findings, {report.requests} requests, headers graded {grade}")
