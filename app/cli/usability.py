"""`flask usability probe`: one check from the command line. Needs no database and no Redis."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from app.core.clock import now_ms
from app.core.settings import get_settings
from app.engine.usability.probe import probe_once, sample_document
from app.engine.usability.registry import UnknownTypeError, get_type, problems


@click.group("usability", help="Availability.")
def usability() -> None:
    pass


@usability.command("probe")
@click.argument("target")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of sentences.")
@click.option("--timeout", default=10.0, show_default=True, help="Seconds.")
@click.option("--allow-private", is_flag=True, help="Reach private and loopback addresses too.")
@click.option(
    "--ca", type=click.Path(exists=True, dir_okay=False), help="Certificate authorities to trust (PEM)."
)
@click.option("--locale", type=click.Choice(["en", "zh"]), default="en")
def probe(
    target: str, as_json: bool, timeout: float, allow_private: bool, ca: str | None, locale: str
) -> None:
    """Check TARGET once: a URL, or a JSON file with {"type", "config"}. Exit status 1 when it is not up."""
    kind, config = _spec(target)
    settings = get_settings()
    everywhere = allow_private or settings.ALLOW_PRIVATE_TARGETS
    sample = probe_once(
        config,
        type=kind,
        timeout_ms=int(timeout * 1000),
        allow=("0.0.0.0/0", "::/0") if everywhere else (),
        ca_file=ca or settings.CA_FILE,
        now_ms=now_ms,
        dns_servers=settings.DNS_SERVERS,
    )
    document = sample_document(sample, locale)
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else _told(document))
    raise SystemExit(0 if document["up"] else 1)


def _spec(target: str) -> tuple[str, dict[str, Any]]:
    """(type, config) of a URL or a file; a `UsageError` names what is wrong."""
    if not target.endswith(".json") or "://" in target:
        spec: Any = {"type": "http", "config": {"url": target}}
    else:
        try:
            spec = json.loads(Path(target).read_text())
        except (OSError, ValueError) as error:
            raise click.UsageError(f"{target}: {error}") from error
    if not isinstance(spec, dict) or not isinstance(spec.get("config"), dict):
        raise click.UsageError('the file must hold {"type": "http", "config": {…}}')
    kind = str(spec.get("type", "http"))
    try:
        get_type(kind).parse(spec["config"])
    except UnknownTypeError as error:
        raise click.UsageError(str(error)) from error
    except ValueError as error:
        raise click.UsageError(_wrong(error)) from error
    return kind, spec["config"]


def _wrong(error: ValueError) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return "; ".join(f"{name}: {why}" for name, why in problems(error).items())
    return str(error)


def _told(document: dict[str, Any]) -> str:
    phases = ", ".join(f"{name[:-3]} {ms} ms" for name, ms in document["phases"].items() if ms is not None)
    measured = f"{document['total_ms']} ms ({phases}) {document['address'] or ''}"
    return f"{document['status']}: {document['sentence']}\n{measured}"
