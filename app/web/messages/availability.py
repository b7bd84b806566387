"""Sentences of the availability job's services."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("names a location twice"),
    _l("there is no such escalation policy"),
    _l("this would go in a circle"),
    _l("must be a number"),
    _l("must be entered again, since the monitor would send it elsewhere"),
    _l("is over already"),
    _l("never takes place"),
    _l("nothing of this window is under way"),
    _l("nothing of this window is to come"),
    _l("say what it covers: everything, or some sites, tags or monitors"),
    _l("must be a wall-clock time such as 2026-11-21T02:00, without a zone"),
    _l("must be a day such as 2026-12-31"),
    _l("there is no such window"),
    _l("there is no such status page"),
    _l("there is no such notice"),
    _l("the notice is resolved already"),
    _l("another status page has this address"),
    _l("must be 3 to 60 letters a to z, digits and hyphens, such as shop-status"),
    _l("this monitor's target does not call; only a heartbeat's does"),
    _l("there is no such location"),
    _l("only the organization that runs this installation enters locations"),
    _l("no probe can be asked for the path now"),
    _l("there is a location with this code"),
    _l("must have 1 to 32 of a-z, 0-9 and -"),
    _l("must be tcp://host:port, dns://server or https://host"),
    _l("the installation's own location cannot be switched off"),
    _l("the key of the installation's own location follows from its secret"),
    _l("the installation's own location cannot be deleted"),
)
PATTERNS = (
    (
        r"must be shorter than the interval \((?P<seconds>\d+) s\)",
        _l("must be shorter than the interval (%(seconds)s s)"),
    ),
    (
        r"must not be more than the locations \((?P<count>\d+)\)",
        _l("must not be more than the locations (%(count)s)"),
    ),
    (r"there is no location (?P<name>.*)", _l("there is no location %(name)s")),
    (r"there is no monitor (?P<id>\d+)", _l("there is no monitor %(id)s")),
    (r"must be at most (?P<n>\d+)", _l("must be at most %(n)s")),
    (r"must be between (?P<a>[\d.]+) and (?P<b>[\d.]+)", _l("must be between %(a)s and %(b)s")),
    (r"must have (?P<a>\d+) to (?P<b>\d+) characters", _l("must have %(a)s to %(b)s characters")),
    (
        r"(?P<count>\d+) monitors are checked from there",
        _l("%(count)s monitors are checked from there"),
    ),
    (r"nothing is called (?P<name>.*)", _l("nothing is called %(name)s")),
    (
        r"several sites are called (?P<name>.*)",
        _l("several sites are called %(name)s: give one of them another name first"),
    ),
    (
        r"several monitors are called (?P<name>.*)",
        _l("several monitors are called %(name)s: write its site too, as in %(name)s · Shop"),
    ),
    (r"(?P<part>.*) is not a part that is understood", _l("%(part)s is not a part that is understood")),
    (r"(?P<part>\w+) cannot be (?P<value>.*)", _l("%(part)s cannot be %(value)s")),
    (r"FREQ must be one of (?P<names>.*)", _l("FREQ must be one of %(names)s")),
)
