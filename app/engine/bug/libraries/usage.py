"""Which libraries a site's pages use: by the addresses of their scripts, by their files, by inline code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.engine.bug.gathered import Gathered
from app.engine.bug.libraries import Component, Repository
from app.engine.bug.page import Page, Script

MAX_SECONDS = 10.0
"""How long all contents of a site together may take. Ordinary ones take some milliseconds each."""
_MOST_PLACES = 20
_SCRIPT_TYPES = ("", "module", "text/babel")


@dataclass
class Use:
    """A library in one version. `source` is the script it was known by; `places` are the pages and files."""

    component: Component
    source: str
    places: list[str] = field(default_factory=list)

    def add(self, *places: str) -> None:
        for place in places:
            if place not in self.places and len(self.places) < _MOST_PLACES:
                self.places.append(place)


def uses_of(gathered: Gathered, repository: Repository) -> list[Use]:
    """Each library and version once, with where it is used, in the order of their finding."""
    return list(_Looking(gathered, repository).uses().values())


class _Looking:
    def __init__(self, gathered: Gathered, repository: Repository) -> None:
        self.gathered, self.repository = gathered, repository
        self.by_url: dict[str, list[Component]] = {}
        self.by_code: dict[str, list[Component]] = {}
        self.left = MAX_SECONDS

    def uses(self) -> dict[tuple[str, str], Use]:
        found: dict[tuple[str, str], Use] = {}
        for component, source, places in self._seen():
            use = found.setdefault((component.component, component.version), Use(component, source))
            use.add(*places)
        return found

    def _seen(self) -> Iterator[tuple[Component, str, tuple[str, ...]]]:
        for page in self.gathered.html:
            for script in page.scripts:
                places = (script.url, page.url) if self._is_file(script.url) else (page.url,)
                for component in self._of(script):
                    yield component, script.url or "inline", places
        for url in self.gathered.files:
            for component in self._of_url(url) if self._is_file(url) else ():
                yield component, url, (url,)

    def _of(self, script: Script) -> list[Component]:
        if script.url:
            return self._of_url(script.url)
        if not _is_code(script.type):
            return []
        if script.text not in self.by_code:
            self.by_code[script.text] = self._of_content(script.text)
        return self.by_code[script.text]

    def _of_url(self, url: str) -> list[Component]:
        if url not in self.by_url:
            self.by_url[url] = self._found(url)
        return self.by_url[url]

    def _found(self, url: str) -> list[Component]:
        """What the file says of itself; else its address, unless there is no such file."""
        file = self.gathered.files.get(url)
        is_address = url.startswith(("http://", "https://"))
        if file is None:
            return self._by_name(url) if is_address else []
        if not _is_script(file):
            return []
        return _first(self._of_content(file.text), self._by_name(url))

    def _by_name(self, url: str) -> list[Component]:
        return _first(self.repository.of_url(url), self.repository.guess(url=url))

    def _of_content(self, text: str) -> list[Component]:
        if self.left <= 0 or not text:
            return []
        started = time.monotonic()
        found = _first(self.repository.of_content(text), self.repository.guess(content=text))
        self.left -= time.monotonic() - started
        return found

    def _is_file(self, url: str) -> bool:
        file = self.gathered.files.get(url)
        return file is not None and _is_script(file)


def _first(better: list[Component], more: list[Component]) -> list[Component]:
    """What is known well, and of the rest the libraries that are not known by it."""
    names = {each.component for each in better}
    return [*better, *(each for each in more if each.component not in names)]


def _is_code(kind: str) -> bool:
    return kind in _SCRIPT_TYPES or "javascript" in kind or "ecmascript" in kind


def _is_script(file: Page) -> bool:
    """Whether the answer is a script, and not a page that says there is none."""
    if file.response.status >= 400 or file.response.error or file.is_html:
        return False
    kind = file.response.content_type
    return "script" in kind or kind in ("", "text/plain", "application/octet-stream")
