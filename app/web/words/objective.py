"""Words of objectives: what they count, over what, and how fast a budget burns."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KINDS = {"availability": _l("Availability"), "latency": _l("Response time")}
WINDOWS = {
    "7d": _l("the last 7 days"),
    "28d": _l("the last 28 days"),
    "30d": _l("the last 30 days"),
    "90d": _l("the last 90 days"),
    "month": _l("the calendar month"),
}
LEVELS = {"fast": _l("burns fast"), "medium": _l("burns"), "slow": _l("burns slowly")}
SPANS = {
    "5m": _l("5 minutes"),
    "30m": _l("30 minutes"),
    "1h": _l("1 hour"),
    "6h": _l("6 hours"),
    "3d": _l("3 days"),
}
