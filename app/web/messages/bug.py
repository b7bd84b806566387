"""Sentences of the bug job's services and validators."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("there is no such finding"),
    _l("there is no such scan"),
    _l("there is no such host"),
    _l("there is no such template"),
    _l("the host of the site's own address stays"),
    _l("the site has this host already"),
    _l("nobody has shown that this host is yours"),
    _l("nobody has shown that the site's host is yours: only the profile passive may run"),
    _l("a scan of this site is waiting or running already"),
    _l("a retest of this finding is waiting or running already"),
    _l("there is no scan of the site before this one"),
    _l("scans see for themselves whether it is fixed; ask for a retest"),
    _l("it was imported: only the tool that found it can look again"),
    _l("must be a host such as www.site.example, without a path"),
    _l("must be an address such as https://site.example/login"),
    _l("must have names and values that a header may have"),
    _l("must be headers or form"),
    _l("must be text in UTF-8"),
    _l("must be a date"),
    _l("must say why"),
    _l("is nobody of this organization"),
)
PATTERNS = (
    (r"must have days from (?P<a>\d+) to (?P<b>\d+) by: .*", _l("must be from %(a)s to %(b)s days")),
    (r"no usable id(: .*)?", _l("it is no template: it has no usable id")),
    (r"no YAML of a template(: .*)?", _l("it is no YAML of a template")),
    (r"too large(: .*)?", _l("it is too large")),
    (r"must be given together with from_hour", _l("must be chosen together with the hour of the beginning")),
    (
        r"must be at most (?P<n>\d+) with the profile \w+",
        _l("must be at most %(n)s with this profile"),
    ),
    (
        r"must be from (?P<a>[\d.]+) to (?P<b>[\d.]+) requests a second",
        _l("must be from %(a)s to %(b)s requests a second"),
    ),
    (r"must have 1 to (?P<n>\d+) bytes", _l("must have 1 to %(n)s bytes")),
    (r"must have at most (?P<n>\d+) bytes", _l("must have at most %(n)s bytes")),
    (
        r"must have 1 to (?P<n>\d+) names with their values",
        _l("must have 1 to %(n)s names with their values"),
    ),
    (r"must have texts of at most (?P<n>\d+) characters", _l("must have at most %(n)s characters")),
    (r"must be a moment within (?P<n>\d+) days", _l("must be a day within the next %(n)s days")),
    (r"must be one of: .*", _l("is not one of the choices")),
    (r"a site has at most (?P<n>\d+) hosts", _l("a site has at most %(n)s hosts")),
    (r"an organization has at most (?P<n>\d+) templates", _l("an organization has at most %(n)s templates")),
    (r"the finding is \w+", _l("the state of the finding does not permit it")),
    (r"the scan is \w+ already", _l("the scan is over already")),
)
