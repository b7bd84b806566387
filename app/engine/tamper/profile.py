"""What is ordinary on a page: learned from the inventories its owner approved, oldest first.

A region that brought other foreign hosts, or other text, from one baseline to the next is volatile there;
that exempts pictures, links and text of it, and nothing else. Scripts, form targets, event handlers, base and
refresh are never exempt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from app.engine.net.urls import host_of, site_of
from app.engine.tamper.inventory.model import Anchor, Inventory, Picture
from app.engine.tamper.names import (
    anchor_key,
    form_key,
    line_key,
    path_stem,
    picture_key,
    sensitive_words,
    stem,
    target,
    words_of,
)

LEARNING = 3
"""Baselines needed before a verdict counts."""
ENGINE_VERSION = 1
"""A stored profile of another version is learned anew from the baselines' bodies."""


class Region(NamedTuple):
    """A learned volatile region: `kind` is links, pictures or text; `seen` how many different contents."""

    key: str
    label: str
    kind: str
    seen: int


@dataclass
class Profile:
    """Sets of what was seen, and what was the same in all baselines (`stable_…`)."""

    own: str = ""
    host: str = ""
    baselines: int = 0
    version: int = ENGINE_VERSION
    digests: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    finals: set[str] = field(default_factory=set)
    sites: dict[str, set[str]] = field(default_factory=dict)
    stable_sites: dict[str, set[str]] = field(default_factory=dict)
    urls: dict[str, set[str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    skeletons: set[str] = field(default_factory=set)
    inline_digests: set[str] = field(default_factory=set)
    abilities: dict[str, int] = field(default_factory=dict)
    named_hosts: set[str] = field(default_factory=set)
    data_hosts: set[str] = field(default_factory=set)
    anchors: dict[str, list[str]] = field(default_factory=dict)
    anchor_sites: dict[str, set[str]] = field(default_factory=dict)
    anchor_counts: dict[str, int] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    stable_lines: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    stable_words: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    descriptions: set[str] = field(default_factory=set)
    sensitive: dict[str, int] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    stable_tokens: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, list[str]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    file_stems: set[str] = field(default_factory=set)
    file_hosts: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    secret_fields: set[str] = field(default_factory=set)
    hidden_sites: set[str] = field(default_factory=set)
    hidden_urls: set[str] = field(default_factory=set)
    hidden_roots: dict[str, int] = field(default_factory=dict)
    covers: set[str] = field(default_factory=set)
    volatile: dict[str, int] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    languages: set[str] = field(default_factory=set)
    least_text: int = 0
    most_text: int = 0
    least_anchors: int = 0
    least_elements: int = 0
    asset_hashes: dict[str, list[str]] = field(default_factory=dict)
    asset_pictures: dict[str, list[str]] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    certificates: dict[str, str] = field(default_factory=dict)

    def regions(self) -> list[Region]:
        """What was learned to change by itself, for people to read and to take back."""
        return [
            Region(key, key.partition(":")[2], key.partition(":")[0], seen)
            for key, seen in sorted(self.volatile.items())
        ]

    @cached_property
    def all_sites(self) -> frozenset[str]:
        """Everybody the page ever had to do with, in whatever role."""
        return frozenset().union(*self.sites.values()) if self.sites else frozenset()

    @cached_property
    def code_sites(self) -> frozenset[str]:
        """Those whose code already ran here, or whose files the page always loaded."""
        found = set().union(*(self.sites.get(role, set()) for role in CODE_ROLES))
        return frozenset(
            found | self.stable_sites.get("picture", set()) | {site_of(h) for h in self.named_hosts}
        )

    def to_bytes(self) -> bytes:
        return orjson.dumps({each.name: getattr(self, each.name) for each in fields(self)}, default=sorted)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Profile:
        """Undo `to_bytes`. Raises ValueError when it is of another version."""
        values = orjson.loads(raw)
        if values.get("version") != ENGINE_VERSION:
            raise ValueError("a profile of another version")
        empty = cls()
        return cls(**{name: _as(getattr(empty, name), value, name) for name, value in values.items()})


CODE_ROLES = ("script", "frame", "stylesheet", "import", "preload", "preconnect", "form")
_SETS_OF = frozenset(("sites", "stable_sites", "urls", "anchor_sites"))


def _as(example: Any, value: Any, name: str) -> Any:
    if isinstance(example, set):
        return set(value)
    if name in _SETS_OF:
        return {key: set(each) for key, each in value.items()}
    return value


def learn(inventories: Sequence[Inventory]) -> Profile:
    """The profile of a page from its approved inventories. Those of failed fetches teach nothing."""
    pages = [page for page in inventories if not page.error]
    profile = Profile(baselines=len(pages))
    if not pages:
        return profile
    profile.host = host_of(pages[-1].final_url or pages[-1].url)
    profile.own = site_of(profile.host)
    for page in pages:
        _add(profile, page)
    _stable(profile, pages)
    _volatile(profile, pages)
    return profile


def _add(profile: Profile, page: Inventory) -> None:
    profile.digests.add(page.digest)
    profile.statuses.add(page.status)
    profile.finals.add(site_of(host_of(page.final_url or page.url)))
    _add_addresses(profile, page)
    _add_scripts(profile, page)
    _add_text(profile, page)
    _add_behind(profile, page)


def _add_addresses(profile: Profile, page: Inventory) -> None:
    for ref in page.refs:
        if ref.host:
            profile.sites.setdefault(ref.role, set()).add(site_of(ref.host))
        profile.urls.setdefault(ref.role, set()).add(stem(ref.url))
        if ref.role in ("script", "stylesheet") and ref.note:
            profile.notes[ref.url] = ref.note
        if ref.role in ("script", "stylesheet", "icon"):
            _add_file(profile, ref.url, ref.host)
        if ref.role == "cover":
            profile.covers.add(ref.note)
    _add_links(profile, page)


def _add_links(profile: Profile, page: Inventory) -> None:
    for anchor in page.anchors:
        if anchor.host:
            profile.sites.setdefault("anchor", set()).add(site_of(anchor.host))
            if anchor.hidden:
                profile.hidden_sites.add(site_of(anchor.host))
                profile.hidden_urls.add(stem(anchor.url))
    for picture in page.pictures:
        if picture.host:
            _add_file(profile, picture.url, picture.host)
            profile.sites.setdefault("picture", set()).add(site_of(picture.host))
    for root, number in page.hidden_roots.items():
        profile.hidden_roots[root] = max(profile.hidden_roots.get(root, 0), number)


def _add_file(profile: Profile, url: str, host: str) -> None:
    if host:
        profile.file_stems.add(path_stem(url))
        profile.file_hosts.add(host)


def _add_scripts(profile: Profile, page: Inventory) -> None:
    counts: Counter[str] = Counter()
    for inline in page.inlines:
        profile.skeletons.add(inline.skeleton)
        profile.inline_digests.add(inline.digest)
        profile.named_hosts.update(inline.hosts)
        profile.data_hosts.update(inline.data_hosts)
        counts.update(dict(inline.abilities))
    for name, count in counts.items():
        profile.abilities[name] = max(profile.abilities.get(name, 0), count)


def _add_text(profile: Profile, page: Inventory) -> None:
    profile.lines.update(line_key(line.text) for line in page.lines)
    profile.words |= words_of(page.text)
    profile.titles.add(page.title)
    profile.descriptions.add(page.description)
    for form in page.forms:
        profile.secret_fields.update(name for name in form.fields if name in ("password", "card"))
        profile.sites.setdefault("form", set()).add(site_of(form.host))
    profile.tokens.update(f"{token.kind}:{token.value}" for token in page.tokens)
    for word, count in sensitive_words(page).items():
        profile.sensitive[word] = max(profile.sensitive.get(word, 0), count)
    total = sum(page.scripts.values()) or 1
    for name, letters in page.scripts.items():
        profile.shares[name] = max(profile.shares.get(name, 0.0), letters / total)
    if page.language:
        profile.languages.add(page.language)


def _add_behind(profile: Profile, page: Inventory) -> None:
    """The files beside the page, and what it is served from."""
    for asset in page.assets:
        if asset.sha256:
            _remember(profile.asset_hashes, asset.url, asset.sha256)
        if asset.phash:
            _remember(profile.asset_pictures, asset.url, asset.phash)
    profile.addresses.update(page.addresses)
    if page.certificate and page.certificate.get("sha256"):
        profile.certificates[str(page.certificate["sha256"])] = str(page.certificate.get("issuer", ""))


def _remember(kept: dict[str, list[str]], url: str, value: str) -> None:
    values = kept.setdefault(url, [])
    if value not in values:
        values.append(value)


def _stable(profile: Profile, pages: Sequence[Inventory]) -> None:
    """What every baseline had, the same."""
    last = pages[-1]
    profile.stable_words = set.intersection(*(words_of(page.text) for page in pages))
    keys = set.intersection(*({line_key(line.text) for line in page.lines} for page in pages))
    profile.stable_lines = {
        line_key(line.text): line.text[:300] for line in last.lines if line_key(line.text) in keys
    }
    shared = set.intersection(*({f"{t.kind}:{t.value}" for t in page.tokens} for page in pages))
    profile.stable_tokens = {
        f"{token.kind}:{token.value}": token.context
        for token in last.tokens
        if f"{token.kind}:{token.value}" in shared
    }
    profile.anchors = _same([_targets(page.anchors) for page in pages])
    for page in pages:
        for anchor in page.anchors:
            if anchor.host:
                profile.anchor_sites.setdefault(anchor_key(anchor), set()).add(site_of(anchor.host))
    profile.anchor_counts = _same_counts(pages)
    profile.paths = set.intersection(*({stem(a.url) for a in page.anchors if a.host} for page in pages))
    profile.pictures = _same([_pictures(page.pictures) for page in pages])
    profile.forms = {
        key: urls[0]
        for key, urls in _same([_grouped((form_key(f), f.url) for f in page.forms) for page in pages]).items()
        if len(set(urls)) == 1
    }
    named = [{ref.note: ref.url for ref in page.refs if ref.role == "value"} for page in pages]
    profile.values = {
        name: value for name, value in named[-1].items() if all(each.get(name) == value for each in named)
    }
    for role in ("picture", *CODE_ROLES):
        sets = [_sites_in(page, role) for page in pages]
        profile.stable_sites[role] = set.intersection(*sets)
    texts = [len(page.text) for page in pages]
    profile.least_text, profile.most_text = min(texts), max(texts)
    profile.least_elements = min(page.elements for page in pages)
    profile.least_anchors = min(len(page.anchors) for page in pages)


def _sites_in(page: Inventory, role: str) -> set[str]:
    if role == "picture":
        return {site_of(each.host) for each in page.pictures if each.host}
    return {site_of(ref.host) for ref in page.refs if ref.role == role and ref.host}


def _same_counts(pages: Sequence[Inventory]) -> dict[str, int]:
    counts = [Counter(anchor_key(anchor) for anchor in page.anchors) for page in pages]
    return {key: count for key, count in counts[-1].items() if all(each[key] == count for each in counts)}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _same(each: Sequence[Mapping[str, list[str]]]) -> dict[str, list[str]]:
    """The keys whose values are the same in all, sorted values."""
    first = each[0]
    return {
        key: sorted(values)
        for key, values in first.items()
        if all(sorted(other.get(key, ())) == sorted(values) for other in each[1:])
    }


def _targets(anchors: Sequence[Anchor]) -> dict[str, list[str]]:
    return _grouped((anchor_key(anchor), target(anchor)) for anchor in anchors)


def _pictures(pictures: Sequence[Picture]) -> dict[str, list[str]]:
    return _grouped((picture_key(each), stem(each.url)) for each in pictures)


def _volatile(profile: Profile, pages: Sequence[Inventory]) -> None:
    """Regions whose foreign hosts, or texts, differ between baselines."""
    for kind, content in (("links", _foreign_links), ("pictures", _foreign_pictures), ("text", _texts)):
        each = [content(page, profile.own) for page in pages]
        for region in set().union(*each):
            contents = {frozenset(one.get(region, ())) for one in each}
            if len(contents) > 1:
                profile.volatile[f"{kind}:{region}"] = len(contents)


def _foreign_links(page: Inventory, own: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for anchor in page.anchors:
        if anchor.host and site_of(anchor.host) != own:
            found.setdefault(anchor.region, set()).add(site_of(anchor.host))
    return found


def _foreign_pictures(page: Inventory, own: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for picture in page.pictures:
        if picture.host and site_of(picture.host) != own:
            found.setdefault(picture.region, set()).add(site_of(picture.host))
    return found


def _texts(page: Inventory, own: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in page.lines:
        found.setdefault(line.region, set()).add(line_key(line.text))
    return found
