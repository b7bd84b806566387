"""A day's samples packed: nothing is lost, and little is left."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.series.packing import Stored, pack, unpack

US = st.none() | st.integers(0, 2_000_000_000)
TEXT = st.none() | st.text(max_size=12)
DETAIL = st.none() | st.dictionaries(
    st.text(min_size=1, max_size=5), st.integers(0, 99), min_size=1, max_size=2
)
SAMPLES = st.lists(
    st.builds(
        Stored,
        due_ms=st.integers(0, 4_000_000_000_000),
        location_number=st.just(3),
        status=st.integers(1, 4),
        flags=st.integers(0, 1),
        reason=TEXT,
        total_us=US,
        dns_us=US,
        connect_us=US,
        tls_us=US,
        first_byte_us=US,
        transfer_us=US,
        late_us=st.integers(0, 2_000_000_000),
        lag_us=st.integers(0, 2_000_000_000),
        http_status=st.none() | st.integers(0, 999),
        address=TEXT,
        detail=DETAIL,
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda each: each.due_ms,
).map(lambda each: sorted(each, key=lambda sample: sample.due_ms))


def everyday(count: int, seconds: int = 20) -> list[Stored]:
    """A day of an HTTPS monitor whose times vary as those of a real network do."""
    chance = random.Random(5)
    made = []
    for place in range(count):
        phases: list[Any] = [
            int(chance.lognormvariate(mean, spread))
            for mean, spread in ((7.0, 0.4), (9.6, 0.15), (10.2, 0.12), (10.8, 0.35), (6.5, 0.6))
        ]
        is_down = chance.random() < 0.002
        made.append(
            Stored(
                1_700_000_000_000 + place * seconds * 1000,
                1,
                2 if is_down else 1,
                0,
                "connect_timeout" if is_down else None,
                sum(phases) + chance.randrange(80, 400),
                phases[0],
                phases[1],
                phases[2],
                phases[3],
                phases[4],
                chance.randrange(50, 3000),
                chance.randrange(20, 900),
                None if is_down else 200,
                "203.0.113.7",
                {"host": "shop.example", "seconds": 10} if is_down else None,
            )
        )
    return made


@given(SAMPLES)
def test_a_pack_gives_back_every_sample_as_it_was(samples: list[Stored]) -> None:
    assert unpack(pack(samples)) == samples


def test_a_sample_of_a_day_takes_less_than_twenty_bytes() -> None:
    assert len(pack(everyday(4320))) / 4320 < 20


def test_an_hourly_monitor_takes_less_than_forty_bytes_a_sample() -> None:
    assert len(pack(everyday(24, 3600))) / 24 < 40


@pytest.mark.parametrize("data", [b"", b"\x02abc", b"\x01abc"])
def test_what_is_no_pack_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="pack"):
        unpack(data)
