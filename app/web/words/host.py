"""The words of the pages on which a host is shown to be ours: states, and each way step by step."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

HOST_STATES = {
    "pending": (_l("Not shown yet"), "quiet"),
    "verified": (_l("Shown to be yours"), "up"),
    "revoked": (_l("No longer shown"), "down"),
}
"""State: its words, and the colour it is drawn with."""

STEPS = {
    "dns": (
        _l("Open the zone of your domain where its DNS is managed."),
        _l("Add a record with these values. Some forms want the name without your domain at its end."),
        _l("Save it. New records may take some minutes to be seen; then look."),
    ),
    "file": (
        _l("Make a text file with exactly this line."),
        _l("Put it where it is answered at this address, without a log-in or a redirect to another host."),
        _l("Look. An address that cannot exist is asked beside it: what answers anything proves nothing."),
    ),
    "meta": (
        _l("Open the template of the home page."),
        _l("Put this line into its head, before anything that visitors see."),
        _l("Publish the page; then look."),
    ),
}
"""Way: what to do, one after the other. The values to copy belong to the step of the same place in
`VALUES`."""

VALUES = {
    "dns": ((1, "name", _l("Name")), (1, "type", _l("Type")), (1, "value", _l("Value"))),
    "file": ((0, "body", _l("Content")), (1, "url", _l("Address"))),
    "meta": ((1, "tag", _l("Line")), (0, "url", _l("Home page"))),
}
"""Way: (step, key in what the service gives, words)."""

OPENS = {
    True: _l("opens every profile"),
    False: _l("for passive scans only: whoever may edit a page can write it"),
}
