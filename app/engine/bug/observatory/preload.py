"""Is a host on the list of those that browsers only ask by HTTPS?"""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.bug.observatory.seen import Preload


def is_preloaded(host: str, preload: Mapping[str, Preload]) -> bool:
    """The host itself, or a domain above it that says so for all below."""
    entry = preload.get(host)
    if entry is not None and entry.mode == "force-https":
        return True
    labels = host.split(".")
    return any(_covers(preload.get(".".join(labels[start:]))) for start in range(1, len(labels)))


def _covers(entry: Preload | None) -> bool:
    return entry is not None and entry.mode == "force-https" and entry.include_subdomains
