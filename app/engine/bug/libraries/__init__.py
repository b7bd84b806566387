"""JavaScript libraries known by address, file name, content or hash, and their known weaknesses.

The data is retire.js's (`repository.py`), the way of looking is too: what an earlier kind of proof shows is
not looked for by a later one, in the order address, file name, content, the hash of the whole file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from app.engine.bug.libraries.naming import in_address, in_banner
from app.engine.bug.libraries.repository import (
    KINDS,
    Entries,
    RepositoryError,
    Vulnerability,
    read_entries,
)
from app.engine.bug.libraries.search import MAX_ADDRESS, MAX_CONTENT, Search, normalized, sha1_of

__all__ = ["Component", "Detection", "Repository", "RepositoryError", "Vulnerability"]

Detection = Literal["uri", "filename", "filecontent", "filecontentreplace", "hash", "name", "banner"]
_SLASHES = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class Component:
    """A library in one version. `vulnerabilities` are those that hold for it, in the data's order."""

    component: str
    version: str
    detection: Detection
    vulnerabilities: tuple[Vulnerability, ...] = ()


class Repository:
    """What is known of libraries. Made once, used for many texts; it changes nothing of itself."""

    def __init__(self, entries: Entries) -> None:
        self._hashes = entries.hashes
        self._vulnerabilities = entries.vulnerabilities
        self._searches = {kind: Search(entries.extractors[kind]) for kind in KINDS}
        self._aliases = entries.names
        self.refused = entries.refused
        """Expressions that cannot be used, and why."""

    @classmethod
    def parse(cls, data: bytes) -> Repository:
        """The repository of retire.js's JSON. Raises RepositoryError."""
        return cls(read_entries(data))

    @property
    def names(self) -> tuple[str, ...]:
        """The components that are known."""
        return tuple(self._vulnerabilities)

    def find(self, *, url: str = "", filename: str = "", content: str = "") -> list[Component]:
        """The libraries that an address, else a file's name, else its content shows."""
        return (
            (self.of_url(url) if url else [])
            or (self.of_filename(filename) if filename else [])
            or (self.of_content(content) if content else [])
        )

    def of_url(self, url: str) -> list[Component]:
        """By the whole address, else by the file's name in its path."""
        return self._by("uri", url[:MAX_ADDRESS]) or self._by("filename", _last_part(_path_of(url)))

    def of_filename(self, filename: str) -> list[Component]:
        """By the last part of a path, and by the path as if it were an address."""
        path = filename[:MAX_ADDRESS].replace("\\", "/")
        return _once(self._by("filename", _last_part(path)) + self._by("uri", path))

    def of_content(self, content: str) -> list[Component]:
        text = normalized(content)
        found = self._by("filecontent", text) or self._by("filecontentreplace", text)
        if not found and (known := self._hashes.get(sha1_of(text))):
            found = [self.component(*known, "hash")]
        return found

    def guess(self, *, url: str = "", content: str = "") -> list[Component]:
        """What names of packages and files, and banners, say beyond `find`: likely, not certain."""
        named = dict.fromkeys(in_address(url[:MAX_ADDRESS], self._aliases))
        said = dict.fromkeys(in_banner(content[:MAX_CONTENT], self._aliases))
        return [
            *(self.component(*each, "name") for each in named),
            *(self.component(*each, "banner") for each in said if each not in named),
        ]

    def component(self, name: str, version: str, detection: Detection) -> Component:
        """A library in a version, with what is known against it."""
        listed = self._vulnerabilities.get(name, ())
        return Component(name, version, detection, tuple(each for each in listed if each.holds_for(version)))

    def _by(self, kind: Detection, text: str) -> list[Component]:
        if not text:
            return []
        return [self.component(name, version, kind) for name, version in self._searches[kind].find(text)]


def _once(components: list[Component]) -> list[Component]:
    return list({(each.component, each.version): each for each in reversed(components)}.values())[::-1]


def _path_of(url: str) -> str:
    try:
        return urlsplit(url[:MAX_ADDRESS]).path
    except ValueError:
        return ""


def _last_part(path: str) -> str:
    return _SLASHES.split(path)[-1]
