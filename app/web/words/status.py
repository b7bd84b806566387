"""What visitors of a status page read."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATES = {
    "up": _l("Working"),
    "slow": _l("Impaired"),
    "down": _l("Outage"),
    "maintenance": _l("Planned work"),
    "unknown": _l("No data"),
}
HEADLINES = {
    "up": _l("Everything works"),
    "slow": _l("Something is slow or works in parts only"),
    "down": _l("Something is down"),
    "maintenance": _l("Planned work is under way"),
    "unknown": _l("There is no data at this moment"),
}
NOTICES = {
    "investigating": _l("We are looking into it"),
    "identified": _l("The cause is found"),
    "watching": _l("Mended; we keep watching"),
    "resolved": _l("Resolved"),
}
SPANS = {"24h": _l("24 hours"), "7d": _l("7 days"), "30d": _l("30 days"), "90d": _l("90 days")}
