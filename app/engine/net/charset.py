"""Bytes to characters as a browser would: byte order mark, then the response's charset, then the page's
own."""

from __future__ import annotations

import codecs
import re

_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""", re.I)
# Labels of https://encoding.spec.whatwg.org that Python knows by another name, or not so widely.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "chinese": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "windows-31j": "cp932",
    "unicode": "utf-16-le",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(body: bytes, content_type: str) -> str:
    """The characters of a body; what cannot be decoded becomes U+FFFD, and NUL is dropped."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace").replace("\0", "")
    try:
        text = body.decode(_encoding(body, content_type), "replace")
    except (UnicodeError, LookupError, ValueError):
        # Some codecs (`undefined`) exist only to refuse.
        text = body.decode("utf-8", "replace")
    return text.replace("\0", "") if "\0" in text else text


def _encoding(body: bytes, content_type: str) -> str:
    head = body[:4096]
    in_header, in_meta, in_xml = _HEADER.search(content_type), _META.search(head), _XML.match(head)
    labels = [
        in_header[1] if in_header else "",
        in_meta[1].decode() if in_meta else "",
        in_xml[1].decode() if in_xml else "",
    ]
    for label in labels:
        name = _WIDER.get(label.lower(), label)
        if not name:
            continue
        try:
            name = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        # A meta element that could be read cannot be UTF-16; and only text encodings are ones.
        if name.startswith(
            ("utf-16", "utf-32", "utf-7", "unicode", "raw", "idna", "punycode", "mbcs", "rot", "base")
        ):
            return "utf-8"
        if name not in ("hex", "zlib", "bz2", "quopri", "uu"):
            return name
    try:
        body[:200_000].decode("utf-8")
    except UnicodeDecodeError as error:
        # A sequence cut by our own bound is no mistake of the page's.
        return "utf-8" if len(body) > 200_000 and error.start > 199_996 else "cp1252"
    return "utf-8"
