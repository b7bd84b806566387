"""Where something may lie open, and by what it is known; apart from looking for it. One TOML file a check.

An array of tables `exposure`; expressions are Python's, over lines (`^` and `$` are a line's), and bounded so
that they are linear over whatever a site sends:

    [[exposure]]
    rule = "repository"           # of the check's definitions
    paths = [".git/HEAD"]         # below the root and the site's own folder; grave and likely ones first
    more = [".git/index"]         # asked for in full scans only
    where = "seen"                # also below folders that the crawl saw ("root" when left out)
    all = ['^ref: refs/']         # each must be found
    any = ['…', '…']              # at least one must be found
    none = ['…']                  # none may be found
    magic = ["504b0304"]          # the body begins with one of these bytes (hexadecimal)
    judge = "dotenv"              # a function of `app.engine.bug.asking.judges`
    types = ["text/plain"]        # beginnings of content types, one must fit; left out: any
    html = true                   # may be an HTML page, read without what it quotes as code
    code = true                   # …with what stands in code markup
    json = true                   # the body begins like JSON
    least = 10                    # bytes
    most = 1000
    each = true                   # every path is a find by itself, not just the first
    product = "Git"               # becomes the component, and {product} in texts
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from app.engine.bug.asking.judges import JUDGES, Judge
from app.engine.bug.reading.excerpt import line_of
from app.engine.bug.types import Response

_HTML = re.compile(r"<(?:!doctype html|html|head|body)\b", re.I)
_CODE = re.compile(r"<(pre|code|textarea|xmp)\b[^>]{0,200}>", re.I)
_HTML_WITHIN = 2_000
MAX_TEXT = 65_536
"""Characters that expressions look at."""
_NO_TEXT = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Exposure:
    """One thing that may lie open; the fields are those of the table above."""

    rule: str
    paths: tuple[str, ...]
    more: tuple[str, ...] = ()
    where: Literal["root", "seen"] = "root"
    all: tuple[re.Pattern[str], ...] = ()
    any: tuple[re.Pattern[str], ...] = ()
    none: tuple[re.Pattern[str], ...] = ()
    magic: tuple[bytes, ...] = ()
    judge: Judge | None = None
    types: tuple[str, ...] = ()
    is_html: bool = False
    is_json: bool = False
    is_code: bool = False
    least: int = 1
    most: int = 100_000_000
    is_each: bool = False
    product: str = ""
    statuses: frozenset[int] = field(default=frozenset({200, 206}))

    def proof_in(self, response: Response) -> str | None:
        """What in the answer shows the thing, as evidence; None when it is something else."""
        if response.error is not None or response.status not in self.statuses:
            return None
        if not self.least <= len(response.body) <= self.most or not self._is_kind(response):
            return None
        if self.magic:
            return self._magic_in(response)
        text = response.text[:MAX_TEXT]
        if self.is_html and not self.is_code:
            text = _without_code(text)
        if any(each.search(text) for each in self.none):
            return None
        found = [each.search(text) for each in self.all]
        choices = [each.search(text) for each in self.any]
        if not all(found) or (choices and not any(choices)):
            return None
        proofs = [each for each in (*found, *choices) if each]
        if self.judge is not None:
            return self.judge(text, response)
        return line_of(text, proofs[0].start(), proofs[0].end()) if proofs else None

    def _is_kind(self, response: Response) -> bool:
        kind = response.content_type
        if self.types and not kind.startswith(self.types):
            return False
        if self.is_html:
            return True
        if self.is_json and response.body.lstrip()[:1] not in (b"{", b"["):
            return False
        if self.magic and kind in _NO_TEXT:
            return False
        return not _HTML.search(response.text[:_HTML_WITHIN])

    def _magic_in(self, response: Response) -> str | None:
        for magic in self.magic:
            if response.body.startswith(magic):
                size = response.header("content-length") or f"over {len(response.body)}"
                return f"begins with the bytes {magic.hex(' ')}; {size} bytes"
        return None


@lru_cache(maxsize=8)
def _without_code(text: str) -> str:
    """The page without what it shows as code, which it talks about. An element that never ends is kept."""
    lower, parts, place = text.lower(), [], 0
    endless: set[str] = set()
    for found in _CODE.finditer(text):
        name = found[1].lower()
        if found.start() < place or name in endless:
            continue
        end = lower.find(f"</{name}", found.end())
        if end < 0:
            endless.add(name)
            continue
        parts.append(text[place : found.start()])
        place = end
    return " ".join([*parts, text[place:]])


@cache
def exposures_of(check: str) -> tuple[Exposure, ...]:
    """The exposures of a check, in its file's order. Raises ValueError for a table that cannot be read."""
    path = Path(__file__).parent / f"{check}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8")).get("exposure", [])
    return tuple(_exposure(check, table) for table in tables)


def _exposure(check: str, table: dict[str, Any]) -> Exposure:
    values = dict(table)
    for name in ("all", "any", "none"):
        values[name] = tuple(re.compile(each, re.MULTILINE) for each in values.get(name, ()))
    values["magic"] = tuple(bytes.fromhex(each) for each in values.get("magic", ()))
    for name in ("paths", "more", "types"):
        values[name] = tuple(values.get(name, ()))
    for name in ("html", "json", "code", "each"):
        values[f"is_{name}"] = bool(values.pop(name, False))
    if "statuses" in values:
        values["statuses"] = frozenset(values["statuses"])
    try:
        values["judge"] = JUDGES[values["judge"]] if "judge" in values else None
        return Exposure(**values)
    except (TypeError, KeyError) as error:
        raise ValueError(f"{check}: {table.get('rule')}: {error}") from None


@cache
def names_for(what: str, *, full: bool = False) -> tuple[str, ...]:
    """The names of a table in `names.toml`: the usual ones, and in full scans the others too."""
    table = _tables()[what]
    return (*table["usual"], *(table.get("more", ()) if full else ()))


@cache
def endings(what: str) -> frozenset[str]:
    """Endings of pages' names: of `programs`, or of `plain` HTML."""
    return frozenset(_tables()["leftovers"][what])


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
