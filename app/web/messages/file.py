"""Sentences of the services for files."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("the file is empty"),
    _l("the image has too many pixels"),
    _l("the image cannot be read"),
    _l("the organization's room for files is used up"),
    _l("there is no space left for files"),
    _l("this file is no longer kept"),
    _l("there is no such file"),
    _l("there is no such attachment"),
    _l("there is no thumbnail of this file"),
    _l("the file is attached there already"),
    _l("the file is attached to other sites too; take it off here instead"),
    _l("the virus scanner does not answer; try again later"),
    _l("the file is larger than the virus scanner takes"),
    _l("send at least one file, as multipart/form-data"),
)
PATTERNS = (
    (r"the virus scanner found (?P<name>.+)", _l("the virus scanner found %(name)s")),
    (r"at most (?P<n>\d+) files are taken at once", _l("at most %(n)s files are taken at once")),
    (
        r"its name ends in (?P<name>\S+), but its content is (?P<media>\S+)",
        _l("its name ends in %(name)s, but its content is %(media)s"),
    ),
)
