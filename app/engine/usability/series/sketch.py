"""A mergeable sketch of durations: counts in logarithmic buckets, so that any percentile is right within 2 %.

Bucket `i` holds the whole microseconds in (γ^(i-2), γ^(i-1)] with γ = (1 + α) / (1 - α); the value told for
it is 2γ^(i-1) / (γ + 1), at most α away from everything inside (Masson, Rim, Lee: DDSketch, 2019). Two
sketches merge by adding counts: merging loses nothing, in whatever order it is done. Zero has bucket 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from app.engine.usability.series.varint import read_varint, write_varint

ALPHA = 0.0199
_GAMMA = (1 + ALPHA) / (1 - ALPHA)
_PER_LOG = 1 / math.log(_GAMMA)
_TOLD = 2 / (_GAMMA + 1)


def bucket_of(value_us: int) -> int:
    """The number of the bucket a duration falls into."""
    return math.ceil(math.log(value_us) * _PER_LOG) + 1 if value_us > 0 else 0


def _value_of(bucket: int) -> float:
    return _TOLD * _GAMMA ** (bucket - 1) if bucket else 0.0


class Sketch:
    """How often each duration came, to within 2 %. `counts` is bucket → how many."""

    __slots__ = ("counts",)

    def __init__(self, counts: dict[int, int] | None = None) -> None:
        self.counts = {} if counts is None else counts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sketch) and self.counts == other.counts

    def __hash__(self) -> int:
        raise TypeError("a sketch changes")

    def __len__(self) -> int:
        return sum(self.counts.values())

    def add(self, value_us: int) -> None:
        bucket = bucket_of(value_us)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1

    def merge(self, other: Sketch) -> None:
        """Take in all that the other one has counted."""
        counts = self.counts
        for bucket, count in other.counts.items():
            counts[bucket] = counts.get(bucket, 0) + count

    def quantile(self, share: float) -> float | None:
        """The duration (µs) that `share` of all are not longer than; None of nothing.

        It is within 2 % of the sorted values' element number floor(share · (n - 1)).
        """
        return self.quantiles((share,))[0]

    def quantiles(self, shares: Iterable[float]) -> list[float | None]:
        """The same of several rising shares in one walk."""
        ordered = sorted(self.counts.items())
        most = sum(self.counts.values()) - 1
        found: list[float | None] = []
        seen, place = 0, -1
        for share in shares:
            rank = math.floor(share * most)
            while seen <= rank and place + 1 < len(ordered):
                place += 1
                seen += ordered[place][1]
            found.append(_value_of(ordered[place][0]) if ordered else None)
        return found

    def at_most(self, value_us: int) -> int:
        """How many took no longer than this; what lies within 4 % of it may fall on either side."""
        bucket = bucket_of(value_us)
        return sum(count for each, count in self.counts.items() if each <= bucket)

    def to_bytes(self) -> bytes:
        """Each filled bucket's count, with a bit that says whether empty ones lie before it; then how many.

        That is one byte a bucket where neighbours are filled and counts are small.
        """
        out = bytearray()
        before = -1
        for bucket, count in sorted(self.counts.items()):
            skipped = bucket - before - 1
            write_varint(out, count << 1 | (skipped > 0))
            if skipped:
                write_varint(out, skipped)
            before = bucket
        return bytes(out)

    @classmethod
    def from_bytes(cls, data: bytes) -> Sketch:
        """Undo `to_bytes`. Raises ValueError of what is no sketch."""
        counts: dict[int, int] = {}
        at, bucket = 0, -1
        while at < len(data):
            value, at = read_varint(data, at)
            if value & 1:
                skipped, at = read_varint(data, at)
                bucket += skipped
            bucket += 1
            counts[bucket] = value >> 1
        return cls(counts)
