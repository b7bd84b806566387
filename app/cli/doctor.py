"""`flask doctor`: looks at everything an installation needs, and says what to do about what is wrong."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from app.service.health.looks import examine


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of sentences.")
@with_appcontext
def doctor(as_json: bool) -> None:
    """Check everything this installation needs; exit status 1 if anything is wrong."""
    looked = examine()
    is_well = all(each.is_ok for each in looked)
    if as_json:
        told = [
            {"name": each.name, "ok": each.is_ok, "said": each.said, "advice": each.advice} for each in looked
        ]
        click.echo(json.dumps({"ok": is_well, "looks": told}, ensure_ascii=False, indent=2))
    else:
        for each in looked:
            advice = f"\n    → {each.advice}" if each.advice else ""
            click.echo(f"{'✓' if each.is_ok else '✗'} {each.name}: {each.said}{advice}")
    raise SystemExit(0 if is_well else 1)
