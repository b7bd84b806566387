"""Sentences about what one kind of check alone asks for."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("A group needs members or tags."),
    _l("A key has at most 250 bytes, no spaces and no control characters."),
    _l("A path must not contain control characters."),
    _l("A SHA-256 fingerprint has 64 hexadecimal digits."),
    _l("A fingerprint looks like SHA256: and 43 letters, digits, + and /."),
    _l("A subprotocol is a single word; several are separated by commas."),
    _l("The URL must begin with ws:// or wss://."),
    _l("Write the name alone, such as www.example.org."),
    _l("Write a host name or an IP address alone, such as www.example.org."),
    _l("An IP address has PTR records only; give a name."),
    _l("There is nothing to compare with: give the expected values."),
    _l("Larger and smaller need a number to compare with."),
    _l("Version 3 needs a user."),
    _l("Encryption needs a signature as well."),
    _l("The passwords of version 3 have at least 8 characters."),
    _l("This is not a mail address."),
    _l("Give a topic."),
    _l("A message cannot be published to a topic with # or +."),
    _l("The loss that degrades must not be above the loss that is an outage."),
    _l("This must not contain a zero character."),
    _l("This is not hexadecimal: write pairs of 0-9 and a-f."),
    _l("User and password must not contain control characters."),
)
PATTERNS = (
    (
        r"(?P<what>'.*') cannot be used as a name of metadata\.",
        _l("%(what)s cannot be used as a name of metadata."),
    ),
    (
        r"(?P<what>'.*') cannot be used as a header of the handshake\.",
        _l("%(what)s cannot be used as a header of the handshake."),
    ),
    (
        r"The value of (?P<name>.*) holds characters that cannot be sent\.",
        _l("The value of %(name)s holds characters that cannot be sent."),
    ),
    (r"The value of (?P<name>.*) is too long\.", _l("The value of %(name)s is too long.")),
    (r"(?P<what>'.*') is no name that DNS could know\.", _l("%(what)s is no name that DNS could know.")),
    (
        r"(?P<what>'.*') is no name server: write an IP address, or address:port",
        _l("%(what)s is no name server: write an IP address, or address:port"),
    ),
    (
        r"(?P<what>.*) is no name that can be registered\.",
        _l("%(what)s is no name that can be registered."),
    ),
    (r"(?P<what>.*) is not a cron expression\.", _l("%(what)s is not a cron expression.")),
    (
        r"\\(?P<what>.*) has no meaning here; a backslash itself is written \\\\\.",
        _l("\\%(what)s has no meaning here; a backslash itself is written \\\\."),
    ),
    (r"This cannot be used: (?P<why>.*)\.", _l("This cannot be used: %(why)s.")),
)
