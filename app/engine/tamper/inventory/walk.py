"""One pass over the tree: every element hands in what it is, by role."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from app.engine.tamper.inventory.model import Form, Inventory, Line
from app.engine.tamper.inventory.region import part
from app.engine.tamper.inventory.roles import (
    BLANKS,
    LABEL,
    MAX_OF_A_KIND,
    SECRET,
    VERSIONED,
    Attributes,
    Roles,
)
from app.engine.tamper.inventory.style import Hiding, hides, urls_in

MAX_ELEMENTS = 150_000
_BLOCK_NAMES = """
    html body div p li ul ol dl dt dd h1 h2 h3 h4 h5 h6 table thead tbody tfoot tr td th caption section
    article header footer nav aside main form fieldset blockquote pre figure figcaption address details
    summary hr br option legend marquee center iframe noscript select textarea button dialog video audio
    canvas svg
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SILENT = frozenset(["script", "style", "template", "head", "select", "textarea", "object", "svg", "math"])
# Attributes that frameworks run as code: Vue, Alpine, Angular, htmx.
_ACTING = re.compile(
    r"on\w{3}|@|v-(?:on|html|bind)|x-(?:init|on|data|html|effect)|(?:data-)?(?:ng-|hx-)|\(\w+\)$"
)
_SIZED = frozenset(("marquee", "iframe", "frame", "embed", "object", "applet"))
_CAPTIONS = frozenset(("title", "alt", "placeholder", "aria-label", "summary", "data-title", "label"))
_WHITE = re.compile(
    r"(?:^|;)\s*color\s*:\s*(?:#f[c-f]f?[c-f]?f?[c-f]?|white|#(?:fe){3}|transparent)\s*(?:!|;|$)", re.I
)
_GROUND = re.compile(r"background", re.I)
_COVER = re.compile(r"position\s*:\s*(?:fixed|absolute)", re.I)


