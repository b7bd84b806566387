"""Sentences about the addresses of organizations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("there is no organization at this address"),
    _l("this address is for one organization alone"),
    _l("the token is for another organization than this address"),
)
