"""The body of an answer as text, decoded within bounds, and the search for keywords in it."""

from __future__ import annotations

import re
import zlib

from app.engine.usability.http.charsets import codec_of

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_TYPE_CHARSET = re.compile(r"charset=[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s{0,20}<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})")
_PACKINGS = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz"})
# Each further part of a gzip costs a copy of what is left.
_MAX_PARTS = 16


class BodyUnreadableError(Exception):
    """The body cannot be decoded; the message says why, in few words."""


def header_text(raw: bytes) -> str:
    """Bytes of a header as text: UTF-8, as servers send what is beyond ASCII, else Latin-1. Never raises."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def header_value(lines: list[bytes], name: bytes) -> str:
    """The last value of a header among raw header lines, lower-cased; empty when missing."""
    prefix = name.lower() + b":"
    found = [line for line in lines if line.lower().startswith(prefix)]
    return found[-1].split(b":", 1)[1].strip().decode("latin-1").lower() if found else ""


def decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    """Undo one Content-Encoding, giving at most `limit` bytes. Raises BodyUnreadableError.

    One layer only: nested ones are a known way to make a reader work for hours on a few bytes. Words that
    name no packing, such as "none" or "utf-8", are no layer; browsers pass them over, too. A body longer than
    `limit` was cut by its reader, so that it may end anywhere.
    """
    layers = [each for word in encoding.split(",") if (each := word.strip()) in _PACKINGS]
    if not layers or not body:
        return body[:limit]
    if layers in (["gzip"], ["x-gzip"]):
        return _inflate(body, 16 + zlib.MAX_WBITS, limit)
    if layers == ["deflate"]:
        is_zlib = len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        return _inflate(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS, limit)
    raise BodyUnreadableError(f"Content-Encoding {encoding[:40]}")


def _inflate(body: bytes, window_bits: int, limit: int) -> bytes:
    """A gzip may have several parts, one after the other (RFC 1952, 2.2)."""
    found, left = b"", body
    try:
        for _ in range(_MAX_PARTS):
            inflater = zlib.decompressobj(window_bits)
            found += inflater.decompress(left, limit - len(found))
            left = inflater.unused_data
            if len(found) >= limit or not left.startswith(b"\x1f\x8b"):
                break
        is_whole = len(found) >= limit or len(body) > limit or inflater.eof or _lacks_only_sum(inflater)
    except zlib.error as error:
        raise BodyUnreadableError(str(error)[:80]) from None
    if not is_whole:
        raise BodyUnreadableError("the packed data breaks off")
    return found


def _lacks_only_sum(inflater: zlib._Decompress) -> bool:
    """Whether the data came to its end and only the check sum after it is missing, which browsers accept."""
    try:
        inflater.decompress(bytes(8), 1)
    except zlib.error as error:
        return "incorrect" in str(error)
    return inflater.eof


def text_of(body: bytes, content_type: str) -> str:
    """The body as text, without a BOM: charset of a BOM, else of the header, else what the document itself
    names, else UTF-8. Never raises."""
    named = _TYPE_CHARSET.search(content_type or "")
    codec = codec_of(named[1]) if named else None
    if body.startswith(b"\xef\xbb\xbf"):
        codec = "utf-8-sig"
    elif body.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16"
    return body.decode(codec or _own_codec(body[:4096]) or "utf-8", "replace")


def _own_codec(head: bytes) -> str | None:
    """What an XML declaration or a meta tag names; one that could be read is not in UTF-16."""
    found = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    codec = codec_of(found[1].decode("ascii")) if found else None
    return None if codec is not None and codec.startswith("utf-16") else codec
