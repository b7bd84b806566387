"""`flask bug libraries` and `flask bug update-data`: vulnerable JavaScript libraries. Needs no database."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.lines import answer_lines
from app.core.http import Door, DoorError
from app.core.library_data import UPSTREAM, keep_library_data, library_data
from app.core.settings import get_settings
from app.engine.bug.libraries import Repository, RepositoryError
from app.engine.bug.libraries.exchange import answer_case
from app.engine.bug.libraries.repository import MAX_BYTES
from app.engine.net.guard import AllowList

LEAST = 0.5
"""Data that knows less than this share of the libraries known so far is taken for broken."""


@click.command("libraries")
@click.option(
    "--jsonl", "as_lines", is_flag=True, required=True, help="One case a line in, one answer a line out."
)
@click.option(
    "--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="retire.js's repository."
)
def libraries(as_lines: bool, data: Path | None) -> None:
    """Name the libraries of addresses, file names and contents from standard input.

    A bad line gives an error and the next is read; exit status 1 then.
    """
    repository = _repository(data)
    answer_lines(lambda case: answer_case(case, repository, lambda path: Path(path).read_bytes()))


@click.command("update-data")
@click.option("--from", "source", default=UPSTREAM, show_default=True, help="A file, or an http(s) address.")
@click.option("--allow-private", is_flag=True, help="Reach private and loopback addresses too.")
@click.option("--force", is_flag=True, help="Take it although it knows far fewer libraries than before.")
def update_data(source: str, allow_private: bool, force: bool) -> None:
    """Take new data on vulnerable libraries. What was there stays when the new data is bad."""
    data = _fetched(source, allow_private) if source.startswith(("http://", "https://")) else _read(source)
    try:
        new = Repository.parse(data)
    except RepositoryError as error:
        raise click.ClickException(f"{source}: {error}") from None
    known = _known()
    if not force and len(new.names) < LEAST * known:
        raise click.ClickException(
            f"{source} knows {len(new.names)} libraries instead of {known}: --force takes it all the same."
        )
    try:
        path = keep_library_data(data)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(new.names)} libraries are known now: {path}")
    for refused in new.refused:
        click.echo(f"not used: {refused}", err=True)


def _repository(data: Path | None) -> Repository:
    try:
        content = data.read_bytes() if data else library_data()
        if not content:
            raise click.ClickException("There is no data on libraries: `flask bug update-data` fetches it.")
        return Repository.parse(content)
    except (OSError, RepositoryError) as error:
        raise click.ClickException(f"{data or 'the data on libraries'}: {error}") from None


def _known() -> int:
    """How many libraries the data in use knows; none when it cannot be read."""
    try:
        return len(Repository.parse(library_data()).names)
    except RepositoryError:
        return 0


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise click.ClickException(str(error)) from None


def _fetched(url: str, allow_private: bool) -> bytes:
    settings = get_settings()
    everywhere = allow_private or settings.ALLOW_PRIVATE_TARGETS
    door = Door(
        AllowList.everything() if everywhere else AllowList.nothing(),
        ca_file=settings.CA_FILE,
        total_seconds=60,
        max_bytes=MAX_BYTES,
        user_agent="CloudEye/1 (+library data)",
    )
    try:
        answer = door.request("GET", url, retries=2)
    except DoorError as error:
        raise click.ClickException(f"{url}: {error}") from None
    if answer.status != 200:
        raise click.ClickException(f"{url}: the answer was {answer.status}")
    return answer.body
