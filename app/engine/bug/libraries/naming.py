"""Libraries by how packages and files are usually named, where the repository has no expression for it.

retire.js knows `/4.17.4/lodash.js`, but not `npm/lodash@4.17.4/lodash.js` nor every banner. What is found
this way is a guess by name: it never takes part in `Repository.find`, which answers as retire.js does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

_VERSION = r"v?(\d{1,4}\.\d{1,4}(?:\.\d{1,6})?(?:[.-][0-9a-z][0-9a-z.-]{0,20})?)"
_NAME = r"((?:@[\w.-]{1,60}/)?[A-Za-z][\w.-]{1,60}?)"
_PACKAGE = re.compile(rf"(?<=/){_NAME}@{_VERSION}(?=[/,?#]|$)", re.ASCII)
_FOLDER = re.compile(rf"(?<=/){_NAME}/{_VERSION}/(?:[^/]{{1,80}}/){{0,3}}([^/]{{1,80}})$", re.ASCII)
_FILE = re.compile(
    rf"{_NAME}[-.@_]{_VERSION}(?:[.-](?:min|slim|prod|umd|iife|bundle|pack|full|core))*\.m?js", re.ASCII
)
_BANNER = re.compile(
    r"/\*[\s*!]{0,20}(?:@(?:license|preserve)[\s*]{1,20})?"
    r"([A-Za-z][\w.-]{1,40}(?: [A-Za-z][\w.-]{1,20})?)[ ,-]{1,3}(?:[Vv]ersion:? )?[vV]?"
    r"(\d{1,4}\.\d{1,4}\.\d{1,6}(?:-[0-9a-z.]{1,20})?)(?![\w.+-])"
    r"(?=[ \t]{0,4}(?:[\r\n|(<]|\*/|-|https?:|//|[\w-]{1,40}\.(?:com|org|io|net|js)\b))",
    re.ASCII,
)
_MIN = re.compile(r"[.-](?:min|slim|prod|umd|iife|bundle|pack|full|core)(?:[.-].*)?\Z")
_VERSION_WORD = re.compile(r" version\Z", re.I)
_MOST = 200
Guess = tuple[str, str]


def plain(name: str) -> str:
    """A name as it is compared: `Chart.js` and `chart`, `jQuery UI` and `jquery-ui` are the same."""
    name = name.strip().lower().replace(" ", "-")
    return name.removesuffix(".js") or name


def in_address(url: str, names: Mapping[str, str]) -> Iterator[Guess]:
    """(component, version) of `npm/name@1.2.3/…`, `/name/1.2.3/name.js` and `name-1.2.3.js`.

    `names` gives the component of a plain name.
    """
    try:
        path = unquote(urlsplit(url).path, errors="replace")
    except ValueError:
        return
    for found in _PACKAGE.finditer(path):
        yield from _known(found[1], found[2], names)
    folder = _FOLDER.search(path)
    if folder and plain(_MIN.sub("", folder[3].lower().removesuffix(".js"))) == plain(folder[1]):
        yield from _known(folder[1], folder[2], names)
    if file := _FILE.fullmatch(path.rpartition("/")[2]):
        yield from _known(file[1], _MIN.sub("", file[2]), names)


def in_banner(text: str, names: Mapping[str, str]) -> Iterator[Guess]:
    """(component, version) of comments that begin with a library's name and version."""
    for number, found in enumerate(_BANNER.finditer(text)):
        if number >= _MOST:
            return
        name = _VERSION_WORD.sub("", found[1])
        for component, version in _known(name, found[2], names):
            # Another name that a package has may be a different library's banner: Angular is no AngularJS.
            if plain(component) == plain(name):
                yield component, version


def _known(name: str, version: str, names: Mapping[str, str]) -> Iterator[Guess]:
    component = names.get(plain(name))
    if component:
        yield component, version
