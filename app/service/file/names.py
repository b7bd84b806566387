"""Names of files: what a browser sent, made harmless and short enough for every system."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME_BYTES = 180
"""With room for a number that a browser puts behind it: most systems take 255 bytes."""
NAMELESS = "file"
_FORBIDDEN = re.compile(r'[<>:"|?*]+')
# Devices that Windows would open instead of a file.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.IGNORECASE)


def clean_name(given: str) -> str:
    """A name without folders, control characters and what systems forbid; never empty, in NFC.

    Characters that are not seen (directional marks: `exe.‮gpj` shows as something else) go too.
    """
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = " ".join(_FORBIDDEN.sub("_", name).split()).strip(". ")
    if _DEVICES.match(name):
        name = f"_{name}"
    return _shortened(name) or NAMELESS


def extension_of(name: str) -> str:
    """What stands behind the last dot, in lower case; empty when nothing does."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def _shortened(name: str) -> str:
    """At most `MAX_NAME_BYTES` in UTF-8, the extension kept."""
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    extension = extension_of(name)
    tail = f".{extension}" if 0 < len(extension.encode()) <= 16 else ""
    return name.encode()[: MAX_NAME_BYTES - len(tail.encode())].decode(errors="ignore").rstrip(". ") + tail
