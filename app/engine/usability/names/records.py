"""Records as texts that can be compared: what people type and what servers send, in one form.

Names are lower-cased, take their ASCII form and lose their last dot, addresses take their shortest form
(RFC 5952), pieces of a text are joined without a blank (RFC 7208 §3.3), numbers lose leading zeros. An MX is
`10 mail.example.org`, an SRV `priority weight port target`, a CAA `flags tag value`, an SOA
`primary mailbox serial refresh retry expire minimum`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, Literal

import dns.exception
import dns.name

RecordType = Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "CAA", "SRV", "PTR"]
Match = Literal["off", "equal", "in", "any", "subset"]
_MAX_RECORDS = 100
_MAX_TEXT = 1000
_MAX_BEGINNING = 900
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def record_text(kind: RecordType, record: Any) -> str:
    """A record as dnspython reads it, in our form."""
    if kind == "TXT":
        return _bounded(b"".join(record.strings).decode("utf-8", "replace"))
    if kind == "CAA":
        value = record.value.decode("utf-8", "replace")
        return _bounded(f"{record.flags} {record.tag.decode('ascii', 'replace').lower()} {value}")
    return normal(kind, str(record))


def record_texts(kind: RecordType, records: Sequence[Any]) -> list[str]:
    """All of them, sorted, at most a hundred."""
    return sorted({record_text(kind, each) for each in records})[:_MAX_RECORDS]


def normal(kind: RecordType, text: str) -> str:
    """A record as people write it, in our form. Never raises: what makes no sense never matches."""
    return _bounded(_normal(kind, text.strip()))


def _bounded(text: str) -> str:
    """What is too long to be kept as its beginning and its hash, so that it can be compared all the same.

    In this form it is short enough to stay as it is.
    """
    if len(text) <= _MAX_TEXT:
        return text
    return f"{text[:_MAX_BEGINNING]}… (SHA-256 {sha256(text.encode()).hexdigest()})"


def _normal(kind: RecordType, text: str) -> str:
    if kind == "TXT":
        return _joined(text)
    if kind in ("A", "AAAA"):
        try:
            return str(ip_address(text))
        except ValueError:
            return text.lower()
    if kind == "CAA":
        flags, _, rest = text.partition(" ")
        tag, _, value = rest.strip().partition(" ")
        return f"{_number(flags)} {tag.lower()} {_joined(value.strip())}"
    return " ".join(_word(each) for each in text.split())


def _joined(text: str) -> str:
    """A text without the quotes of zone files; one that is not quoted stays as it is."""
    pieces = _QUOTED.findall(text)
    if not pieces or _QUOTED.sub("", text).strip():
        return text
    return "".join(_ESCAPED.sub(r"\1", each) for each in pieces)


def _word(text: str) -> str:
    return _number(text) if text.isdecimal() else _name(text.lower()).removesuffix(".") or "."


def _name(text: str) -> str:
    """A name as servers send it: labels beyond ASCII in their ASCII form (RFC 5890)."""
    if text.isascii():
        return text
    try:
        return dns.name.from_text(text, idna_codec=dns.name.IDNA_2008_Practical).to_text()
    except (dns.exception.DNSException, UnicodeError):
        return text


def _number(text: str) -> str:
    return text.lstrip("0") or "0" if text.isdecimal() else text


def is_same(kind: RecordType, wanted: str, answer: str) -> bool:
    """Whether an answer is the wanted one. The priority of an MX may be left out."""
    if wanted == answer:
        return True
    return kind == "MX" and " " not in wanted and answer.partition(" ")[2] == wanted


def is_match(match: Match, kind: RecordType, wanted: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether answers are as wanted; both in our form.

    equal: the same set. in: every answer is a wanted one. any: at least one wanted is answered. subset: all
    wanted are answered, among others perhaps.
    """
    found = [any(is_same(kind, each, answer) for answer in answers) for each in wanted]
    known = [any(is_same(kind, each, answer) for each in wanted) for answer in answers]
    verdicts = {
        "off": True,
        "equal": all(found) and all(known),
        "in": all(known),
        "any": any(found),
        "subset": all(found),
    }
    return verdicts[match]
