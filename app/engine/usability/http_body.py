"""The body of an answer as text, decoded within bounds, and the search for keywords in it."""

from __future__ import annotations

import re
import zlib

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_TYPE_CHARSET = re.compile(r"charset=[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
# Web pages' charsets by the WHATWG's labels. Python knows more codecs, some of them slow on purpose-made
# input, so the target does not choose freely.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "euc-kr": "cp949",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso-8859-2": "iso8859_2",
    "iso-8859-5": "iso8859_5",
    "iso-8859-15": "iso8859_15",
    "koi8-r": "koi8_r",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
}


class BodyUnreadableError(Exception):
    """The body cannot be decoded; the message says why, in few words."""


def header_value(lines: list[bytes], name: bytes) -> str:
    """The last value of a header among raw header lines, lower-cased; empty when missing."""
    prefix = name.lower() + b":"
    found = [line for line in lines if line.lower().startswith(prefix)]
    return found[-1].split(b":", 1)[1].strip().decode("latin-1").lower() if found else ""


def decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    """Undo one Content-Encoding, giving at most `limit` bytes. Raises BodyUnreadableError.

    One layer only: nested ones are a known way to make a reader work for hours on a few bytes.
    """
    if encoding in ("", "identity"):
        return body[:limit]
    if encoding in ("gzip", "x-gzip"):
        return _inflate(body, 16 + zlib.MAX_WBITS, limit)
    if encoding == "deflate":
        is_zlib = len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        return _inflate(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS, limit)
    raise BodyUnreadableError(f"Content-Encoding {encoding[:40]}")


def _inflate(body: bytes, window_bits: int, limit: int) -> bytes:
    try:
        return zlib.decompressobj(window_bits).decompress(body, limit)
    except zlib.error as error:
        raise BodyUnreadableError(str(error)[:80]) from None


def text_of(body: bytes, content_type: str) -> str:
    """The body as text: charset of the header, else of a BOM or a meta tag, else UTF-8. Never raises."""
    named = _TYPE_CHARSET.search(content_type or "")
    label = named[1].lower() if named else ""
    if body.startswith(b"\xef\xbb\xbf"):
        label = "utf-8"
    elif body.startswith((b"\xff\xfe", b"\xfe\xff")):
        label = "utf-16"
    elif not label:
        meta = _META_CHARSET.search(body[:4096])
        label = meta[1].decode("ascii").lower() if meta else ""
    return body.decode(_CODECS.get(label, "utf-8"), "replace")
