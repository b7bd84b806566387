"""The words for scans' fixed names: states, triggers, profiles, stages, why a part did not run."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

SCAN_STATES = {
    "queued": (_l("Waiting"), "quiet"),
    "running": (_l("Running"), "care"),
    "done": (_l("Done"), "up"),
    "stopped": (_l("Stopped"), "degraded"),
    "failed": (_l("Failed"), "down"),
    "refused": (_l("Refused"), "down"),
}
"""State: its words, and the colour it is drawn with."""

TRIGGERS = {
    "demand": _l("asked for"),
    "schedule": _l("by schedule"),
    "deployment": _l("after a release"),
    "change": _l("something changed"),
    "retest": _l("one finding again"),
}
PROFILES = {
    "passive": (
        _l("Passive"),
        _l("Looks at pages as a visitor does: at most 60 requests. Needs no permission."),
    ),
    "standard": (
        _l("Standard"),
        _l("Also asks for files and panels that should not be there: at most 600 requests."),
    ),
    "full": (_l("Full"), _l("Asks for everything CloudEye knows, in all places: at most 3,000 requests.")),
}
"""Profile: its words, and what it sends."""

STAGES = {
    "crawl": _l("Reading pages"),
    "passive": _l("Judging what was read"),
    "active": _l("Asking for what should not be there"),
    "templates": _l("Running your templates"),
    "end": _l("Writing down"),
}
SKIPPED = {
    "profile": _l("not part of this profile"),
    "no_consent": _l("nobody has consented to it"),
    "not_verified": _l("needs a host that is shown to be yours"),
    "budget": _l("the requests were used up"),
    "time": _l("the time was over"),
    "errors": _l("the site gave no answers any more"),
    "stopped": _l("it was stopped before"),
    "failed": _l("it failed on our side"),
    "no_data": _l("the data for it is missing"),
    "program_missing": _l("the program for it is not installed"),
}
VERDICTS = {True: _l("passed"), False: _l("failed")}
HEADER_TESTS = {
    "content-security-policy": "Content-Security-Policy",
    "cookies": _l("Cookies"),
    "cross-origin-resource-sharing": _l("Answers to other sites (CORS)"),
    "redirection": _l("Redirection to HTTPS"),
    "referrer-policy": "Referrer-Policy",
    "strict-transport-security": "Strict-Transport-Security",
    "subresource-integrity": _l("Integrity of foreign scripts (SRI)"),
    "x-content-type-options": "X-Content-Type-Options",
    "x-frame-options": "X-Frame-Options",
    "cross-origin-resource-policy": "Cross-Origin-Resource-Policy",
    "cross-origin-opener-policy": "Cross-Origin-Opener-Policy",
    "cross-origin-embedder-policy": "Cross-Origin-Embedder-Policy",
}
