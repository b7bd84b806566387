"""The hosts that a text names in its addresses."""

from __future__ import annotations

import re

_MAX_HOSTS = 1_000
_URL = re.compile(
    r"(?:(?:https?|wss?|ftp):)(?:\\?/){2}(?:[^/\s\"'`<>\\@]{0,80}@)?(\[[0-9a-f:.]+\]|[^\W_][\w.-]{0,250})",
    re.I,
)
_BARE = re.compile(
    r"""["'`(=]\s*(?:\\?/){2}([^\W_](?:[\w-]{0,62}\.){1,40}[a-z]{2,24}|\d{1,3}(?:\.\d{1,3}){3})(?=[/:"'`?#\\])""",
    re.I,
)


def hosts_in(text: str) -> tuple[str, ...]:
    found = {host.lower().strip(".-") for host in _URL.findall(text)} if ":" in text else set()
    if "//" in text or "/\\/" in text:
        found.update(host.lower() for host in _BARE.findall(text))
    return tuple(sorted(host for host in found if _looks_like_host(host))[:_MAX_HOSTS])


def _looks_like_host(host: str) -> bool:
    if host.startswith("["):
        return True
    if "." not in host or ".." in host or "_" in host.rsplit(".", 1)[-1]:
        return False
    last = host.rsplit(".", 1)[-1]
    return not last.isdigit() or host.count(".") == 3
