"""The part of ASN.1's Basic Encoding Rules (X.690) that SNMP uses (RFC 3417 §8): definite lengths only."""

from __future__ import annotations

from dataclasses import dataclass

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB = 0x80, 0x81, 0x82
_MAX_ARC_BYTES = 5
_MAX_INTEGER_BYTES = 9


class BerError(ValueError):
    """The bytes are not what they should be."""


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length and content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes, tag: int = SEQUENCE) -> bytes:
    return tlv(tag, b"".join(parts))


def integer(value: int) -> bytes:
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    return tlv(OCTETS, value)


def oid(text: str) -> bytes:
    """An object identifier of dotted numbers. Raises BerError."""
    try:
        arcs = [int(each) for each in text.split(".")]
    except ValueError:
        raise BerError("an object identifier is numbers with dots between") from None
    if (
        len(arcs) < 2
        or arcs[0] > 2
        or (arcs[0] < 2 and arcs[1] > 39)
        or not all(0 <= each < 1 << 32 for each in arcs)
    ):
        raise BerError("no such object identifier can be")
    found = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        piece = [arc & 0x7F]
        while arc := arc >> 7:
            piece.append(arc & 0x7F | 0x80)
        found += bytes(reversed(piece))
    return tlv(OID, bytes(found))


@dataclass(slots=True)
class Reader:
    """Takes elements off a piece of bytes, one after the other. Every method raises BerError.

    `base` is where the piece lies within the whole message.
    """

    data: bytes
    base: int = 0
    at: int = 0

    @property
    def is_at_end(self) -> bool:
        return self.at >= len(self.data)

    def take(self) -> tuple[int, bytes]:
        """The next element's tag and content."""
        head = self.data[self.at : self.at + 2]
        if len(head) < 2 or head[0] & 0x1F == 0x1F:
            raise BerError("an element is cut off")
        start, size = self.at + 2, head[1]
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4:
                raise BerError("a length is no length")
            size = int.from_bytes(self.data[start : start + count], "big")
            start += count
        if start + size > len(self.data):
            raise BerError("an element is cut off")
        self.at = start + size
        return head[0], self.data[start : self.at]

    def expect(self, tag: int) -> bytes:
        found, content = self.take()
        if found != tag:
            raise BerError(f"an element is of type {found:#x} instead of {tag:#x}")
        return content

    def inside(self, tag: int = SEQUENCE) -> Reader:
        content = self.expect(tag)
        return Reader(content, self.base + self.at - len(content))

    def integer(self) -> int:
        return read_integer(self.expect(INTEGER))


def read_integer(content: bytes) -> int:
    if not 1 <= len(content) <= _MAX_INTEGER_BYTES:
        raise BerError("a number is no number")
    return int.from_bytes(content, "big", signed=True)


def read_unsigned(content: bytes) -> int:
    """Counters and the like; some agents forget the leading zero that keeps them from being negative."""
    if not 1 <= len(content) <= _MAX_INTEGER_BYTES:
        raise BerError("a number is no number")
    return int.from_bytes(content, "big")


def read_oid(content: bytes) -> str:
    arcs: list[int] = []
    value = size = 0
    for byte in content:
        value, size = value << 7 | byte & 0x7F, size + 1
        if size > _MAX_ARC_BYTES:
            raise BerError("an object identifier is too large")
        if not byte & 0x80:
            arcs.append(value)
            value = size = 0
    if size or not arcs:
        raise BerError("an object identifier is cut off")
    first = min(arcs[0] // 40, 2)
    return ".".join(str(each) for each in (first, arcs[0] - first * 40, *arcs[1:]))
