"""`flask usability uptime`: how it was over a span, for people or as CSV."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from app.core.clock import to_ms
from app.core.errors import CloudEyeError
from app.service.results.uptime import BY, Line, organization_called, report
from app.service.results.uptime_files import report_csv

DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


@click.command("uptime")
@click.option("--from", "begin", type=DAY, required=True, help="UTC.")
@click.option("--to", "end", type=DAY, required=True, help="UTC, not included.")
@click.option("--by", type=click.Choice(BY), default="site", show_default=True, help="What a line is.")
@click.option("--tag", help="Only sites with this tag.")
@click.option("--maintenance", is_flag=True, help="Count what was measured during maintenance.")
@click.option("--organization", "code", help="Its code; not needed where there is only one.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values on standard output.")
@click.option("--locale", type=click.Choice(["en", "zh"]), default="en")
@with_appcontext
def uptime(
    begin: datetime,
    end: datetime,
    by: str,
    tag: str | None,
    maintenance: bool,
    code: str | None,
    as_csv: bool,
    locale: str,
) -> None:
    """Print the uptime of a span. Good is up and slow; unknown time counts as neither."""
    asked: dict[str, Any] = {
        "from_ms": to_ms(begin.replace(tzinfo=UTC)),
        "to_ms": to_ms(end.replace(tzinfo=UTC)),
        "by": by,
        "tag": tag,
        "with_maintenance": maintenance,
    }
    try:
        organization_id = organization_called(code)
        if as_csv:
            sys.stdout.buffer.write(report_csv(organization_id, asked, locale)[2])
            return
        for line in report(organization_id, **asked):
            click.echo(_told(line))
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error


def _told(line: Line) -> str:
    each = line.uptime
    share = "-" if each.percent is None else f"{each.percent:.4f} %"
    return f"{share:>11}  down {each.down_ms / 60_000:.1f} min  {line.name}"
