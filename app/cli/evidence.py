"""`flask evidence`: check a package offline, and print the key that signs packages here."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.core.errors import CloudEyeError
from app.engine.tamper.evidence import Report, check_order
from app.engine.tamper.evidence import verify as check
from app.service.tamper.evidence_key import public_key, renew_key

MOST_TOLD = 50
_KEY = re.compile(r"[0-9a-f]{64}\Z")


@click.group("evidence", help="Evidence packages of tamper alerts.")
def evidence() -> None:
    pass


@evidence.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", help="The public key its signer must have: 64 hex digits, or a file that holds them.")
@click.option("--after", type=click.Path(path_type=Path), help="The package that FILE must follow.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of sentences.")
def verify(file: Path, key: str | None, after: Path | None, as_json: bool) -> None:
    """Check the evidence package FILE. Needs no network, database or Redis. Exit status 1 when not good."""
    report = check(file, _key(key))
    if after is not None:
        check_order(report, check(after))
    click.echo(json.dumps(_document(report), ensure_ascii=False, indent=2) if as_json else _told(report))
    raise SystemExit(0 if report.ok else 1)


@evidence.command("key")
@click.option("--new", "is_new", is_flag=True, help="Make a new key first. Older packages keep the old one.")
@with_appcontext
def key(is_new: bool) -> None:
    """Print the public key of this installation, to give to those who check packages."""
    try:
        click.echo(renew_key() if is_new else public_key())
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error


def _key(given: str | None) -> str | None:
    """The key's 64 hex digits; a `UsageError` when it has none."""
    if given is None:
        return None
    digits = given.strip().lower()
    if not _KEY.match(digits):
        try:
            with Path(given).open() as file:
                digits = file.read(1000).strip().lower()
        except (OSError, ValueError):
            digits = ""
    if not _KEY.match(digits):
        raise click.UsageError("--key must be 64 hex digits, or a file that holds them")
    return digits


def _document(report: Report) -> dict[str, object]:
    return {
        "ok": report.ok,
        "problems": [asdict(problem) for problem in report.problems],
        "files": report.files,
        "head": report.head,
        "signer": report.signer,
        "is_known_signer": report.is_known_signer,
        "about": report.about,
    }


def _told(report: Report) -> str:
    """The report in sentences."""
    if not report.ok:
        lines = ["NOT GOOD: this package is not as it was made."]
        lines += [f"  - {problem.sentence}" for problem in report.problems[:MOST_TOLD]]
        if len(report.problems) > MOST_TOLD:
            lines.append(f"  … and {len(report.problems) - MOST_TOLD} more problems.")
        return "\n".join(lines)
    about = report.about
    signed = (
        "It was signed with the key given."
        if report.is_known_signer
        else "Whose key that is, only `--key` can tell: ask the installation's operator for theirs."
    )
    return "\n".join(
        [
            f"GOOD: all {report.files} files are as they were when the package was made.",
            f"  Package {about['number']} of {about['organization']}, alert {about['alert_id']}, "
            f"made at {about['made_at']} by that machine's clock.",
            f"  Head:          {report.head}",
            f"  Previous head: {about['previous_head'] or 'none, it is the first'}",
            f"  Signed by:     {report.signer}",
            f"  {signed}",
        ]
    )
