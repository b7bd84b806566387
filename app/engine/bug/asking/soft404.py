"""What a site says of addresses that do not exist, so that a friendly "not found" is not taken for a find.

Two random names per folder and kind of name are asked for, and only once something there looks like a find.
An answer is like a missing one when, with the echo of its own address taken out, its status, redirect, title,
words or length say the same (cf. wapiti's and nuclei's troubles with catch-all sites).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from posixpath import splitext
from urllib.parse import quote, unquote, urljoin, urlsplit

from app.engine.bug.asking.answers import anonymous
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.types import Request, Response

_SAMPLES = 2
_MAX_TRIES = 4
_MAX_KINDS = 60
"""Folders and kinds of names that are asked about; beyond, what is known of others must do."""
_MAX_TEXT = 60_000
_KEY = "soft404"
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.I)
_WORD = re.compile(r"[^\W\d_]{2,40}")
_NUMBERS = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")
_KIND = re.compile(r"\.[A-Za-z0-9_]{1,12}|~")
_SIMILAR = 0.9
_SIMILAR_WITH_TITLE = 0.75


class Missing:
    """Knows what "not there" looks like, by folder and kind of name; what it learns serves all checks."""

    def __init__(self, asker: Asker, gathered: Gathered) -> None:
        self._asker = asker
        self._gathered = gathered
        self._samples: dict[str, tuple[Response, ...]] = gathered.shared.setdefault(_KEY, {})

    def is_like_missing(self, response: Response) -> bool:
        """Whether the site would say the same of a name that does not exist. Raises ScanOverError.

        When nothing can be learnt (silence, overload), the answer proves nothing, so it counts as missing.
        """
        samples = self._samples_for(response.url)
        return not samples or any(is_alike(response, sample) for sample in samples)

    def is_like_neighbour(self, response: Response) -> bool:
        """Whether the same comes for the same name with something random at its end: the server then does not
        care how the name ends. Raises ScanOverError."""
        url = _without_query(response.url) + f".{_random(response.url, 7)}"
        with anonymous(self._asker) as asker:
            sample = asker.ask(Request(url, max_bytes=_MAX_TEXT))
        return not _is_usable(sample) or is_alike(response, sample)

    def _samples_for(self, url: str) -> tuple[Response, ...]:
        base, prefix, suffix = _kind_of(url)
        key = f"{base}|{prefix}|{suffix}"
        if key not in self._samples:
            asked = self._ask(base, prefix, suffix) if len(self._samples) < _MAX_KINDS else ()
            self._samples[key] = asked or tuple(filter(_is_usable, self._gathered.missing))
        return self._samples[key]

    def _ask(self, base: str, prefix: str, suffix: str) -> tuple[Response, ...]:
        found: list[Response] = []
        for attempt in range(0, _MAX_TRIES, _SAMPLES):
            names = [_random(base + suffix, attempt + number) for number in range(_SAMPLES)]
            urls = [f"{base}{prefix}{name}{suffix}" for name in names]
            with anonymous(self._asker) as asker:
                answers = asker.ask_all([Request(url, max_bytes=_MAX_TEXT) for url in urls])
            found += filter(_is_usable, answers)
            if found:
                break
        return tuple(found)


def is_alike(one: Response, other: Response) -> bool:
    """Whether two answers say the same, each without the echo of its own address."""
    if one.status != other.status and not (one.status < 300 and other.status < 300):
        return False
    if 300 <= one.status < 400:
        return _target(one) == _target(other)
    if one.body == other.body:
        return True
    if not _is_text(one) or not _is_text(other):
        return one.body[:256] == other.body[:256]
    return _are_texts_alike(_plain(one), _plain(other))


def _are_texts_alike(one: str, other: str) -> bool:
    if _SPACE.sub("", one) == _SPACE.sub("", other):
        return True
    titles = [found[1].strip() if (found := _TITLE.search(text)) else "" for text in (one, other)]
    likeness = _likeness(_words(one), _words(other))
    if titles[0] and titles[0] == titles[1] and likeness >= _SIMILAR_WITH_TITLE:
        return True
    longer = max(len(one), len(other))
    return likeness >= _SIMILAR and abs(len(one) - len(other)) <= max(40, longer // 5)


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Words in common of all words, 0 to 1; two texts without words are told apart by their characters."""
    everything = sum((one | other).values())
    return sum((one & other).values()) / everything if everything else 0.0


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _plain(response: Response) -> str:
    """The text without what it repeats of its own address, and without numbers."""
    text = response.text[:_MAX_TEXT]
    for echo in _echoes(response.url):
        text = text.replace(echo, "")
    return _NUMBERS.sub("0", text)


def _echoes(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    name = parts.path.rstrip("/").rpartition("/")[2]
    stem = splitext(name)[0]
    for each in (url, parts.path, parts.path.lstrip("/"), name, stem):
        for form in dict.fromkeys((each, unquote(each), escape(unquote(each)), quote(each, safe=""))):
            if len(form) > 2:
                yield form


def _target(response: Response) -> str:
    """Where a redirect leads, without the query and what it repeats of its own address."""
    try:
        there = urlsplit(urljoin(response.url, response.header("location")))
    except ValueError:
        return ""
    path = unquote(there.path)
    own = unquote(urlsplit(response.url).path).strip("/")
    return f"{there.netloc}{path.replace(own, '') if own else path}".rstrip("/")


def _is_text(response: Response) -> bool:
    return b"\0" not in response.body[:1024]


def _is_usable(response: Response) -> bool:
    """A refusal (401, 403) is what some sites say of everything unknown; overload and faults say nothing."""
    return response.error is None and (response.is_answer or response.status in (401, 403))


def _kind_of(url: str) -> tuple[str, str, str]:
    """(folder's address, what a name begins with, what it ends with): `/a/.env` → (`…/a/`, ".", "")."""
    base = _without_query(url)
    folder, _, name = base.rpartition("/")
    if not name:
        outer, _, _ = folder.rpartition("/")
        # The root has no folder above it: a random folder in it is the nearest thing.
        return (f"{folder}/" if urlsplit(url).path == "/" else f"{outer}/"), "", "/"
    prefix = "." if name.startswith(".") else ""
    suffix = _KIND.findall(name[len(prefix) :])[-1:]
    ending = suffix[0] if suffix and name.endswith(suffix[0]) else ""
    return f"{folder}/", prefix, ending


def _without_query(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]


def _random(seed: str, number: int) -> str:
    """A name that nobody has given a file; the same in every scan, so that caches are not filled."""
    return "ce" + hashlib.sha256(f"{seed}\0{number}".encode()).hexdigest()[: 10 + number % 3]


def samples_of(gathered: Gathered) -> Sequence[Response]:
    """All answers for random names that a scan has so far, for checks of what error pages tell."""
    known: dict[str, tuple[Response, ...]] = gathered.shared.get(_KEY, {})
    return [*gathered.missing, *(each for samples in known.values() for each in samples)]
