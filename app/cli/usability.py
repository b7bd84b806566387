"""`flask usability …`: monitor types, and checks from the command line. Needs no database and no Redis."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from app.cli.usability_docs import as_markdown, as_text, document_of
from app.core.clock import now_ms
from app.core.settings import get_settings
from app.engine.usability.probe import probe_once, sample_document
from app.engine.usability.registry import UnknownTypeError, all_types, get_type, problems
from app.engine.usability.types import Sample

Command = TypeVar("Command", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="One JSON document instead of sentences."),
    click.option("--timeout", default=10.0, show_default=True, help="Seconds."),
    click.option("--allow-private", is_flag=True, help="Reach private and loopback addresses too."),
    click.option(
        "--ca", type=click.Path(exists=True, dir_okay=False), help="Certificate authorities to trust (PEM)."
    ),
    click.option("--locale", type=click.Choice(["en", "zh"]), default="en"),
)


def _how(command: Command) -> Command:
    """The options that say how to check and how to tell."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group("usability", help="Availability.")
def usability() -> None:
    pass


@usability.command("types")
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="All there is to know, as one JSON document.")
@click.option("--markdown", "as_page", is_flag=True, help="All there is to know, as a page in Markdown.")
@click.option("--locale", type=click.Choice(["en", "zh"]), default="en")
def types(names: tuple[str, ...], as_json: bool, as_page: bool, locale: str) -> None:
    """List the monitor types, or tell all about those NAMED: what they do, and every field."""
    try:
        kinds = [get_type(each) for each in names] if names else all_types()
    except UnknownTypeError as error:
        raise click.UsageError(str(error)) from error
    documents = [document_of(each, locale) for each in kinds]
    if as_json:
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
    elif as_page:
        click.echo(as_markdown(documents, locale))
    elif names:
        click.echo("\n\n".join("\n".join(as_text(each, locale)) for each in documents))
    else:
        for each in documents:
            click.echo(f"{each['type']:<12} {each['title']}: {each['doc']}")


@usability.command("check")
@click.argument("kind", metavar="TYPE")
@click.option(
    "--config",
    "text",
    default="{}",
    help="The configuration as JSON; @FILE reads it from a file, - from standard input.",
)
@_how
def check(
    kind: str, text: str, as_json: bool, timeout: float, allow_private: bool, ca: str | None, locale: str
) -> None:
    """Check once with a monitor of TYPE. Exit status 1 when it is not up.

    Example: flask usability check dns --config '{"name": "example.org", "record_type": "MX"}'
    """
    config = _object(_read(text), "--config")
    _accept(kind, config)
    sample = _sample(kind, config, timeout, allow_private, ca)
    document = {"type": kind, **sample_document(sample, locale), "facts": sample.facts}
    told = dict(get_type(kind).told(sample.facts, locale))
    if as_json:
        click.echo(json.dumps({**document, "told": told}, ensure_ascii=False, indent=2))
    else:
        click.echo(_told(document, kind, locale))
        for label, value in told.items():
            click.echo(f"{label}: {value}")
    raise SystemExit(0 if document["up"] else 1)


@usability.command("probe")
@click.argument("target")
@_how
def probe(
    target: str, as_json: bool, timeout: float, allow_private: bool, ca: str | None, locale: str
) -> None:
    """Check TARGET once: a URL, or a JSON file with {"type", "config"}. Exit status 1 when it is not up."""
    kind, config = _spec(target)
    document = sample_document(_sample(kind, config, timeout, allow_private, ca), locale)
    click.echo(
        json.dumps(document, ensure_ascii=False, indent=2) if as_json else _told(document, kind, locale)
    )
    raise SystemExit(0 if document["up"] else 1)


def _sample(kind: str, config: dict[str, Any], timeout: float, allow_private: bool, ca: str | None) -> Sample:
    settings = get_settings()
    everywhere = allow_private or settings.ALLOW_PRIVATE_TARGETS
    return probe_once(
        config,
        type=kind,
        timeout_ms=int(timeout * 1000),
        allow=("0.0.0.0/0", "::/0") if everywhere else (),
        ca_file=ca or settings.CA_FILE,
        now_ms=now_ms,
        dns_servers=settings.DNS_SERVERS,
    )


def _read(text: str) -> str:
    """What an option means: itself, a file, or standard input."""
    if text == "-":
        return sys.stdin.read()
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{text[1:]}: {error}") from error


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"{where}: {error}") from error
    if not isinstance(found, dict):
        raise click.UsageError(f'{where} must be an object, such as {{"host": "example.org"}}')
    return found


def _spec(target: str) -> tuple[str, dict[str, Any]]:
    """(type, config) of a URL or a file; a `UsageError` names what is wrong."""
    if not target.endswith(".json") or "://" in target:
        spec: Any = {"type": "http", "config": {"url": target}}
    else:
        spec = _object(_read(f"@{target}"), target)
    if not isinstance(spec.get("config"), dict):
        raise click.UsageError('the file must hold {"type": "http", "config": {…}}')
    kind = str(spec.get("type", "http"))
    _accept(kind, spec["config"])
    return kind, spec["config"]


def _accept(kind: str, config: dict[str, Any]) -> None:
    """Raises UsageError for a configuration, or a type, that cannot be checked with."""
    try:
        found = get_type(kind)
        if found.is_probed:
            found.parse(config)
    except UnknownTypeError as error:
        raise click.UsageError(f"{error} `flask usability types` lists them.") from error
    except ValueError as error:
        raise click.UsageError(_wrong(error)) from error
    if not found.is_probed:
        raise click.UsageError(f"A monitor of type {kind} asks nobody: there is nothing to check.")


def _wrong(error: ValueError) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return "; ".join(f"{name}: {why}" for name, why in problems(error).items())
    return str(error)


def _told(document: dict[str, Any], kind: str, locale: str) -> str:
    names = get_type(kind).phases
    phases = ", ".join(
        f"{names[name[:-3]][locale] if name[:-3] in names else name[:-3]} {ms:g} ms"
        for name, ms in document["phases"].items()
        if ms is not None
    )
    measured = f"{document['total_ms']} ms ({phases}) {document['address'] or ''}"
    sentence = document["sentence"]
    return f"{document['status']}{': ' if sentence else ''}{sentence}\n{measured}"
