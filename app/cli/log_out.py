"""`flask account log-out-all`: everybody has to log in again."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.service.access.ending import log_out_everybody


@click.command("log-out-all")
@click.option("--tokens", is_flag=True, help="Delete all API tokens too.")
@click.confirmation_option(prompt="Everybody will have to log in again. Go on?")
@with_appcontext
def log_out_all(tokens: bool) -> None:
    """End every session and log-in of every account of this installation: a key or the store may be known."""
    accounts, ended = log_out_everybody(and_tokens=tokens)
    said = f" API tokens deleted: {ended}." if tokens else ""
    click.echo(f"Everybody is logged out: {accounts} accounts.{said}")
