"""Bytes to characters as a browser would."""

from __future__ import annotations

import codecs

import pytest

from app.engine.net.charset import decode

CHINESE = "网站首页"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (CHINESE.encode("gb18030"), "text/html; charset=gb2312"),
        (CHINESE.encode("gb18030"), 'text/html; charset="GBK"'),
        (b'<meta charset="gbk">' + CHINESE.encode("gb18030"), "text/html"),
        (b'<meta http-equiv=x content="text/html; charset=gb2312">' + CHINESE.encode("gb18030"), ""),
        (b'<?xml version="1.0" encoding="gbk"?>' + CHINESE.encode("gb18030"), ""),
        (codecs.BOM_UTF8 + CHINESE.encode(), "text/html; charset=gbk"),
        (codecs.BOM_UTF16_LE + CHINESE.encode("utf-16-le"), ""),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), ""),
        (CHINESE.encode(), ""),
        (CHINESE.encode(), "text/html; charset=no-such-thing"),
        (b'<meta charset="utf-16">' + CHINESE.encode(), ""),
    ],
)
def test_it_finds_the_encoding(body: bytes, content_type: str) -> None:
    assert decode(body, content_type).endswith(CHINESE)


def test_the_header_wins_over_the_pages_own_word() -> None:
    assert decode(b'<meta charset="gbk">' + "é".encode(), "text/html; charset=utf-8").endswith("é")


def test_latin_1_is_what_browsers_take_it_for() -> None:
    assert decode(b"\x93well\x94", "text/html; charset=iso-8859-1") == "“well”"


def test_what_is_no_utf_8_and_says_nothing_is_western() -> None:
    assert decode(b"caf\xe9 au lait", "") == "café au lait"


@pytest.mark.parametrize(
    "charset", ["hex", "zlib", "bz2", "rot13", "punycode", "idna", "base64", "raw_unicode_escape"]
)
def test_what_is_no_text_encoding_is_not_believed(charset: str) -> None:
    assert decode(b"plain", f"text/html; charset={charset}") == "plain"


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\xff", b"\x80\x81\xfe\xff" * 100, bytes(range(256)), b"\0a\0b"]
)
def test_any_bytes_give_characters_without_nul(body: bytes) -> None:
    for content_type in (
        "",
        "text/html; charset=utf-8",
        "text/html; charset=gbk",
        "text/html; charset=shift_jis",
    ):
        assert "\0" not in decode(body, content_type)
