"""Sentences of jobs and of the import of sites."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("there is no such job"),
    _l("there is no such kind of job"),
    _l("there is no such scheduled job"),
    _l("the job is over already"),
    _l("the job is not over; cancel it first"),
    _l("too many jobs are waiting already"),
    _l("the result is for who asked for it"),
    _l("the result is larger than a result may be"),
    _l("there is no result, or it is no longer kept"),
    _l("what was handed in is no longer kept"),
    _l("only a job of a daily time has one"),
    _l("must be a time such as 03:30"),
    _l("it is no text in UTF-8, UTF-16 or GB 18030"),
    _l("it is no workbook (XLSX) that can be read"),
    _l("it is too large"),
    _l("it has no rows"),
    _l("an interval must be from 1 second to 1 day"),
)
PATTERNS = (
    (r"line (?P<n>\d+) is no line of CSV", _l("line %(n)s is no line of CSV")),
    (r"it has more than (?P<n>\d+) rows", _l("it has more than %(n)s rows")),
    (r"it has more than (?P<n>\d+) columns", _l("it has more than %(n)s columns")),
    (
        r"a cell in line (?P<n>\d+) has more than (?P<m>\d+) characters",
        _l("a cell in line %(n)s has more than %(m)s characters"),
    ),
    (
        r"the first row must name the column (?P<name>\w+)",
        _l("the first row must name the column %(name)s"),
    ),
    (
        r"the first row names the column (?P<name>\w+) twice",
        _l("the first row names the column %(name)s twice"),
    ),
    (r"is in line (?P<n>\d+) already", _l("is in line %(n)s already")),
    (r"at most (?P<n>\d+) monitors", _l("at most %(n)s monitors")),
    (
        r"must be some of: (?P<some>.*), each with an interval or without",
        _l("must be some of: %(some)s, each with an interval or without"),
    ),
)
