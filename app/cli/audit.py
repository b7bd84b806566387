"""`flask audit`: show that the log's chain holds, check an export, and cut off what is old."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.core.errors import CloudEyeError
from app.service.trail.cut import cut_chain
from app.service.trail.verify import Verdict, chains, is_guarded, verify_chain, verify_lines


@click.group("audit", help="The audit log.")
def audit() -> None:
    pass


@audit.command("verify")
@click.option("--organization", type=int, help="The id of one organization; 0 for what belongs to none.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a chain instead of sentences.")
@with_appcontext
def verify(organization: int | None, as_json: bool) -> None:
    """Check every entry of every organization's chain. Exit status 1 when one does not hold."""
    verdicts = [verify_chain(each) for each in (chains() if organization is None else [organization])]
    for verdict in verdicts:
        click.echo(json.dumps(asdict(verdict)) if as_json else _told(verdict))
    if not is_guarded():
        click.echo("The database has no triggers that refuse changes to the log.", err=True)
    raise SystemExit(0 if all(each.is_whole for each in verdicts) else 1)


@audit.command("check")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(file: Path) -> None:
    """Check the export FILE (JSON lines, without filters). Needs no database. Exit status 1 when not good."""
    try:
        with file.open(encoding="utf-8") as lines:
            verdict = verify_lines(lines)
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException("this is no export of an audit log") from error
    click.echo(_told(verdict))
    raise SystemExit(0 if verdict.is_whole else 1)


@audit.command("cut")
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), required=True, help="A day, UTC.")
@click.option("--organization", type=int, help="One organization's id; otherwise every chain.")
@with_appcontext
def cut(before: datetime, organization: int | None) -> None:
    """Cut off the entries from before a day, at least 30 days ago. A signed line says where."""
    moment = before.replace(tzinfo=UTC)
    try:
        for each in chains() if organization is None else [organization]:
            click.echo(f"chain {each}: {cut_chain(each, moment, by='command line')} entries cut off")
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error


def _told(verdict: Verdict) -> str:
    name = f"chain {verdict.chain}"
    if verdict.is_whole:
        span = f" ({verdict.first} to {verdict.last})" if verdict.entries else ""
        return f"{name}: {verdict.entries} entries hold{span}; head {verdict.head or '-'}"
    return f"{name}: {verdict.problem} at entry {verdict.at_number}"
