"""Folders and addresses of a site that its pages, scripts and robots.txt speak of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

from app.engine.bug.gathered import Gathered

_MAX_DISALLOWED = 8
_DISALLOW = re.compile(r"(?im)^[ \t]{0,8}disallow[ \t]{0,8}:[ \t]{0,8}(/[\w./~-]{1,100})[ \t\r]{0,8}$")


def folders_of(gathered: Gathered, most: int) -> list[str]:
    """Addresses of the folders that the crawl saw on the site, short ones first, without the root."""
    found: dict[str, None] = {}
    for path in _paths(gathered):
        parts = path.split("/")[1:-1][:3]
        for depth in range(1, len(parts) + 1):
            found.setdefault("/" + "/".join(parts[:depth]) + "/")
    ordered = sorted(found, key=lambda path: path.count("/"))
    return [urljoin(gathered.base_url, path) for path in ordered[:most]]


def disallowed_of(gathered: Gathered) -> list[str]:
    """Addresses that robots.txt asks to leave alone, which is how people hide them. Folders end with `/`."""
    answer = gathered.robots_txt
    if answer is None or answer.status != 200 or answer.is_html:
        return []
    paths = dict.fromkeys(_DISALLOW.findall(answer.text[:20_000]))
    return [urljoin(gathered.base_url, path) for path in list(paths)[:_MAX_DISALLOWED]]


def again_first(
    gathered: Gathered, urls: Iterable[str], *, fits: Callable[[str], bool] = lambda url: True
) -> list[str]:
    """The addresses with those of known findings that fit in front; a retest looks at these alone."""
    again = gathered.known_places
    if gathered.plan.only and again:
        return again
    return list(dict.fromkeys([*filter(fits, again), *urls]))


def bases_of(gathered: Gathered) -> list[str]:
    """The site's root, and the folder of its home page when that is another."""
    own = urljoin(gathered.base_url, ".")
    return list(dict.fromkeys([urljoin(gathered.base_url, "/"), own]))


def _paths(gathered: Gathered) -> list[str]:
    """Paths of pages and files that are there, and of what pages embed from the site."""
    found: list[str] = []
    for page in gathered.everything:
        if page.response.status >= 400 or not gathered.is_ours(page.url):
            continue
        found.append(urlsplit(page.url).path)
        links = (link.url for link in page.links[:200] if link.tag != "link")
        found += [urlsplit(url).path for url in links if gathered.is_ours(url)]
    return found
