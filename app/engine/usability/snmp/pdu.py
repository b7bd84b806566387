"""Asking for one object and reading the answer (RFC 1157, RFC 3416)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal

from app.engine.usability.snmp import ber

GET, RESPONSE, REPORT = 0xA0, 0xA2, 0xA8
VERSIONS = {"1": 0, "2c": 1, "3": 3}
# error-status of RFC 3416 §3.
_ERRORS = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)
_MISSING = {
    ber.NO_SUCH_OBJECT: "noSuchObject",
    ber.NO_SUCH_INSTANCE: "noSuchInstance",
    ber.END_OF_MIB: "endOfMibView",
    ber.NULL: "null",
}
_UNSIGNED = {
    ber.COUNTER32: "Counter32",
    ber.GAUGE32: "Gauge32",
    ber.TIME_TICKS: "TimeTicks",
    ber.COUNTER64: "Counter64",
}
_MAX_TEXT = 1000
_OPAQUE_FLOAT, _OPAQUE_DOUBLE = b"\x9f\x78\x04", b"\x9f\x79\x08"


@dataclass(frozen=True, slots=True)
class Pdu:
    """What came. `error` is a name of RFC 3416, empty for none; `missing` says in which way there is no
    value, `value` is it as text, `is_number` whether it counts or measures."""

    kind: Literal["response", "report"]
    request_id: int
    error: str = ""
    oid: str = ""
    type: str = ""
    value: str = ""
    missing: str = ""
    is_number: bool = False


def get_pdu(request_id: int, oid: str | None) -> bytes:
    """A GET for one object, or for none (to learn who answers)."""
    binding = ber.sequence(ber.oid(oid), ber.tlv(ber.NULL, b"")) if oid is not None else b""
    head = ber.integer(request_id) + ber.integer(0) + ber.integer(0)
    return ber.sequence(head, ber.sequence(binding), tag=GET)


def community_message(version: str, community: str, pdu: bytes) -> bytes:
    """A message of version 1 or 2c."""
    return ber.sequence(ber.integer(VERSIONS[version]), ber.octets(community.encode()), pdu)


def read_community(wire: bytes, version: str, community: str) -> Pdu:
    """The answer of version 1 or 2c. Raises BerError for anything else."""
    outer = ber.Reader(wire).inside()
    if outer.integer() != VERSIONS[version]:
        raise ber.BerError("another version of SNMP")
    if outer.expect(ber.OCTETS) != community.encode():
        raise ber.BerError("another community")
    return read_pdu(outer)


def read_pdu(reader: ber.Reader) -> Pdu:
    """The PDU that comes next, with the first of its objects. Raises BerError."""
    tag, content = reader.take()
    if tag not in (RESPONSE, REPORT):
        raise ber.BerError(f"a PDU of type {tag:#x}")
    inside = ber.Reader(content)
    request_id, status, _index = inside.integer(), inside.integer(), inside.integer()
    error = _ERRORS[status] if 0 < status < len(_ERRORS) else f"error {status}" if status else ""
    kind: Literal["response", "report"] = "response" if tag == RESPONSE else "report"
    bindings = inside.inside()
    if bindings.is_at_end:
        return Pdu(kind, request_id, error)
    binding = bindings.inside()
    name = ber.read_oid(binding.expect(ber.OID))
    return _bound(kind, request_id, error, name, *binding.take())


def _bound(
    kind: Literal["response", "report"], request_id: int, error: str, name: str, tag: int, content: bytes
) -> Pdu:
    if tag in _MISSING:
        return Pdu(kind, request_id, error, name, missing=_MISSING[tag])
    type_name, value, is_number = _value(tag, content)
    return Pdu(kind, request_id, error, name, type_name, value[:_MAX_TEXT], is_number=is_number)


def _value(tag: int, content: bytes) -> tuple[str, str, bool]:
    """Type, text, and whether it is a number."""
    if tag == ber.INTEGER:
        return "INTEGER", str(ber.read_integer(content)), True
    if tag in _UNSIGNED:
        return _UNSIGNED[tag], str(ber.read_unsigned(content)), True
    if tag == ber.OID:
        return "OBJECT IDENTIFIER", ber.read_oid(content), False
    if tag == ber.IP_ADDRESS and len(content) == 4:
        return "IpAddress", str(IPv4Address(content)), False
    if tag == ber.OPAQUE and content.startswith((_OPAQUE_FLOAT, _OPAQUE_DOUBLE)):
        form = ">f" if content.startswith(_OPAQUE_FLOAT) else ">d"
        if len(content) == 3 + struct.calcsize(form):
            return "Float", f"{struct.unpack(form, content[3:])[0]:g}", True
    if tag in (ber.OCTETS, ber.OPAQUE):
        return "OCTET STRING", _text(content), False
    raise ber.BerError(f"a value of type {tag:#x}")


def _text(content: bytes) -> str:
    """Text where it is text, else hexadecimal digits, as a MAC address is."""
    try:
        text = content.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return "0x" + content.hex()
    is_text = all(each.isprintable() or each in "\r\n\t" for each in text)
    return text if is_text else "0x" + content.hex()
