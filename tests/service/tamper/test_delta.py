"""What is written of an object beside another one."""

from __future__ import annotations

import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.service.tamper.delta import (
    MAX_DELTA_BYTES,
    MAX_PIECES,
    DeltaError,
    compress,
    decode,
    decompress,
    encode,
    is_comparable,
)

PAGE = b"".join(b"<p class=row>Row number %d says what it says</p>\n" % n for n in range(2000))
PIECES = st.lists(st.sampled_from([b"<a>", b"text", b"\n", b"longer text,", b"", b"\x00\xff;"]), max_size=60)
TEXTS = PIECES.map(b"".join) | st.binary(max_size=300)


@settings(deadline=None)
@given(base=TEXTS, data=TEXTS)
def test_it_gives_back_what_went_in(base: bytes, data: bytes) -> None:
    assert decode(base, encode(base, data), len(data)) == data


@settings(deadline=None)
@given(data=TEXTS)
def test_it_gives_back_what_was_only_compressed(data: bytes) -> None:
    assert decompress(compress(data), len(data)) == data


@settings(deadline=None, max_examples=300)
@given(packed=st.binary(max_size=200), size=st.integers(0, 500))
def test_it_refuses_or_decodes_foreign_bytes_and_never_exceeds_the_size(packed: bytes, size: int) -> None:
    with suppress(DeltaError):
        assert len(decode(PAGE, packed, size)) == size


@settings(deadline=None, max_examples=300)
@given(plain=st.binary(max_size=200), size=st.integers(0, 500))
def test_it_refuses_foreign_operations(plain: bytes, size: int) -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(plain) + packer.flush()
    with suppress(DeltaError):
        assert len(decode(b"x" * 50, packed, size)) == size


def test_a_changed_line_of_a_long_page_costs_few_bytes() -> None:
    changed = PAGE.replace(b"Row number 3 says", b"Row number 3 shouts").replace(b"Row number 1999", b"Last")
    assert len(PAGE) > 90_000 and len(encode(PAGE, changed)) < 150


def test_moved_parts_cost_few_bytes() -> None:
    half = len(PAGE) // 2
    assert len(encode(PAGE, PAGE[half:] + PAGE[:half])) < 100


def test_a_bomb_is_stopped_at_the_declared_size() -> None:
    bomb = compress(b"\x00" * 50_000_000)
    with pytest.raises(DeltaError):
        decompress(bomb, 1000)


def test_it_does_not_compare_what_would_take_long() -> None:
    assert is_comparable(PAGE)
    assert not is_comparable(b"a" * (MAX_DELTA_BYTES + 1))
    assert not is_comparable(b">" * MAX_PIECES)
