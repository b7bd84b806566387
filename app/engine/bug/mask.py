"""Evidence without the secret: enough to know it by, too little to use it."""

from __future__ import annotations

import re

_HEADERS = re.compile(
    r"(?im)^((?:set-)?cookie|(?:proxy-)?authorization"
    r"|[\w-]{0,40}(?:token|secret|api-?key|password|csrf|xsrf|session-?id)[\w-]{0,40})(:[ \t]*)(.+)$"
)
_COOKIE_VALUE = re.compile(r"(?<![^;\s])([^=;\s]+)=([^;\s]*)")
# Names of parameters whose values are no others' business; the short ones need a long value to be one.
_PARAMETER = re.compile(
    r"(?i)((?<=[?&;#/])(?:[\w.%-]{0,30}(?:token|secret|passw|pwd|session|sessid|api_?key|jwt)[\w.%-]{0,30}"
    r"|sid|cfid|auth|pass|key|code|sig|signature)=)([^?&;#\s\"'<>]{1,4000})"
)
_ALWAYS = re.compile(r"(?i)pass|pwd|secret")
_LONG = 8
_IN_PATH = re.compile(r"(/\([SX]\()([a-z0-9]{24})(?=\)\)/)", re.I)
_IN_ADDRESS = re.compile(r"(://[^\s:/?#@]{0,80}:)([^\s/?#@]{1,200})(?=@)")
_TOKEN = re.compile(r"eyJ[\w-]{8,2000}\.eyJ[\w-]{8,6000}\.[\w-]{8,1000}")
_ASSIGNED = re.compile(
    r"(?i)((?:passwd|password|pwd|secret|api_?key|access_?key|private_?key)[\w.-]{0,20}[\"']?"
    r"[ \t]{0,3}(?:=>|[:=])[ \t]{0,3}[\"'])([^\"'\s\u2026]{4,200})(?=[\"'])"
)
_NAMED = re.compile(
    r"(?i)([\w.-]{0,40}(?:passw|pwd|secret|token|api_?key|access_?key|private_?key|auth|credential|dsn|salt)"
    r"[\w.-]{0,40}[\"']?(?:[ \t]{0,4}(?:=>|[:=,])[ \t]{0,4}(?:\{[ \t]{0,4}\"value\"[ \t]{0,4}:[ \t]{0,4})?"
    r"|(?:[ \t]{0,3}</?t[dhr][^<>]{0,60}>){1,4}[ \t]{0,3})[\"']?)([^\s\"'<>,;{]{1,400})"
)
# In the text of a file a password may have any character; in an address, a query begins at its mark.
_IN_TEXT = re.compile(r"(://[^\s:/@]{0,80}:)([^\s/@]{1,200})(?=@)")
_HASH = re.compile(r"\$(?:apr1|1|2[aby]|5|6|argon2\w{0,2}|P)\$[^\s:\"']{4,200}|\{SHA\}\S{4,60}")
_KEY_BLOCK = re.compile(r"(?<=KEY-----)[A-Za-z0-9+/=\s\\]{1,4000}")
_WORD = re.compile(r"[A-Za-z0-9+/=_.:-]{16,}")
MASKED = "\u2026"
"""What every masked value has, and no address that a browser would send."""
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite"})
_SHOWN = 4


def mask_secret(secret: str) -> str:
    """`AKIAIOSFODNN7EXAMPLE` → `AKIA…MPLE (20 characters)`; short ones show nothing but their length."""
    if len(secret) < 4 * _SHOWN:
        return f"… ({len(secret)} characters)"
    return f"{secret[:_SHOWN]}…{secret[-_SHOWN:]} ({len(secret)} characters)"


def mask_headers(text: str) -> str:
    """Header lines with the values of cookies and credentials masked, names and attributes kept."""
    return _HEADERS.sub(_masked_line, text)


def _masked_line(found: re.Match[str]) -> str:
    name, colon, value = found.groups()
    if "cookie" not in name.lower():
        return f"{name}{colon}{mask_secret(value)}"
    return name + colon + _COOKIE_VALUE.sub(_masked_cookie, value)


def _masked_cookie(found: re.Match[str]) -> str:
    name, value = found.groups()
    if name.lower() in _ATTRIBUTES or not value:
        return found[0]
    return f"{name}={mask_secret(value)}"


def mask_address(text: str) -> str:
    """An address, or a text with addresses, without the passwords, sessions and tokens in them."""
    text = _IN_ADDRESS.sub(lambda found: found[1] + MASKED, text)
    text = _IN_PATH.sub(lambda found: found[1] + _ends(found[2]), text)
    text = _PARAMETER.sub(_masked_parameter, text)
    return _TOKEN.sub(lambda found: _ends(found[0]), text)


def mask_text(text: str) -> str:
    """A text with values of whatever is named like a secret, passwords in addresses, hashes and private keys
    masked."""
    text = _KEY_BLOCK.sub(MASKED, mask_headers(text))
    text = _HASH.sub(lambda found: mask_secret(found[0]), text)
    text = _IN_TEXT.sub(lambda found: found[1] + mask_secret(found[2]), text)
    return _NAMED.sub(lambda found: found[1] + mask_secret(found[2]), text)


def mask_words(text: str) -> str:
    """A text of any kind: long words of digits and letters are masked, addresses and versions stay."""
    return _WORD.sub(lambda found: mask_secret(found[0]) if _may_be_secret(found[0]) else found[0], text)


def _may_be_secret(word: str) -> bool:
    has_both = any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)
    return has_both and not word.startswith(("http:", "https:")) and word.count(".") < 2


def mask_evidence(text: str) -> str:
    """The last look at an excerpt: what was masked already stays as it is."""
    text = mask_address(text)
    return _ASSIGNED.sub(lambda found: found[1] + mask_secret(found[2]), text)


def _masked_parameter(found: re.Match[str]) -> str:
    name, value = found.groups()
    if MASKED in value or (len(value) < _LONG and not _ALWAYS.search(name)):
        return found[0]
    return name + _ends(value)


def _ends(secret: str) -> str:
    """As `mask_secret`, in the form of a word, so that an address stays one."""
    return MASKED if len(secret) < 4 * _SHOWN else f"{secret[:_SHOWN]}{MASKED}{secret[-_SHOWN:]}"
