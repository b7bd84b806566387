"""Names that stay the same while a page changes: of addresses, links, pictures, forms, lines and words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any

from app.engine.net.urls import host_of, path_of, site_of
from app.engine.tamper.inventory.model import Anchor, Inventory, Picture
from app.engine.tamper.lexicon import lexicon

_DIGITS = re.compile(r"\d+")
_HASHY = re.compile(r"[.\-_~]?(?=[0-9a-zA-Z]*\d)[0-9a-zA-Z]{6,}|\d+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def stem(url: str) -> str:
    """An address without query, digits and build hashes: what stays the same from one release to the next."""
    if url[:5] == "data:":
        return url
    head, _, _ = url.partition("#")
    head, _, _ = head.partition("?")
    _, mark, rest = head.partition("://")
    if not mark:
        return _DIGITS.sub("0", head)
    host, slash, path = rest.partition("/")
    return f"{_DIGITS.sub('0', host)}{slash}{_HASHY.sub('0', path)}"


def target(anchor: Anchor) -> str:
    """Where a link leads, as far as it counts: a foreign address whole, without its query."""
    return anchor.url.partition("#")[0].partition("?")[0] if anchor.host else anchor.url


def anchor_key(anchor: Anchor) -> str:
    return f"{_DIGITS.sub('0', anchor.label)}|{anchor.cls}|{anchor.region}"


def picture_key(picture: Picture) -> str:
    return f"{picture.key}|{picture.region}"


def form_key(form: Any) -> str:
    return f"{form.region}|{','.join(form.fields)}"


def line_key(text: str) -> str:
    return _DIGITS.sub("0", text[:500]).lower()


def words_of(text: str) -> set[str]:
    """Its words in lower case; of scripts written without blanks every two letters that stand together."""
    text = text[:200_000].lower()
    found = set(_WORD.findall(text))
    for run in _UNSPACED.findall(text):
        found.update(run[i : i + 2] for i in range(len(run) - 1))
        found.discard(run)
    return found


def sensitive_words(page: Inventory, extra: tuple[str, ...] = ()) -> dict[str, int]:
    """How often each listed word stands on the page, in sight or not."""
    return dict(Counter(found.word for found in lexicon(extra).find(searched_text(page))))


def searched_text(page: Inventory) -> str:
    parts = [page.title, page.description, page.keywords]
    parts += [line.text for line in page.lines]
    parts += page.captions
    parts += [inline.says for inline in page.inlines if inline.says]
    own = site_of(host_of(page.final_url or page.url))
    parts += [anchor.label for anchor in page.anchors if anchor.host and site_of(anchor.host) != own]
    text = "\n".join(parts)
    if not text.isascii():
        # Full-width letters and invisible characters keep words from being found, not from being read.
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text.lower()


def without_digits(text: str) -> str:
    """Every run of digits as one 0, as in stems."""
    return _DIGITS.sub("0", text)


def path_stem(url: str) -> str:
    return _HASHY.sub("0", path_of(url))
