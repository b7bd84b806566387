"""From an observation to its inventory: decode, parse, prune to the watched scope, walk once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from app.engine.net.charset import decode
from app.engine.net.urls import site_of
from app.engine.tamper.inventory.language import language_of, scripts_in
from app.engine.tamper.inventory.model import Anchor, Form, Inline, Inventory, Line, Picture, Ref, WantedAsset
from app.engine.tamper.inventory.style import read_rules
from app.engine.tamper.inventory.tokens import Token, tokens_in
from app.engine.tamper.inventory.walk import Walk
from app.engine.tamper.types import Observation, Scope

__all__ = [
    "Anchor",
    "Form",
    "Inline",
    "Inventory",
    "Line",
    "Picture",
    "Ref",
    "Token",
    "WantedAsset",
    "take_inventory",
]

MAX_BODY = 5_000_000
MAX_WANTED = 40
MAX_TOKENS = 1_000
_MAX_ATTRIBUTES = 5_000
_MAX_COMMENTS = 20_000
_LONG_TAG = re.compile(r"<[^<>]{20000,}+")
_MAX_LINE = 20_000
_NOT_HTML = re.compile(
    r"(?:image|audio|video|font)/|application/(?:pdf|zip|octet-stream|json|javascript)|text/css"
)
_HIDDEN_BY_SCRIPT = re.compile(
    r"getElementById\(\s*[\"']([\w-]+)[\"']\s*\)\s*\.\s*style\s*(?:\.\s*(?:display|visibility)|\[[^\]]+\])\s*="
    r"\s*[\"'](?:none|hidden)"
)


def take_inventory(observation: Observation, scope: Scope = Scope()) -> Inventory:  # noqa: B008 — frozen
    """What the page consists of. Bounded whatever the bytes: what is beyond the bounds sets `is_cut`."""
    body = observation.body[:MAX_BODY]
    page = Inventory(
        url=observation.url,
        at=observation.at,
        view=observation.view,
        status=observation.status,
        is_cut=observation.is_cut or len(observation.body) > MAX_BODY,
        error=observation.error or "",
        final_url=observation.final_url,
        digest=sha256(observation.body).hexdigest(),
        size=len(observation.body),
        redirects=list(observation.redirects),
        assets=list(observation.assets),
        addresses=list(observation.addresses),
        certificate=observation.certificate,
        requests=list(observation.requests)[:500],
    )
    if _NOT_HTML.match(observation.content_type.lower().strip()):
        page.is_html = False
        return page
    text = decode(body, observation.content_type)
    if observation.content_type.lower().startswith("text/plain"):
        page.is_html = False
        page.lines = [Line(line.strip(), "text") for line in text.splitlines()[:20_000] if line.strip()]
    else:
        _walk(page, text, scope)
    _read_text(page)
    page.wanted = _wanted(page)
    return page


def _walk(page: Inventory, text: str, scope: Scope) -> None:
    bounded = _bounded(text)
    page.is_cut = page.is_cut or len(bounded) < len(text)
    roots = _parse(bounded)
    if scope.watch or scope.ignore:
        for root in roots:
            _prune(root, scope)
    sheets = [element.text for root in roots for element in root.iter("style") if element.text]
    sheets += [asset.text for asset in page.assets if asset.role == "stylesheet" and asset.text]
    hidden_ids = {
        name: "script"
        for root in roots
        for element in root.iter("script")
        if element.text and "style" in element.text and "getElementById" in element.text
        for name in _HIDDEN_BY_SCRIPT.findall(element.text[:200_000])
    }
    walk = Walk(page, read_rules(sheets), hidden_ids)
    for root in roots:
        walk.run(root)
    # The parser goes no deeper than 2,048 elements and says nothing of it.
    page.is_cut = page.is_cut or page.elements * 20 < bounded.count("<")


def _bounded(text: str) -> str:
    """The text up to what no page has and what the parser takes long over: a tag of thousands of attributes,
    tens of thousands of comments."""
    end = len(text)
    for match in _LONG_TAG.finditer(text):
        if match.group().count("=") + match.group().count(" ") > _MAX_ATTRIBUTES:
            end = match.start()
            break
    if text.count("<!", 0, end) > _MAX_COMMENTS:
        starts = itertools.islice(re.finditer("<!", text), _MAX_COMMENTS, None)
        end = min(end, next(starts).start())
    return text[:end]


def _parse(text: str) -> list[Any]:
    """The tree, and what stands after its end as further trees: libxml2 opens a new one there.

    A parser a call: they are not shared by threads.
    """
    if not text.strip():
        return []
    parser = etree.HTMLParser(encoding="utf-8", recover=True, huge_tree=True, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return []
    if root is None:
        return []
    others = [*root.itersiblings(preceding=True), *root.itersiblings()]
    return [root, *(each for each in others if isinstance(each.tag, str))]


def _prune(root: Any, scope: Scope) -> None:
    """Leave what is to be watched, less what is to be left out. Head and scripts always count."""
    for selector in scope.ignore:
        for element in _selected(root, selector):
            _drop(element)
    if not scope.watch:
        return
    kept = {element for selector in scope.watch for element in _selected(root, selector)}
    lines = {ancestor for element in kept for ancestor in element.iterancestors()}
    body = root.find("body")
    if body is None or not kept:
        return
    for element in list(body.iter()):
        if element is body or element in kept or element in lines or not isinstance(element.tag, str):
            continue
        if (
            element.getparent() is not None
            and element.getparent() in lines
            and element.tag not in ("script", "style")
        ):
            _drop(element)


def _selected(root: Any, selector: str) -> Iterable[Any]:
    try:
        return list(CSSSelector(selector, translator="html")(root))
    except (SelectorError, etree.XPathError):
        return []


def _drop(element: Any) -> None:
    """Empty an element where it stands: taking it out would take the text behind it along."""
    element.clear(keep_tail=True)
    element.tag = "ins"


def _read_text(page: Inventory) -> None:
    page.scripts = scripts_in(page.text)
    words = frozenset(page.text[:60_000].lower().split())
    page.language = language_of(page.scripts, words)
    seen: set[tuple[str, str]] = set()
    for line in page.lines:
        if line.hidden == "meta":
            continue
        for token in tokens_in(line.text[:_MAX_LINE]):
            if (token.kind, token.value) not in seen and len(seen) < MAX_TOKENS:
                seen.add((token.kind, token.value))
                page.tokens.append(token)
    for anchor in page.anchors:
        kind, _, value = anchor.url.partition(":")
        kind = {"tel": "phone", "mailto": "mail", "sms": "phone"}.get(kind.lower(), "")
        if kind:
            for token in tokens_in(value.partition("?")[0].replace("%20", " ")):
                if (token.kind, token.value) not in seen and len(seen) < MAX_TOKENS:
                    seen.add((token.kind, token.value))
                    page.tokens.append(Token(token.kind, token.value, f"link {anchor.region}"))


def _wanted(page: Inventory) -> list[WantedAsset]:
    """Icons, logos and codes first, then what runs and styles, then large pictures."""
    own = site_of(page.url.split("/")[2] if "//" in page.url else "")
    ranked: list[tuple[int, WantedAsset]] = []
    for ref in page.refs:
        if ref.role == "icon":
            ranked.append((0, WantedAsset(ref.url, "icon")))
        elif ref.role == "script" and ref.host:
            ranked.append((2 if site_of(ref.host) == own else 4, WantedAsset(ref.url, "script")))
        elif ref.role == "stylesheet" and ref.host:
            ranked.append((1 if site_of(ref.host) == own else 4, WantedAsset(ref.url, "stylesheet")))
    order = {"logo": 0, "qr": 0, "large": 3}
    ranked += [
        (order[picture.role], WantedAsset(picture.url, "image"))
        for picture in page.pictures
        if picture.role in order and picture.host
    ]
    ranked.sort(key=lambda each: each[0])
    return list(dict.fromkeys(wanted for _, wanted in ranked if wanted.url.startswith("http")))[:MAX_WANTED]
