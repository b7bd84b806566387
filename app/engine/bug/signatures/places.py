"""What paths of servers, addresses of inner networks and personal data look like."""

# ruff: noqa: E501 — patterns read best unbroken

from __future__ import annotations

import re

from app.engine.bug.reading.signs import sign

WEB_ROOTS = (
    sign(
        "path",
        ("/var/www/", "/srv/www/", "/usr/share/nginx/", "/usr/local/apache", "/opt/lampp/"),
        r"(?<![\w/.:-])(/(?:var/www|srv/www|usr/share/nginx|usr/local/apache2?|opt/lampp)/[\w./-]{2,200})",
    ),
    sign(
        "path",
        ("inetpub", "wwwroot", "xampp", "wamp"),
        r"(?<!\w)([A-Za-z]:(?:\\{1,2}|/)(?:inetpub|xampp|wamp(?:64)?|wwwroot)(?:\\{1,2}|/)[\w.\\/ -]{2,200})",
        re.I,
    ),
    sign(
        "path",
        ("/home/", "/Users/"),
        r"(?<![\w/.:-])(/(?:home|Users)/[\w.-]{2,32}/(?:[\w.@-]{1,60}/){1,12}[\w.-]{1,60}\.(?:php|py|rb|pl|jsp?|tsx?|java|go|cs|sql|conf|env|log|ini|ya?ml|json)\b)",
    ),
    sign(
        "path",
        (":\\Users\\", ":\\\\Users\\\\", "file:///"),
        r"(?<!\w)((?:file:///)?[A-Za-z]:\\{1,2}Users\\{1,2}[\w. -]{2,40}\\{1,2}[\w.\\ -]{2,200}|file:///(?:[A-Za-z]:/|home/|Users/|var/)[\w./%-]{2,200})",
    ),
)
"""Beyond doubt paths of a file system, also in scripts and attributes."""

SERVER_PATHS = sign(
    "path",
    ("/var/", "/opt/", "/etc/", "/srv/", "/root/", "/usr/", "/home/"),
    r"(?<![\w/.:\"'(=-])(/(?:var|opt|etc|srv|root|usr/local|home)/[\w.-]{2,60}(?:/[\w.-]{1,60}){1,12})",
)
"""Paths that could be addresses as well: in comments only."""

PRIVATE_ADDRESS = re.compile(
    r"(?<![\w.:-])(10(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|192\.168(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){2}|"
    r"172\.(?:1[6-9]|2\d|3[01])(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){2}|169\.254\.169\.254)(?![\w-]|\.\d)(:\d{2,5})?"
)
PRIVATE_ADDRESS_6 = re.compile(
    r"(?<![\w:.])(f[cd][0-9a-f]{2}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{1,4})(?![\w:])", re.I
)
INNER_HOST = re.compile(
    r"(?<![\w.@-])(?:https?|wss?|jdbc:\w{2,12}|mysql|postgres(?:ql)?|redis|amqp|mongodb|ldaps?|smb)://"
    r"((?:[\w-]{1,63}\.){0,5}[\w-]{1,63}\.(?:internal|intranet|intra|corp|lan|localdomain|local|private|home\.arpa|priv))(?![\w.-])",
    re.I,
)
LOCALHOST = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{2,5})?(?:/[\w./-]{0,80})?", re.I)
EMAIL = re.compile(
    r"(?<![\w.+/-])([A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,12})(?![\w-])"
)
CARD = re.compile(
    r"(?<![\w.-])((?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d|62\d\d|35\d\d)([ -]?)\d{4}\2\d{4}\2\d{4}|3[47]\d\d([ -]?)\d{6}\3\d{5})(?![\w.-])"
)
TEST_CARDS = frozenset(
    {
        "4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556", "4222222222222", "5555555555554444",
        "5105105105105100", "2223003122003222", "5200828282828210", "378282246310005", "371449635398431", "378734493671000",
        "6011111111111117", "6011000990139424", "3530111333300000", "3566002020360505", "4000000000000002", "4917610000000000",
        "6011000000000004", "2221000000000009", "5454545454545454", "4444333322221111", "4012001037141112", "6200000000000005",
    }
)  # fmt: skip
"""Printed by payment providers for tests."""
CHINESE_ID = re.compile(r"(?<![\w.-])([1-8]\d{5}(?:19|20)\d{9}[\dXx])(?![\w.-])")
KNOWN_IDS = frozenset(
    {"11010519491231002X", "440524188001010014", "110101199003070000", "34052419800101001X"}
)
SOCIAL_SECURITY = re.compile(
    r"(?:\bSSN\b|social security)[^\n]{0,40}?(?<!\d)((?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4})(?!\d)", re.I
)
CARD_WORDS = re.compile(r"card|visa|master|amex|pan\b|payment|信用卡|银行卡|卡号|cc[_-]?(?:num|no)", re.I)

CONFLICT = sign(
    "conflict", "<<<<<<< ", r"(?:^|\n)<{7} [\w./ -]{1,100}\r?\n(?:[^\n]{0,400}\n){0,20}?={7}\r?\n"
)
SERVER_SOURCE = re.compile(
    r"\A\s{0,20}(?:<\?php\b|<\?=|<%@? ?(?:page|import|include|language|Page)\b|#!\s?/usr/(?:local/)?bin/|#!\s?/bin/|"
    r"(?:from|import) [\w.]{2,60}(?: import [\w*, ]{1,200})?\r?\n|package [\w.]{1,80};?\r?\n|using System|"
    r"<cfquery|<cfset|require ['\"(]|const \w{1,40} = require\()"
)
SERVER_NAMES = re.compile(
    r"\.(?:php\d?|phtml|phps|inc|jspx?|aspx?|ascx|ashx|cs|vb|py|rb|pl|cgi|java|go|cfm|cfc|sh|ini|conf|erb)$",
    re.I,
)
