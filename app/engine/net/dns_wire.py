"""Messages of name servers, read only when reading them is cheap.

A name may be two bytes that point at a long one. Sixty-four kilobytes of those take a quarter of a minute to
read, which no check of the same process would survive. So names and records are counted first.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import dns.exception
import dns.message
import dns.rdatatype as kinds

_MOST_RECORDS = 1_000
_MOST_LABELS = 4_000
_MOST_OPTIONS = 1_024
_LONGEST_NAME = 128
_HEAD = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_INTERNET = 1
# Where names lie in a record's data; SOA has two in a row.
_NAMES_AT: dict[int, tuple[int, int]] = {
    kinds.NS: (0, 1),
    kinds.CNAME: (0, 1),
    kinds.PTR: (0, 1),
    kinds.DNAME: (0, 1),
    kinds.NSEC: (0, 1),
    kinds.SOA: (0, 2),
    kinds.MX: (2, 1),
    kinds.SRV: (6, 1),
    kinds.RRSIG: (18, 1),
}
_NAMELESS = frozenset(
    (kinds.A, kinds.AAAA, kinds.TXT, kinds.CAA, kinds.DS, kinds.DNSKEY, kinds.TLSA, kinds.NSEC3)
)


class CostlyMessageError(dns.exception.FormError):
    """Reading this message would take too long, or it cannot be read at all."""


def read_message(wire: bytes, *, ignore_trailing: bool = False) -> dns.message.Message:
    """The message. Raises dns.exception.DNSException and ValueError, as dnspython does."""
    try:
        _Scan(wire).check()
    except (IndexError, struct.error):
        raise CostlyMessageError from None
    return dns.message.from_wire(wire, ignore_trailing=ignore_trailing)


class _Scan:
    def __init__(self, wire: bytes) -> None:
        self._wire = wire
        self._at = _HEAD.size
        self._labels = 0

    def check(self) -> None:
        """Raises CostlyMessageError, IndexError and struct.error."""
        counts: Sequence[int] = _HEAD.unpack_from(self._wire)[2:]
        if sum(counts) > _MOST_RECORDS:
            raise CostlyMessageError
        for _ in range(counts[0]):
            self._at = self._name(self._at) + 4
        for _ in range(sum(counts[1:])):
            self._record()

    def _record(self) -> None:
        at = self._name(self._at)
        kind, of_class, _, size = _RECORD.unpack_from(self._wire, at)
        at += _RECORD.size
        self._at = at + size
        if kind == kinds.OPT:
            if size > _MOST_OPTIONS:
                raise CostlyMessageError
        elif kind in _NAMES_AT:
            place, count = _NAMES_AT[kind]
            at += place
            for _ in range(count):
                at = self._name(at)
        elif kind not in _NAMELESS or of_class != _INTERNET:
            # Of a kind whose names we do not look for: two long ones.
            self._count(2 * _LONGEST_NAME)

    def _name(self, at: int) -> int:
        """Count the labels of a name; gives where it ends. Pointers lead backwards only (RFC 1035, 4.1.4)."""
        wire, first, end, labels = self._wire, at, 0, 0
        while size := wire[at]:
            if size >= 0xC0:
                end = end or at + 2
                at = (size & 0x3F) << 8 | wire[at + 1]
                if at >= first:
                    raise CostlyMessageError
                first = at
            elif size < 0x40 and labels < _LONGEST_NAME:
                at += 1 + size
                labels += 1
            else:
                raise CostlyMessageError
        self._count(labels)
        return end or at + 1

    def _count(self, labels: int) -> None:
        self._labels += labels
        if self._labels > _MOST_LABELS:
            raise CostlyMessageError
