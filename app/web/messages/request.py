"""Sentences about what a check asks for and expects."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("must be a number"),
    _l("must be a header's name"),
    _l("only a header, JSONPath, XPath or selector has a name"),
    _l("must be letters, digits and _, beginning with a letter"),
    _l("must be a CSS selector"),
    _l("only an element has a selector"),
    _l("must be an IP address"),
    _l("must be a media type such as application/json"),
    _l("contains a control character"),
    _l("The answer to HEAD has no content to look at: use GET."),
    _l("This JSONPath is too broad: use .. once, and few alternatives."),
    _l("Inside a filter only names and positions may follow @ or $."),
    _l("This selector is too broad."),
    _l("This XPath is too broad: use // at most twice."),
    _l("Inside [ ] of an XPath only an element's own children and attributes may stand."),
    _l("This is no certificate in PEM form (-----BEGIN CERTIFICATE-----)."),
    _l("This is no private key in PEM form, or the password is wrong."),
    _l("This key does not belong to the certificate."),
    _l("The client certificate needs its private key."),
    _l("The client key needs its certificate."),
    _l("HTTP/3 is not built into this installation's libcurl."),
    _l("Behind a proxy the proxy chooses the address."),
    _l("The proxy must be written like http://host:port, https://host:port or socks5://host:port."),
)
PATTERNS = (
    (r"can only be (?P<names>.*) here", _l("can only be %(names)s here")),
    (
        r"This regular expression cannot be used: (?P<why>.*)",
        _l("This regular expression cannot be used: %(why)s"),
    ),
    (r"This JSONPath cannot be used: (?P<why>.*)", _l("This JSONPath cannot be used: %(why)s")),
    (r"This XPath cannot be used: (?P<why>.*)", _l("This XPath cannot be used: %(why)s")),
    (r"This selector cannot be used: (?P<why>.*)", _l("This selector cannot be used: %(why)s")),
    (
        r"(?P<what>'.*') is no status code and no range such as 200-399\.",
        _l("%(what)s is no status code and no range such as 200-399."),
    ),
    (r"The range (?P<what>.*) runs backwards\.", _l("The range %(what)s runs backwards.")),
    (
        r"(?P<what>'.*') is no name: letters, digits and _ only\.",
        _l("%(what)s is no name: letters, digits and _ only."),
    ),
    (
        r"Step (?P<number>\d+) uses (?P<what>.*), which is no variable and not taken before it\.",
        _l("Step %(number)s uses %(what)s, which is no variable and not taken before it."),
    ),
    (
        r"(?P<what>'.*') cannot be used as a request header\.",
        _l("%(what)s cannot be used as a request header."),
    ),
    (r"There may be at most (?P<n>\d+) assertions\.", _l("must have at most %(n)s lines")),
    (
        r"List should have at most (?P<n>\d+) items? after validation, not .*",
        _l("must have at most %(n)s lines"),
    ),
    (r"List should have at least 1 item after validation, not 0", _l("must be filled in")),
    (
        r"The value of (?P<name>.*) contains a control character or is too long\.",
        _l("The value of %(name)s contains a control character or is too long."),
    ),
)
