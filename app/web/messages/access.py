"""Sentences about log-ins, tokens and connected programs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("this is done in a session, not by a token or a signed call"),
    _l("there is no such session"),
    _l("there is no such token"),
    _l("there is no such vendor"),
    _l("there is no such app"),
    _l("must name at least one permission"),
    _l("is no member of this organization"),
    _l("an app cannot act for somebody above you"),
)
PATTERNS = (
    (r"a user has at most (?P<n>\d+) tokens", _l("a user has at most %(n)s tokens")),
    (r"an organization has at most (?P<n>\d+) vendors", _l("an organization has at most %(n)s vendors")),
    (r"a vendor has at most (?P<n>\d+) apps", _l("a vendor has at most %(n)s apps")),
    (r"cannot be given: (?P<names>.*)", _l("cannot be given: %(names)s")),
)
