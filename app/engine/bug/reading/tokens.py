"""What a token says without its key: JSON web tokens, Flask's sessions, Base64 of all kinds."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

JWT = re.compile(r"eyJ[\w-]{8,2000}\.eyJ[\w-]{8,6000}\.[\w-]{0,1000}")
_FLASK = re.compile(r"\.?[\w-]{4,4000}\.[\w-]{6}\.[\w-]{27}")
_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_WORDS = """
    secret secretkey secret_key secret-key mysecret my_secret my-secret supersecret super-secret
    super_secret supersecretkey jwtsecret jwt_secret jwt-secret jwtkey jwt key private privatekey
    password passw0rd admin test dev development changeme change-me changeit default token 12345 123456
    12345678 123456789 1234567890 qwerty abc123 letmein hello root app flask your-256-bit-secret your-
    secret-key your_jwt_secret shhhhh shhhh a-very-secret-key s3cr3t S3cr3t secret123 very-secret
    topsecret top-secret not-so-secret dev-secret test-secret insecure CHANGE_ME session sessionsecret
    cookie signing-key weak weak-secret example SECRET_KEY
    """
GUESSES = ("keyboard cat", *_WORDS.split())
"""Keys that guides print and people keep."""


@dataclass(frozen=True, slots=True)
class Jwt:
    """A JSON web token's algorithm (as it stands) and claims."""

    algorithm: str
    claims: dict[str, Any]
    text: str

    @property
    def is_unsigned(self) -> bool:
        return self.algorithm.lower() in ("none", "") or self.text.endswith(".")

    @property
    def guessed_key(self) -> str | None:
        """The key, where it is one of those that guides print."""
        signed, _, signature = self.text.rpartition(".")
        name = _HASHES.get(self.algorithm.upper())
        if name is None or not signature:
            return None
        for guess in GUESSES:
            digest = hmac.new(guess.encode(), signed.encode(), name).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == signature:
                return guess
        return None


def jwt_of(text: str) -> Jwt | None:
    """The first JSON web token in a text, None without one."""
    found = JWT.search(text[:20_000])
    if found is None:
        return None
    head, body, _ = found[0].split(".")
    header, claims = json_of(head), json_of(body)
    if not isinstance(header, dict) or not isinstance(claims, dict) or "alg" not in header:
        return None
    return Jwt(str(header["alg"]), claims, found[0])


def guessed_flask_key(text: str) -> str | None:
    """The key of a Flask session cookie (itsdangerous, HMAC-SHA1), where it is a guessable one."""
    if not _FLASK.fullmatch(text):
        return None
    signed, _, signature = text.rpartition(".")
    for guess in GUESSES:
        key = hmac.new(guess.encode(), b"cookie-session", hashlib.sha1).digest()
        digest = hmac.new(key, signed.encode(), hashlib.sha1).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == signature:
            return guess
    return None


def unpacked(text: str) -> str:
    """What a value says once percent signs and Base64 are undone; as it is where neither applies."""
    text = unquote(text[:8_000], errors="replace").strip('"')
    data = bytes_of(text)
    if data is None:
        return text
    plain = data.decode("utf-8", "replace")
    # Bytes that are no text were never Base64 of one.
    strange = sum(not (c.isprintable() or c.isspace()) or c == "\ufffd" for c in plain)
    return text if strange > len(plain) // 10 else plain


def bytes_of(text: str) -> bytes | None:
    """Base64 (of either alphabet) undone, None for what is none or too short to say."""
    if len(text) < 8 or not re.fullmatch(r"[\w+/-]{8,8000}={0,2}", text):
        return None
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


def json_of(text: str) -> Any:
    """What Base64 of JSON holds, None for anything else."""
    data = bytes_of(text)
    try:
        return json.loads(data.decode()) if data else None
    except (ValueError, RecursionError):
        return None


def serialized_kind(text: str) -> str | None:
    """ "PHP", "Java", "Python" or ".NET" for a serialized object in a value, None for none."""
    text = unquote(text[:8_000], errors="replace").strip('"')
    if re.match(r"(?:O:\d{1,4}:\"|a:\d{1,4}:\{[isaO]:)", text):
        return "PHP"
    data = bytes_of(text) or b""
    if data.startswith(b"\xac\xed\x00\x05"):
        return "Java"
    if data.startswith(b"\x00\x01\x00\x00\x00\xff\xff\xff\xff"):
        return ".NET"
    if re.match(rb"(?:O:\d{1,4}:\"|a:\d{1,4}:\{[isaO]:)", data):
        return "PHP"
    if re.match(rb"\x80[\x02-\x05]", data) and data.endswith(b"."):
        return "Python"
    return None
