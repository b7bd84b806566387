"""Bodies of HTTP answers as text: charsets by all their names, packed data whole, broken off, in parts."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest

from app.engine.usability.http.body import decompressed, text_of
from tests.engine.conftest import Probe
from tests.engine.targets import Target, reply


@pytest.mark.parametrize(
    ("label", "codec", "word"),
    [
        ("gb_2312-80", "gbk", "你好"),
        ("x-sjis", "cp932", "東京"),
        ("windows-31j", "cp932", "①"),
        ("Big5-HKSCS", "big5hkscs", "你好"),
        ("ks_c_5601-1987", "cp949", "안녕"),
        ("windows-1256", "cp1256", "سلام"),
        ("ISO-8859-9", "cp1254", "şğı"),
        ("latin1", "latin-1", "é"),
    ],
)
def test_a_charset_may_be_called_by_each_of_its_names(label: str, codec: str, word: str) -> None:
    assert text_of(word.encode(codec), f"text/html; charset={label}") == word


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<?xml version="1.0" encoding="GBK"?><a>你好</a>'.encode("gbk"), "<a>你好</a>"),
        ('<meta charset="utf-16">你好'.encode(), "你好"),
        ("\ufeff你好".encode(), "你好"),
    ],
)
def test_a_document_may_name_its_charset_itself(body: bytes, text: str) -> None:
    read = text_of(body, "text/plain")
    assert read.endswith(text) and not read.startswith("\ufeff")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"the needle ") + gzip.compress(b"is here")),
        ("gzip, identity", gzip.compress(b"the needle is here")),
        ("gzip", gzip.compress(b"the needle is here")[:-8]),
        ("gzip", gzip.compress(b"the needle is here")[:-3]),
        ("deflate", zlib.compress(b"the needle is here")[:-4]),
        ("none", b"the needle is here"),
        ("utf-8", b"the needle is here"),
    ],
)
def test_a_body_is_unpacked_as_browsers_do_it(encoding: str, body: bytes) -> None:
    assert decompressed(body, encoding, 1000) == b"the needle is here"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_packed_data_that_breaks_off_is_no_page_without_the_word(probe: Probe, encoding: str) -> None:
    noise = random.Random(1).randbytes(500)
    packed = (gzip.compress if encoding == "gzip" else zlib.compress)(noise + b"needle")[:-30]
    with Target(reply(packed, headers=(f"Content-Encoding: {encoding}",))) as target:
        assert probe(target.url(), keyword_absent="needle").reason == "body_unreadable"


def test_what_our_own_limit_cut_off_is_not_missed() -> None:
    packed = gzip.compress(random.Random(1).randbytes(5000))
    assert len(decompressed(packed[:2001], "gzip", 2000)) > 1000


def test_many_small_parts_cost_no_more_than_a_few() -> None:
    assert decompressed(gzip.compress(b"x") * 1000, "gzip", 100_000) == b"x" * 16
