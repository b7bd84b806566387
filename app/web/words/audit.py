"""Words about the audit log."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

WAYS = {
    "session": _l("Browser"),
    "jwt": _l("Sign-in by token"),
    "token": _l("API token"),
    "signed": _l("Signed program"),
    "deployment": _l("Deployment token"),
    "cli": _l("Command line"),
    "system": _l("CloudEye itself"),
}
ACTIONS = {
    "audit.cut": _l("Audit log cut off"),
    "discovery.start": _l("Key pages looked for"),
    "discovery.stop": _l("Search for key pages stopped"),
    "factor.add": _l("Second factor added"),
    "factor.failed": _l("Second factor was wrong"),
    "factor.remove": _l("Second factor removed"),
    "factor.rename": _l("Passkey renamed"),
    "factor.reset": _l("Second factors reset"),
    "file.attach": _l("File attached"),
    "file.delete": _l("File deleted"),
    "file.detach": _l("File detached"),
    "file.infected": _l("File refused by the virus scanner"),
    "file.upload": _l("File uploaded"),
    "incident.trace": _l("Path to the target asked for"),
    "job.cancel": _l("Job cancelled"),
    "job.delete": _l("Job deleted"),
    "job.start": _l("Job started"),
    "link.add": _l("Sign-in service linked"),
    "link.remove": _l("Sign-in service unlinked"),
    "login.factor": _l("Second factor given"),
    "maintenance.change": _l("Planned work changed"),
    "maintenance.create": _l("Work planned"),
    "maintenance.delete": _l("Planned work deleted"),
    "maintenance.end": _l("Planned work ended early"),
    "maintenance.skip": _l("Planned work skipped once"),
    "member.scope": _l("Member's sites changed"),
    "monitor.renew_address": _l("Address to call renewed"),
    "monitor.run": _l("Monitor checked at once"),
    "provider.change": _l("Sign-in service changed"),
    "provider.create": _l("Sign-in service added"),
    "provider.delete": _l("Sign-in service removed"),
    "recovery_code.use": _l("Recovery code used"),
    "recovery_codes.renew": _l("Recovery codes renewed"),
    "schedule.change": _l("Scheduled job changed"),
    "schedule.run": _l("Scheduled job run at once"),
    "status_notice.create": _l("Notice published"),
    "status_notice.delete": _l("Notice deleted"),
    "status_notice.update": _l("Notice continued"),
    "status_page.change": _l("Status page changed"),
    "status_page.create": _l("Status page added"),
    "status_page.delete": _l("Status page deleted"),
    "watch.run": _l("Page checked at once"),
}
"""What the log calls acts that have no words of their own family."""


def way_label(way: str) -> str:
    """By which way somebody came in."""
    return str(WAYS.get(way, way))


def problem_in_words(problem: str | None, number: int | None) -> str:
    """What is wrong with a chain; empty when nothing is."""
    sentences = {
        "missing": _("Entry %(number)s is missing.", number=number),
        "broken": _("Entry %(number)s does not follow the one before it.", number=number),
        "changed": _("Entry %(number)s was changed after it was written.", number=number),
        "end": _("The log does not end where it should, at entry %(number)s.", number=number),
        "cut": _("The log was cut off at entry %(number)s, and not by this installation.", number=number),
    }
    return sentences.get(problem or "", "")
