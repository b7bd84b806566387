"""`flask secrets`: the key that encrypts secrets at rest, and sealing everything anew when it changes."""

from __future__ import annotations

import secrets as random_secrets

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.secret_box import key_ring
from app.service.secret.rotation import count_by_key, rotate
from config.env import ConfigError, environment
from config.secrets import forget_old_keys, replace_encryption_key

NAME = "CLOUDEYE_ENCRYPTION_KEY"


@click.group("secrets", help="The key that encrypts secrets at rest.")
def secrets() -> None:
    pass


@secrets.command("status")
@with_appcontext
def status() -> None:
    """How many secrets are sealed with which key. Exit status 1 when some cannot be opened."""
    ring, counts = key_ring(), count_by_key()
    for key_id in sorted({*counts, ring.present.key_id}, key=lambda each: each != ring.present.key_id):
        kind = "present key" if key_id == ring.present.key_id else "old key"
        kind = kind if key_id in ring.key_ids else "NO KEY AT HAND"
        click.echo(f"{key_id}  {counts[key_id]:6}  {kind}")
    if counts.keys() - set(ring.key_ids):
        raise SystemExit(1)


@secrets.command("new-key")
def new_key() -> None:
    """Make a new key: in the data folder where CloudEye keeps its own, else print what to set."""
    if not environment().get(NAME, "").strip():
        try:
            replace_encryption_key(current_app.config["DATA_DIR"])
        except ConfigError as error:
            raise click.ClickException(str(error)) from error
        click.echo("There is a new key. Restart CloudEye, then run `flask secrets rotate`.")
        return
    click.echo(
        f"1. Set in every machine's environment, and restart CloudEye:\n\n"
        f"   {NAME}={random_secrets.token_urlsafe(48)}\n"
        f"   CLOUDEYE_OLD_ENCRYPTION_KEYS=<the present {NAME}>\n\n"
        "2. Run `flask secrets rotate`.\n"
        "3. Take CLOUDEYE_OLD_ENCRYPTION_KEYS out again, when no back-up from before is needed any more."
    )


@secrets.command("rotate")
@click.option("--forget", is_flag=True, help="Forget the old keys kept in the data folder afterwards.")
@with_appcontext
def rotate_secrets(forget: bool) -> None:
    """Seal everything anew with the present key. May be broken off and run again."""
    done = rotate(key_ring())
    for name in sorted({*done.anew, *done.already, *done.lost}):
        lost = f", {done.lost[name]} CANNOT BE OPENED" if done.lost[name] else ""
        click.echo(f"{name}: {done.anew[name]} sealed anew, {done.already[name]} were so already{lost}")
    click.echo(f"{done.anew.total()} sealed anew.")
    if done.lost:
        raise click.ClickException("some secrets were sealed with a key that is not at hand")
    if forget and not environment().get(NAME, "").strip():
        forget_old_keys(current_app.config["DATA_DIR"])
        click.echo("The old keys are forgotten.")
