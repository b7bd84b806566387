"""Why a message was not taken, as senders say it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("the channel is switched off"),
    _l("the channel is switched off; switch it on first"),
    _l("the channel's configuration does not hold any more"),
    _l("the delivery is still under way"),
    _l("Apprise does not know this URL any more"),
    _l("the service did not take the message"),
    _l("the answer redirects to what is no URL"),
)
PATTERNS = (
    (r"the receiver answered (?P<n>\d+)", _l("the receiver answered %(n)s")),
    (
        r"the receiver answered (?P<n>\d+) \(a redirect; give the address it leads to\)",
        _l("the receiver answered %(n)s (a redirect; give the address it leads to)"),
    ),
    (r"the service refused it: (?P<why>.*)", _l("the service refused it: %(why)s")),
    (r"the service did not answer within (?P<n>[\d.]+) s", _l("the service did not answer within %(n)s s")),
    (r"sending failed on our side \((?P<what>\w+)\)", _l("sending failed on our side (%(what)s)")),
    (r"(?P<host>\S+) has no address", _l("%(host)s has no address")),
    (r"the name (?P<host>\S+) cannot be resolved \(.*\)", _l("the name %(host)s cannot be resolved")),
    (r"the TLS connection to (?P<host>\S+) failed", _l("the TLS connection to %(host)s failed")),
    (r"(?P<host>\S+) took no connection", _l("%(host)s took no connection")),
    (r"(?P<host>\S+) did not answer in time", _l("%(host)s did not answer in time")),
    (
        r"(?P<host>\S+) gave no whole answer within (?P<n>[\d.]+) s",
        _l("%(host)s gave no whole answer within %(n)s s"),
    ),
    (r"the answer of (?P<host>\S+) broke off \(.*\)", _l("the answer of %(host)s broke off")),
    (r"Connection error while submitting email to .*", _l("the mail server could not be reached")),
    (
        r"The address (?P<ip>\S+) is [\w -]+ and is not on the allow-list\.",
        _l("The address %(ip)s is not public, and no private network that may be checked has it."),
    ),
)
