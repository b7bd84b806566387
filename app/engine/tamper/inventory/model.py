"""What a page consists of, by role. Addresses are absolute; `host` is empty for what has none (`data:`,
`mailto:`).

`region` says where: tag and stable class, four levels up (`ul.news>li>a`). `hidden` is how something is kept
out of sight, or empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from app.engine.tamper.inventory.tokens import Token
from app.engine.tamper.types import Asset, Redirect

INVENTORY_VERSION = 1


class Ref(NamedTuple):
    """Something the page loads, sends to or points at.

    `role` is script, frame, stylesheet, form, icon, base, refresh, canonical, preload, manifest, import,
    background, media or meta; `note` is what else counts there (integrity, method, seconds, property).
    """

    role: str
    url: str
    host: str
    region: str
    hidden: str = ""
    note: str = ""


class Anchor(NamedTuple):
    """A link. `label` is its text, or the name of its picture; `cls` its stable class; `root` the element
    that hides it."""

    label: str
    url: str
    host: str
    region: str
    hidden: str = ""
    cls: str = ""
    root: str = ""


class Picture(NamedTuple):
    """`role` is logo, qr, large or picture; `key` names it by alt text, class and place."""

    role: str
    url: str
    host: str
    key: str
    region: str


class Form(NamedTuple):
    """`fields` are the kinds of its fields (`password`, `card`, `email`, `text:q`), sorted."""

    url: str
    host: str
    method: str
    fields: tuple[str, ...]
    region: str
    hidden: str = ""


class Inline(NamedTuple):
    """A script in the page: `origin` is script, handler or address. `digest` is of its exact text, `says`
    what people might come to read of it."""

    origin: str
    digest: str
    skeleton: str
    hosts: tuple[str, ...]
    data_hosts: tuple[str, ...]
    abilities: tuple[tuple[str, int], ...]
    is_data: bool
    says: str
    size: int
    region: str
    excerpt: str


class Line(NamedTuple):
    text: str
    region: str
    hidden: str = ""


class WantedAsset(NamedTuple):
    """A file worth fetching beside the page. `role` is as in `Asset`."""

    url: str
    role: str


@dataclass
class Inventory:
    url: str
    at: int = 0
    view: str = "plain"
    status: int = 0
    is_html: bool = True
    is_cut: bool = False
    error: str = ""
    final_url: str = ""
    digest: str = ""
    size: int = 0
    elements: int = 0
    title: str = ""
    description: str = ""
    keywords: str = ""
    lang: str = ""
    language: str = ""
    scripts: dict[str, int] = field(default_factory=dict)
    captions: list[str] = field(default_factory=list)
    hidden_roots: dict[str, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    refs: list[Ref] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    inlines: list[Inline] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    certificate: Mapping[str, Any] | None = None
    requests: list[str] = field(default_factory=list)
    wanted: list[WantedAsset] = field(default_factory=list)
    version: int = INVENTORY_VERSION

    @cached_property
    def text(self) -> str:
        """What a visitor can read, line by line."""
        return "\n".join(line.text for line in self.lines if not line.hidden)

    def to_bytes(self) -> bytes:
        return orjson.dumps({each.name: getattr(self, each.name) for each in fields(self)}, default=_plain)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Inventory:
        """Undo `to_bytes`. Raises ValueError when it is of another version."""
        values = orjson.loads(raw)
        if values.get("version") != INVENTORY_VERSION:
            raise ValueError("an inventory of another version")
        for name, kind in _KINDS.items():
            values[name] = [_made(kind, item) for item in values[name]]
        return cls(**values)


_KINDS: dict[str, Any] = {
    "lines": Line,
    "refs": Ref,
    "anchors": Anchor,
    "pictures": Picture,
    "forms": Form,
    "inlines": Inline,
    "tokens": Token,
    "redirects": Redirect,
    "assets": Asset,
    "wanted": WantedAsset,
}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value)


def _made(kind: Any, item: Any) -> Any:
    if isinstance(item, dict):
        return kind(**item)
    return kind(*(_tuples(part) for part in item))


def _tuples(part: Any) -> Any:
    return tuple(_tuples(each) for each in part) if isinstance(part, list) else part
