"""`flask tamper usage`: how much every organization keeps of its pages."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.core.errors import CloudEyeError
from app.service.tamper.holding import usage_by_organization
from app.service.tamper.store import usage as store_usage

MB = 2**20


@click.command("usage")
@with_appcontext
def usage() -> None:
    """Print what each organization keeps of fetched pages, its quota, and what the store takes on disk."""
    try:
        for held in usage_by_organization():
            click.echo(
                f"{held.name}: {held.stored_bytes / MB:.1f} of {held.quota_bytes // MB} MB, "
                f"{held.objects} objects"
            )
        whole = store_usage()
        click.echo(f"on disk: {whole.stored_bytes / MB:.1f} MB, {whole.objects} objects")
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
