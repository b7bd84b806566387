"""The words for jobs' fixed names: kinds, states, why one has failed, what became of a row."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KINDS = {
    "sites.import": _l("Import of sites"),
    "sites.export": _l("Export of sites"),
    "findings.export": _l("Export of weaknesses"),
    "uptime.export": _l("Export of uptime"),
    "audit.export": _l("Export of the audit log"),
}
STATES = {
    "queued": (_l("Waiting"), "quiet"),
    "running": (_l("Running"), "care"),
    "done": (_l("Done"), "up"),
    "failed": (_l("Failed"), "down"),
    "cancelled": (_l("Cancelled"), "degraded"),
}
"""State: its words, and the colour it is drawn with."""
PROBLEMS = {
    "crashed": _l("Something went wrong on our side. The log says what."),
    "worker_lost": _l("The process that worked on it has died three times."),
    "not_permitted": _l("Whoever asked for it is no longer permitted to."),
}
COLUMNS = {
    "name": _l("Name"),
    "base_url": _l("Address"),
    "tags": _l("Tags"),
    "description": _l("Notes"),
    "monitors": _l("Monitors"),
}
EXPORTS = {
    "sites": ("sites.export", _l("Export sites")),
    "findings": ("findings.export", _l("Export weaknesses")),
    "audit": ("audit.export", _l("Export the audit log")),
    "uptime": ("uptime.export", _l("Export uptime")),
}
"""What a page can ask for: the kind of job, and the page's name."""
