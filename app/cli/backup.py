"""`flask backup`: make a back-up, check it, bring it back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from redis import RedisError

from app.core.errors import CloudEyeError
from app.service.backup.archive import KEYS, parts_of
from app.service.backup.create import create_backup
from app.service.backup.envelope import is_sealed
from app.service.backup.errors import BackupError
from app.service.backup.restore import header_of, restore_backup, verify_backup
from app.service.health.check import running_processes
from app.service.setting import forget_settings

_FILE = click.Path(path_type=Path, dir_okay=False)
_passphrase_file = click.option(
    "--passphrase-file", type=click.File("r"), help="A file whose first line is the passphrase; - reads it."
)
_as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of sentences.")


@click.group("backup", help="Back-ups: database, files, settings and keys; for SQLite and MariaDB alike.")
def backup() -> None:
    pass


@backup.command("create")
@click.argument("file", type=_FILE)
@click.option("--seal", is_flag=True, help="Ask for a passphrase and seal the file with it.")
@_passphrase_file
@click.option(
    "--keys/--no-keys",
    default=None,
    help="Put the installation's keys into it. Without saying: only where a passphrase seals it.",
)
@_as_json
@with_appcontext
def create(file: Path, seal: bool, passphrase_file: Any, keys: bool | None, as_json: bool) -> None:
    """Write a back-up to FILE while CloudEye runs. Readable by its owner alone."""
    passphrase = _given(passphrase_file)
    if seal and passphrase is None:
        passphrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    try:
        made = create_backup(file, passphrase=passphrase, with_keys=keys)
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    if as_json:
        said = {"rows": made.rows, "files": made.files, "bytes": made.bytes, "has_keys": made.has_keys}
        click.echo(json.dumps({"path": str(file), **said}))
        return
    click.echo(f"{file}: {made.rows} rows, {made.files} files, {_size(made.bytes)}.")
    if not made.has_keys:
        click.echo(
            "The keys are not in it: keep CLOUDEYE_SECRET_KEY and CLOUDEYE_ENCRYPTION_KEY elsewhere, or what "
            "is sealed in it can never be read again."
        )
    elif passphrase is None:
        click.echo("The keys are in it, and nothing seals it: whoever has the file has every secret.")


@backup.command("verify")
@click.argument("file", type=_FILE)
@_passphrase_file
@_as_json
@with_appcontext
def verify(file: Path, passphrase_file: Any, as_json: bool) -> None:
    """Read all of FILE: is it as it was made, and can this release bring it back? Exit status 1 if not."""
    try:
        seen = verify_backup(file, _passphrase(file, passphrase_file))
    except CloudEyeError as error:
        if as_json:
            click.echo(json.dumps({"ok": False, "msg": error.msg}))
            raise SystemExit(1) from error
        raise click.ClickException(error.msg) from error
    rows = sum(seen.rows.values())
    if as_json:
        click.echo(json.dumps({"ok": True, "rows": rows, "files": seen.files, **_about(seen.header)}))
    else:
        click.echo(f"{file} is whole: {rows} rows, {seen.files} files. {_told(seen.header)}")


@backup.command("show")
@click.argument("file", type=_FILE)
@_passphrase_file
@click.option("--keys", "with_keys", is_flag=True, help="Print the keys it carries.")
def show(file: Path, passphrase_file: Any, with_keys: bool) -> None:
    """What FILE says of itself, as JSON; needs no database."""
    try:
        passphrase = _passphrase(file, passphrase_file)
        header = header_of(file, passphrase)
        document = {**_about(header), "settings": header["settings"], "tables": sorted(header["tables"])}
        if with_keys:
            document["keys"] = _keys(file, passphrase)
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


@backup.command("restore")
@click.argument("file", type=_FILE)
@_passphrase_file
@click.option("--replace", is_flag=True, help="Let go of everything that is in the database now.")
@click.option("--without-secrets", is_flag=True, help="Go on although what is sealed cannot be read here.")
@with_appcontext
def restore(file: Path, passphrase_file: Any, replace: bool, without_secrets: bool) -> None:
    """Bring FILE back into this installation's database and data folder. CloudEye must stand still."""
    _refuse_while_running()
    try:
        seen = restore_backup(
            file,
            _migrate,
            _passphrase(file, passphrase_file),
            replace=replace,
            without_secrets=without_secrets,
        )
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    _forget_cached()
    click.echo(f"Brought back {sum(seen.rows.values())} rows and {seen.files} files. {_told(seen.header)}")
    click.echo("Start CloudEye again; `flask doctor` says whether anything is missing.")


def _migrate(revision: str) -> None:
    from flask_migrate import upgrade

    upgrade(revision=revision)


def _refuse_while_running() -> None:
    try:
        running = running_processes()
    except (RedisError, OSError):
        return  # The embedded Redis ends with everything else.
    if running:
        raise click.ClickException(f"CloudEye runs ({', '.join(running)}): end it first.")


def _forget_cached() -> None:
    try:
        forget_settings()
    except (RedisError, OSError):
        return  # Nothing is cached where no Redis is.


def _given(passphrase_file: Any) -> str | None:
    try:
        return passphrase_file.readline().rstrip("\r\n") if passphrase_file is not None else None
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{passphrase_file.name} is no text, so it holds no passphrase") from error


def _passphrase(path: Path, passphrase_file: Any) -> str | None:
    """The passphrase, asked for where the file needs one and none was given."""
    given = _given(passphrase_file)
    try:
        with path.open("rb") as file:
            if is_sealed(file) and given is None:
                return str(click.prompt("Passphrase", hide_input=True))
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror})") from error
    return given


def _keys(path: Path, passphrase: str | None) -> dict[str, Any] | None:
    for part in parts_of(path, passphrase):
        if part.name == KEYS:
            keys: dict[str, Any] = json.loads(part.read())
            return keys
    return None


def _about(header: dict[str, Any]) -> dict[str, Any]:
    names = ("made_at", "made_on", "database", "revision", "key_ids", "has_keys")
    return {name: header[name] for name in names}


def _told(header: dict[str, Any]) -> str:
    return (
        f"Made at {header['made_at'][:19]} UTC on {header['made_on']} from {header['database']}, "
        f"revision {header['revision']}."
    )


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{count / 1024:.0f} kB"
