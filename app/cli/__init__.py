"""`flask …`: what an operator does at a prompt."""

from __future__ import annotations

from flask import Flask


def register_commands(app: Flask) -> None:
    from app.cli.account import account
    from app.cli.admin import create_admin
    from app.cli.audit import audit
    from app.cli.backup import backup
    from app.cli.bug import bug
    from app.cli.bug_headers import headers
    from app.cli.bug_libraries import libraries, update_data
    from app.cli.bug_templates import templates
    from app.cli.doctor import doctor
    from app.cli.evidence import evidence
    from app.cli.file import file
    from app.cli.location import location
    from app.cli.log_out import log_out_all
    from app.cli.plainly import say_plainly
    from app.cli.secrets import secrets
    from app.cli.setting import setting
    from app.cli.sites import sites
    from app.cli.tamper import tamper
    from app.cli.uptime import uptime
    from app.cli.usability import usability
    from app.cli.usage import usage

    app.cli.add_command(account)
    account.add_command(log_out_all)
    app.cli.add_command(create_admin)
    app.cli.add_command(audit)
    app.cli.add_command(backup)
    app.cli.add_command(bug)
    bug.add_command(headers)
    bug.add_command(libraries)
    bug.add_command(update_data)
    bug.add_command(templates)
    app.cli.add_command(doctor)
    app.cli.add_command(evidence)
    app.cli.add_command(file)
    app.cli.add_command(location)
    app.cli.add_command(secrets)
    app.cli.add_command(setting)
    app.cli.add_command(sites)
    app.cli.add_command(tamper)
    tamper.add_command(usage)
    app.cli.add_command(usability)
    usability.add_command(uptime)
    for command in app.cli.commands.values():
        say_plainly(command)
