"""`flask sites …`: sites into a file, and out of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from flask.cli import with_appcontext

from app.core.errors import CloudEyeError
from app.models import Job
from app.service.actor import Actor
from app.service.file.store import get_file_store
from app.service.job.ask import ask_for
from app.service.job.course import runner_name
from app.service.job.manage import get_job, result_of
from app.service.job.prompt import actor_at_prompt
from app.service.job.running import run_here
from app.service.transfer.problems import in_language
from app.service.transfer.site_import import DUPLICATES

Command = TypeVar("Command", bound=Callable[..., Any])
_WHO = (
    click.option("--organization", "code", help="Its code; not needed where there is only one."),
    click.option("--as", "account", help="The member who does it. Left out: the organization's first owner."),
    click.option("--locale", type=click.Choice(["en", "zh"]), default="en"),
)


def _who(command: Command) -> Command:
    for option in reversed(_WHO):
        command = option(command)
    return command


@click.group("sites", help="Sites, many at once.")
def sites() -> None:
    pass


@sites.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--for-real", is_flag=True, help="Take the rows. Without it they are only tried.")
@click.option("--duplicates", type=click.Choice(DUPLICATES), default="skip", show_default=True)
@click.option("--strict", is_flag=True, help="All rows, or none when one is wrong.")
@_who
@with_appcontext
def import_sites(
    file: Path,
    for_real: bool,
    duplicates: str,
    strict: bool,
    code: str | None,
    account: str | None,
    locale: str,
) -> None:
    """Add the sites of FILE (CSV or XLSX). Exit status 1 when a row is wrong."""
    values = {"is_dry": not for_real, "duplicates": duplicates, "is_strict": strict, "locale": locale}
    _actor, job = _run("sites.import", values, code, account, (file.name, file.read_bytes()))
    outcome = job.outcome
    for each in outcome["problems"]:
        click.echo(f"{each['line']}: {each['column']}: {in_language(each['problem'], locale)}", err=True)
    counts = ", ".join(f"{name} {outcome[name]}" for name in ("added", "updated", "known", "refused"))
    click.echo(f"{'tried only: ' if outcome['is_dry'] else ''}{counts}")
    raise SystemExit(1 if outcome["refused"] else 0)


@sites.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--tag", help="Only sites with this tag.")
@_who
@with_appcontext
def export_sites(file: Path, tag: str | None, code: str | None, account: str | None, locale: str) -> None:
    """Write the sites into FILE: as a workbook when it is called .xlsx, else as CSV."""
    kind = "xlsx" if file.suffix.lower() == ".xlsx" else "csv"
    values = {"format": kind, "locale": locale, **({"tag": tag} if tag else {})}
    actor, job = _run("sites.export", values, code, account)
    file.write_bytes(get_file_store().path(result_of(actor, job.id).sha256).read_bytes())
    click.echo(f"{job.outcome['rows']} sites")


def _run(
    kind: str,
    values: dict[str, Any],
    code: str | None,
    account: str | None,
    input: tuple[str, bytes] | None = None,
) -> tuple[Actor, Job]:
    """A job, run in this process to its end."""
    try:
        actor = actor_at_prompt(code, account)
        job = ask_for(actor, kind, values, input=input, is_told=False)
        state = run_here(job.id, runner_name())
        ended = get_job(actor, job.id)
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    if state != "done":
        raise click.ClickException(ended.problem or f"the job is {ended.state}")
    return actor, ended
