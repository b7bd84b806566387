"""`flask file …`: how much room files take, and whether every one is still what was put."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.service.file.quota import uses
from app.service.file.store import get_file_store
from app.service.file.verify import verify as find_faults

MB = 2**20


@click.group("file")
def file() -> None:
    """Look after what people uploaded."""


@file.command("usage")
@with_appcontext
def usage() -> None:
    """Print what each organization's uploads take, its quota, and what all files take on disk."""
    for name, use in uses():
        click.echo(f"{name}: {use.used_bytes / MB:.1f} of {use.quota_bytes // MB} MB, {use.files} files")
    files, stored = get_file_store().usage()
    click.echo(f"on disk: {stored / MB:.1f} MB, {files} files")


@file.command("verify")
@with_appcontext
def verify() -> None:
    """Read every file and compare it with its SHA-256; ends with 1 when one is missing or damaged."""
    faults = list(find_faults())
    for fault in faults:
        click.echo(f"{fault.sha256}: {fault.what}")
    if faults:
        raise SystemExit(1)
    click.echo("every file is there, and is what was put")
