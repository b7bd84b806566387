"""What a package says about its files, and how each line is chained to the ones before it.

    start   = SHA-256("cloudeye-evidence/1\\n" + the facts below, as canonical JSON)
    chain_n = SHA-256(chain_(n-1) + "\\n" + name + "\\n" + size + "\\n" + sha256)      (start is chain_0)
    head    = the last chain
    signature = Ed25519("cloudeye-evidence/1\\n" + head), by the installation's key

The facts are the alert, the organization, the moment, the package's number, the head of the organization's
package before this one, and the signer's public key. All hashes are lower-case hex.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORMAT = "cloudeye-evidence"
VERSION = 1
_TITLE = b"cloudeye-evidence/1\n"


@dataclass(frozen=True, slots=True)
class About:
    """What a package is about. `made_at` is ISO 8601 in UTC; `previous_head` is empty for the first one."""

    organization: str
    alert_id: str
    number: int
    previous_head: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Line:
    """A file with what holds it in its place."""

    name: str
    size: int
    sha256: str
    chain: str


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half of a key, as 64 hex digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def facts(about: About, signer: str) -> dict[str, Any]:
    return {"format": FORMAT, "version": VERSION, **asdict(about), "signer": signer}


def chained(stated: dict[str, Any], files: Iterable[tuple[str, int, str]]) -> list[Line]:
    """The lines of these (name, size, sha256), in their order."""
    chain = start_of(stated)
    lines: list[Line] = []
    for name, size, sha256 in files:
        chain = hashlib.sha256(f"{chain}\n{name}\n{size}\n{sha256}".encode()).hexdigest()
        lines.append(Line(name, size, sha256, chain))
    return lines


def start_of(stated: dict[str, Any]) -> str:
    return hashlib.sha256(_TITLE + canonical(stated)).hexdigest()


def head_of(stated: dict[str, Any], lines: list[Line]) -> str:
    return lines[-1].chain if lines else start_of(stated)


def manifest(
    about: About, files: Iterable[tuple[str, int, str]], key: Ed25519PrivateKey
) -> tuple[bytes, str]:
    """(the manifest's bytes, the head)."""
    stated = facts(about, public_hex(key))
    lines = chained(stated, files)
    head = head_of(stated, lines)
    signature = key.sign(_TITLE + head.encode()).hex()
    return written(
        {**stated, "files": [asdict(line) for line in lines], "head": head, "signature": signature}
    ), head


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def written(document: dict[str, Any]) -> bytes:
    """The manifest's only form: for people to read, and with one spelling of everything."""
    return (json.dumps(document, sort_keys=True, indent=1) + "\n").encode()


def is_signed(head: str, signature: str, signer: str) -> bool:
    """Did the holder of the key `signer` sign this head?"""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer))
        key.verify(bytes.fromhex(signature), _TITLE + head.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