class Walk(Roles):
    """Fills an inventory. `rules` is what the page's style sheets hide."""

    def __init__(self, inventory: Inventory, rules: Hiding, hidden_ids: Mapping[str, str]) -> None:
        super().__init__(inventory)
        self._classes = rules.classes
        self._ids = {**rules.ids, **hidden_ids}
        self._text: list[str] = []
        self._silent = 0
        self._on: dict[str, Callable[[Any, Attributes], None]] = {
            "a": self._anchor,
            "area": self._anchor,
            "script": self._script,
            "iframe": self._frame,
            "frame": self._frame,
            "embed": self._frame,
            "object": self._frame,
            "applet": self._frame,
            "portal": self._frame,
            "link": self._link,
            "meta": self._meta,
            "base": self._base,
            "form": self._start_form,
            "button": self._field,
            "input": self._field,
            "select": self._field,
            "textarea": self._field,
            "img": self._picture,
            "image": self._picture,
            "source": self._media,
            "video": self._media,
            "audio": self._media,
            "track": self._media,
            "style": self._style,
            "title": self._title,
            "html": self._html,
        }

    def run(self, root: Any) -> None:
        count = self.page.elements
        for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if event == "start":
                count += 1
                if count > MAX_ELEMENTS:
                    self.page.is_cut = True
                    break
                self._start(element)
            elif event == "end":
                self._end(element)
            elif element.tail and not self._silent:
                self._text.append(element.tail)
        self._flush()
        self.page.elements = count
        if self._loose:
            secret = tuple(sorted({kind for kind in self._loose if kind in SECRET}))
            if secret:
                self.page.forms.append(Form("", "", "", secret, "outside of forms"))

    # One element.

    def _start(self, element: Any) -> None:
        tag = element.tag
        attributes: Attributes = element.attrib
        if tag in _BLOCKS and self._text:
            self._flush()
        classes = ""
        how = self._hidden[-1] if self._hidden else ""
        own = ""
        if attributes:
            classes = attributes.get("class", "")
            own = self._own_hiding(tag, attributes, classes)
            self._attributes(tag, attributes, own)
        elif tag in ("noscript", "template"):
            own = tag
        self._parts.append(part(tag, classes))
        self._hidden.append(how or own)
        self._roots.append(
            self._root(attributes, classes, own) if own else self._roots[-1] if self._roots else ""
        )
        handle = self._on.get(tag)
        if handle is not None:
            handle(element, attributes)
        if tag in _SILENT:
            self._silent += 1
        elif element.text and not self._silent:
            self._text.append(element.text)

    def _attributes(self, tag: str, attributes: Attributes, hidden: str) -> None:
        """What any element may carry: captions, event handlers, style that loads or covers."""
        # By items: lxml refuses to look a name up that has control characters in it.
        for name, value in attributes.items():
            if name in _CAPTIONS:
                if len(value) > 3 and len(self.page.captions) < MAX_OF_A_KIND:
                    self.page.captions.append(value[:LABEL])
            elif _ACTING.match(name):
                self._act(tag, name, value)
        style = attributes.get("style")
        if style and "(" in style:
            for url in urls_in(style):
                self._ref("background", url)
        if style and not hidden and _COVER.search(style):
            self._cover(style)
        if "background" in attributes:
            self._ref("background", attributes["background"])

    def _act(self, tag: str, name: str, value: str) -> None:
        """An attribute that runs code, or that loads what it names."""
        if "hx-" not in name[:8] or "hx-on" in name:
            self._inline("handler", value, f"{tag}[{name}]")
        elif "//" in value:
            self._ref("import", value, name)

    def _end(self, element: Any) -> None:
        tag = element.tag
        if tag in _BLOCKS and self._text:
            self._flush()
        if tag in _SILENT:
            self._silent -= 1
        elif tag == "form":
            self._end_form()
        if self._parts:
            self._parts.pop()
            self._hidden.pop()
            self._roots.pop()
        if element.tail and not self._silent:
            self._text.append(element.tail)

    def _flush(self) -> None:
        text = BLANKS.sub(" ", "".join(self._text)).strip()
        self._text.clear()
        if len(text) > 1 and len(self.page.lines) < MAX_OF_A_KIND:
            self.page.lines.append(Line(text, self.region, self._hidden[-1] if self._hidden else ""))

    def _cover(self, style: str) -> None:
        """An element that lies over the whole window."""
        said = style.replace(" ", "").lower()
        level = re.search(r"z-index:(\d{1,9})", said)
        is_whole = (
            ("width:100" in said and "height:100" in said)
            or "inset:0" in said
            or (all(f"{side}:0" in said for side in ("top", "left", "right", "bottom")))
        )
        if is_whole and level and int(level[1]) >= 500:
            self._ref("cover", self.base, VERSIONED.sub("0", said)[:200])

    def _own_hiding(self, tag: str, attributes: Attributes, classes: str) -> str:
        style = attributes.get("style")
        how = (hides(style) if style else None) or self._ruled_hiding(attributes, classes)
        if how:
            return how
        # White on nothing we know of: hidden on most pages.
        if style and _WHITE.search(style) and not _GROUND.search(style):
            return "white"
        if "hidden" in attributes:
            return "hidden"
        return _hiding_by_tag(tag, attributes)

    def _ruled_hiding(self, attributes: Attributes, classes: str) -> str:
        if classes and self._classes:
            for name in classes.split():
                if name in self._classes:
                    return self._classes[name]
        return self._ids.get(attributes.get("id", ""), "") if self._ids else ""


def _hiding_by_tag(tag: str, attributes: Attributes) -> str:
    if tag in ("noscript", "template"):
        return tag
    if tag in _SIZED and any(
        attributes.get(name, "").rstrip("px%") in ("0", "1", "2") for name in ("width", "height")
    ):
        return "zero-size"
    if tag == "font" and (
        attributes.get("size") in ("0", "-7")
        or attributes.get("color", "").lower() in ("#ffffff", "white", "#fff")
    ):
        return "white"
    return ""
