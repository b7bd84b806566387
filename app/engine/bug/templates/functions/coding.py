"""Functions that hash, encode and pack."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import html
import io
import json
import re
import zlib
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

from app.engine.bug.templates.functions.registry import function
from app.engine.bug.templates.murmur import murmur3
from app.engine.bug.templates.texts import MOST, to_bytes, to_string, to_text

_NOT_BASE64 = re.compile(rb"[\s]+")


def _data(value: Any) -> bytes:
    return to_bytes(to_string(value))


@function("md5")
def md5(value: Any) -> str:
    return hashlib.md5(_data(value), usedforsecurity=False).hexdigest()


@function("sha1")
def sha1(value: Any) -> str:
    return hashlib.sha1(_data(value), usedforsecurity=False).hexdigest()


@function("sha256")
def sha256(value: Any) -> str:
    return hashlib.sha256(_data(value)).hexdigest()


@function("sha512")
def sha512(value: Any) -> str:
    return hashlib.sha512(_data(value)).hexdigest()


@function("hmac", least=3, most=3)
def keyed(algorithm: Any, value: Any, key: Any) -> str:
    name = to_string(algorithm).lower().replace("-", "")
    if name not in ("md5", "sha1", "sha256", "sha384", "sha512"):
        raise ValueError("no such algorithm")
    return hmac.new(_data(key), _data(value), name).hexdigest()


@function("mmh3")
def mmh3(value: Any) -> str:
    """MurmurHash3 (32 bit, seed 0) as a signed number: how favicons are known."""
    number = murmur3(_data(value))
    return str(number - (1 << 32) if number >= 1 << 31 else number)


@function("base64")
def base64_encode(value: Any) -> str:
    return base64.b64encode(_data(value)).decode()


@function("base64_py")
def base64_py(value: Any) -> str:
    """As Python's encodebytes: a line end after each 76 characters, and at the end."""
    return base64.encodebytes(_data(value)).decode()


@function("base64_decode")
def base64_decode(value: Any) -> str:
    data = _NOT_BASE64.sub(b"", _data(value))
    return to_text(base64.b64decode(data + b"=" * (-len(data) % 4)))


@function("url_encode")
def url_encode(value: Any) -> str:
    return quote_plus(_data(value), safe="~")


@function("url_decode")
def url_decode(value: Any) -> str:
    return to_text(unquote_to_bytes(_data(value).replace(b"+", b" ")))


@function("hex_encode")
def hex_encode(value: Any) -> str:
    return _data(value).hex()


@function("hex_decode")
def hex_decode(value: Any) -> str:
    return to_text(bytes.fromhex(to_string(value)))


@function("html_escape")
def html_escape(value: Any) -> str:
    """Go's way: quotes become numeric references."""
    return html.escape(to_string(value), quote=False).replace('"', "&#34;").replace("'", "&#39;")


@function("html_unescape")
def html_unescape(value: Any) -> str:
    return html.unescape(to_string(value))


@function("gzip")
def gzip_pack(value: Any) -> str:
    return to_text(gzip.compress(_data(value), mtime=0))


@function("gzip_decode")
def gzip_unpack(value: Any) -> str:
    with gzip.GzipFile(fileobj=io.BytesIO(_data(value))) as packed:
        try:
            return to_text(packed.read(MOST))
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(str(error)) from None


@function("zlib")
def zlib_pack(value: Any) -> str:
    return to_text(zlib.compress(_data(value)))


@function("zlib_decode")
def zlib_unpack(value: Any) -> str:
    return _unpacked(value, zlib.MAX_WBITS)


@function("deflate")
def deflate(value: Any) -> str:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return to_text(packer.compress(_data(value)) + packer.flush())


@function("inflate")
def inflate(value: Any) -> str:
    return _unpacked(value, -zlib.MAX_WBITS)


def _unpacked(value: Any, bits: int) -> str:
    unpacker = zlib.decompressobj(bits)
    try:
        data = unpacker.decompress(_data(value), MOST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unpacker.eof and not unpacker.unconsumed_tail:
        raise ValueError("ends too soon")
    return to_text(data)


@function("generate_jwt", least=1, most=4)
def generate_jwt(payload: Any, algorithm: Any = "", key: Any = "", _expires: Any = None) -> str:
    """A JSON Web Token (RFC 7519) without signature, or signed by HMAC."""
    name = to_string(algorithm).upper() or "NONE"
    digest = {"NONE": "", "HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[name]
    header = {"alg": name if digest else "none", "typ": "JWT"}
    claims = json.loads(to_string(payload))
    text = ".".join(_url64(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    signature = hmac.new(_data(key), text.encode(), digest).digest() if digest else b""
    return f"{text}.{_url64(signature)}"


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
