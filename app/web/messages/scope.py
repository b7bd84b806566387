"""Sentences about who answers for which sites."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("there is no such member"),
    _l("name a site or a tag, or leave both away for the whole organization"),
    _l("an owner answers for the whole organization; give them another role first"),
    _l("name the site: you answer for some of them only"),
    _l("name the sites: you answer for some of them only"),
)
PATTERNS = (
    (r"must hold one of yours: (?P<tags>.*)", _l("must hold one of yours: %(tags)s")),
    (r"(?P<tag>.*) is not one of your tags", _l("%(tag)s is not one of your tags")),
)
