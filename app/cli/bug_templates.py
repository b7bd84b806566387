"""`flask bug templates`: what of the operator's own templates would run, and what is refused and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from app.engine.bug.templates.document import MAX_BYTES
from app.engine.bug.templates.loader import load
from app.engine.bug.templates.types import REASONS, Options, Refused, Template


@click.group("templates", help="Templates of your own, in nuclei's format.")
def templates() -> None:
    pass


@templates.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--allow-writes", is_flag=True, help="As if methods that change something were permitted.")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A variable you would give.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, then one of the numbers.")
def check(path: Path, allow_writes: bool, variables: tuple[str, ...], as_json: bool) -> None:
    """Say which templates of a file or folder would run. Exit status 1 only for files that cannot be read."""
    numbers: Counter[str] = Counter()
    given = tuple((name, value) for name, _, value in (each.partition("=") for each in variables))
    for file in _files(path):
        line = _checked(file, allow_writes, given)
        numbers[_kind(line)] += 1
        click.echo(orjson.dumps(line).decode() if as_json else _sentence(line))
    summary = {"run": numbers.pop("run", 0), "unreadable": numbers.pop("unreadable", 0), "refused": numbers}
    click.echo(orjson.dumps(summary).decode() if as_json else _summary(summary))
    raise SystemExit(1 if summary["unreadable"] else 0)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.suffix in (".yaml", ".yml") and file.is_file():
            yield file


def _checked(file: Path, allow_writes: bool, given: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    line: dict[str, Any] = {"file": str(file)}
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return {**line, "error": error.strerror or "unreadable"}
    options = Options(allow_writes, allow_host_header=True, read=_reader(file.parent), variables=given)
    loaded = load(data, options)
    if isinstance(loaded, Refused):
        return {**line, "id": loaded.id, "runs": False, "reason": loaded.reason, "what": loaded.what}
    return {**line, **_described(loaded)}


def _described(template: Template) -> dict[str, Any]:
    requests = sum(len(block.steps) for block in template.blocks)
    return {"id": template.id, "runs": True, "severity": template.info.severity, "requests": requests}


def _reader(folder: Path) -> Any:
    """Reads payload files, in the template's own folder only."""

    def read(name: str) -> bytes | None:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()) or not file.is_file():
            return None
        try:
            with file.open("rb") as stream:
                return stream.read(MAX_BYTES)
        except OSError:
            return None

    return read


def _kind(line: dict[str, Any]) -> str:
    if "error" in line:
        return "unreadable"
    return "run" if line["runs"] else str(line["reason"])


def _sentence(line: dict[str, Any]) -> str:
    if "error" in line:
        return f"unreadable  {line['file']}: {line['error']}"
    if line["runs"]:
        return f"runs        {line['file']}: {line['id']}, {line['severity']}, {line['requests']} requests"
    what = f" ({' '.join(line['what'].split())})" if line["what"] else ""
    return f"refused     {line['file']}: {REASONS[line['reason']]}{what}"


def _summary(summary: dict[str, Any]) -> str:
    refused = sum(summary["refused"].values())
    reasons = ", ".join(f"{reason} {count}" for reason, count in summary["refused"].most_common())
    return f"{summary['run']} run, {refused} refused{f' ({reasons})' if reasons else ''}"
