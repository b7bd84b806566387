"""`flask …`: what an operator does at a prompt."""

from __future__ import annotations

from flask import Flask


def register_commands(app: Flask) -> None:
    from app.cli.admin import create_admin
    from app.cli.bug import bug
    from app.cli.bug_headers import headers
    from app.cli.bug_libraries import libraries, update_data
    from app.cli.bug_templates import templates
    from app.cli.doctor import doctor
    from app.cli.evidence import evidence
    from app.cli.setting import setting
    from app.cli.tamper import tamper
    from app.cli.usability import usability
    from app.cli.usage import usage

    app.cli.add_command(create_admin)
    app.cli.add_command(bug)
    bug.add_command(headers)
    bug.add_command(libraries)
    bug.add_command(update_data)
    bug.add_command(templates)
    app.cli.add_command(doctor)
    app.cli.add_command(evidence)
    app.cli.add_command(setting)
    app.cli.add_command(tamper)
    tamper.add_command(usage)
    app.cli.add_command(usability)
