"""The words for scheduled jobs: what each does, and how its last run stands."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

JOBS = {
    "notify.decide": _l("Decide who is told about incidents"),
    "notify.deliver_due": _l("Send notifications that are due"),
    "cause.turn": _l("Judge whose fault incidents are"),
    "record.sweep": _l("Turn silence into “unknown”"),
    "record.passive": _l("Wait for calls of targets that report by themselves"),
    "record.tend_days": _l("Make tomorrow's tables of results"),
    "usability.learn": _l("Learn how long answers usually take"),
    "rollup.turn": _l("Gather results into roll-ups"),
    "rollup.pack": _l("Pack the results of days that are over"),
    "rollup.trim": _l("Delete results that are kept no longer"),
    "objective.turn": _l("Measure objectives"),
    "bug.turn": _l("Begin and end scans"),
    "bug.prove": _l("Look again at whose hosts are"),
    "bug.tend": _l("Delete old scans"),
    "job.turn": _l("Begin jobs that wait"),
    "job.tend": _l("Delete old jobs"),
    "file.tend": _l("Delete files that nobody uses"),
    "tamper.tend": _l("Delete old copies of watched pages"),
    "audit.tend": _l("Check and trim the audit log"),
}
STATES = {
    "ok": (_l("Fine"), "up"),
    "failed": (_l("Failed"), "down"),
    "late": (_l("Overdue"), "degraded"),
    "never": (_l("Not yet run"), "quiet"),
}
# What a run says of itself: how many of what.
RESULTS = {
    "5m": _l("5 minutes"),
    "1h": _l("hours"),
    "1d": _l("days"),
    "late": _l("late ones"),
    "deliveries": _l("messages"),
    "entries": _l("entries"),
    "rows": _l("rows"),
    "lost": _l("lost jobs"),
    "deleted": _l("deleted"),
}
