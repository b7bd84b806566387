"""`flask create-admin`: a new owner of the organization."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.core.errors import CloudEyeError
from app.service.account.first import create_owner


@click.command("create-admin")
@click.option("--email", required=True, help="Log-in of the new owner.")
@click.option("--password", help="Left out: one is made and printed. In production either is changed first.")
@with_appcontext
def create_admin(email: str, password: str | None) -> None:
    """Make a new owner of the organization."""
    try:
        account, given = create_owner(email, password)
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    click.echo(f"Made {account}." if password else f"Made {account}, password {given}")
