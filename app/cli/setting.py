"""`flask setting`: what can be changed while CloudEye runs."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from app.core.errors import CloudEyeError
from app.service.setting import KNOWN, get_setting, set_setting


@click.group("setting", help="Settings that can be changed while CloudEye runs.")
def setting() -> None:
    pass


@setting.command("list")
@with_appcontext
def list_settings() -> None:
    """Every setting with its present value."""
    for key, known in KNOWN.items():
        click.echo(f"{key} = {json.dumps(get_setting(key))}\n    {known.about}")


@setting.command("set")
@click.argument("key")
@click.argument("value")
@with_appcontext
def change_setting(key: str, value: str) -> None:
    """Set KEY to VALUE (JSON); null gives it back to its default."""
    try:
        set_setting(key, json.loads(value))
    except ValueError as error:
        raise click.UsageError(f"VALUE must be JSON: {error}") from error
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    click.echo(f"{key} = {json.dumps(get_setting(key))}")
