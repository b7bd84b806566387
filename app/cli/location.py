"""`flask location`: where probes run, and the keys they need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from app.core.errors import CloudEyeError
from app.models import Location
from app.service.location.known import home
from app.service.location.manage import (
    all_locations,
    change_location,
    create_location,
    delete_location,
    location_named,
    rotate_key,
    state_of,
)
from app.service.location.refused import clear_refused, refused_counts, take_up_again
from app.service.location.starting import command_for


@click.group("location", help="Where probes run.")
def location() -> None:
    pass


@contextmanager
def told() -> Iterator[None]:
    """What a service refuses, in one sentence."""
    try:
        yield
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error


@location.command("list")
@with_appcontext
def list_all() -> None:
    """Every location, and whether its probes are heard."""
    with told():
        for each in all_locations():
            mark = " (this installation)" if each.code == home() else ""
            click.echo(f"{each.code:<20} {state_of(each):<9} {each.name}{mark}")


@location.command("add")
@click.argument("code")
@click.option("--name", default="", help="What people call it.")
@click.option("--control", "targets", multiple=True, help="tcp://host:port, dns://server or https://host.")
@with_appcontext
def add(code: str, name: str, targets: tuple[str, ...]) -> None:
    """Enter CODE, and print how a probe is started there. The key is shown this once."""
    with told():
        made, key = create_location(None, {"code": code, "name": name, "control_targets": list(targets)})
    _show(made, key)


@location.command("rotate")
@click.argument("code")
@with_appcontext
def rotate(code: str) -> None:
    """Give CODE another key; the old one is worth nothing within five seconds."""
    with told():
        changed, key = rotate_key(None, location_named(code).id)
    _show(changed, key)


@location.command("disable")
@click.argument("code")
@with_appcontext
def disable(code: str) -> None:
    """Ask CODE for no more checks."""
    _switch(code, is_on=False)


@location.command("enable")
@click.argument("code")
@with_appcontext
def enable(code: str) -> None:
    """Ask CODE for checks again."""
    _switch(code, is_on=True)


@location.command("delete")
@click.argument("code")
@click.option("--force", is_flag=True, help="Also while monitors are checked from there.")
@with_appcontext
def delete(code: str, force: bool) -> None:
    """Take CODE out."""
    with told():
        lost = delete_location(None, location_named(code).id, is_forced=force)
    click.echo(f"{code} is gone; {lost} monitors were checked from there.")


@location.command("again")
@with_appcontext
def again() -> None:
    """Give the recorder once more what it failed at, after the fault is mended."""
    click.echo(f"{take_up_again()} messages are on their way to the recorder again.")


@location.command("clear")
@with_appcontext
def clear() -> None:
    """Let go of the messages the recorder refused, and begin to count anew."""
    count = sum(refused_counts().values())
    clear_refused()
    click.echo(f"{count} refused messages are gone.")


def _switch(code: str, *, is_on: bool) -> None:
    with told():
        change_location(None, location_named(code).id, {"is_enabled": is_on})
    click.echo(f"{code} is {'on' if is_on else 'off'}.")


def _show(made: Location, key: str) -> None:
    click.echo(command_for(made.code, key))
