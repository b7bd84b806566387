"""A fetched page taken apart once, for all checks that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree, html

from app.engine.bug.long_tags import without_long_tags
from app.engine.bug.types import Response
from app.engine.net.urls import host_of, resolve

MAX_PARSED = 1_000_000
"""Characters of a page that are parsed."""
MAX_ITEMS = 2_000
"""Links, forms or scripts of a page that are looked at."""


@dataclass(frozen=True, slots=True)
class Link:
    """Something that leads elsewhere: `tag` is a, area, link, img, iframe, …; `url` is absolute."""

    url: str
    tag: str
    rel: str = ""
    target: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A script element. `url` is empty for an inline one, whose code is in `text`."""

    url: str = ""
    text: str = ""
    type: str = ""
    integrity: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A form's field. `type` is in lower case (text, password, hidden, file, …)."""

    name: str
    type: str = "text"
    value: str = ""
    autocomplete: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """`action` is absolute; `method` is in upper case."""

    action: str
    method: str = "GET"
    autocomplete: str = ""
    fields: tuple[Field, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def has_password(self) -> bool:
        return any(each.type == "password" for each in self.fields)


@dataclass(frozen=True)
class Page:
    """`via` says how it was found: home, link, script, robots, sitemap, revisit, login or missing (an address
    that cannot exist, asked for to see what that looks like). `redirects` are the answers that led here.
    """

    response: Response
    depth: int = 0
    via: str = "link"
    redirects: tuple[Response, ...] = ()

    @property
    def url(self) -> str:
        return self.response.url

    @property
    def host(self) -> str:
        return host_of(self.url)

    @property
    def is_html(self) -> bool:
        return self.response.is_html

    @property
    def text(self) -> str:
        """The body's characters, at most `MAX_PARSED`."""
        return self.response.text[:MAX_PARSED]

    @cached_property
    def tree(self) -> Any | None:
        """lxml's tree, None when it is no HTML or cannot be read."""
        if not self.is_html or not self.response.body.strip():
            return None
        # Our own reading of the charset counts, whatever the page says of itself.
        parser = html.HTMLParser(encoding="utf-8", huge_tree=False, recover=True)
        try:
            markup = without_long_tags(self.text).encode("utf-8", "replace")
            return html.document_fromstring(markup, parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
            return None

    @cached_property
    def base(self) -> str:
        for element in self._all("base"):
            reference = _get(element, "href")
            if reference:
                return resolve(self.url, reference)
        return self.url

    @cached_property
    def title(self) -> str:
        for element in self._all("title"):
            return " ".join("".join(element.itertext()).split())[:300]
        return ""

    @cached_property
    def visible_text(self) -> str:
        """What a reader sees, without scripts and styles."""
        parts: list[str] = []
        for element in self._elements():
            if element.tag not in ("script", "style", "template", "noscript") and element.text:
                parts.append(element.text)
            if element.tail:
                parts.append(element.tail)
        return " ".join(" ".join(parts).split())

    @cached_property
    def links(self) -> tuple[Link, ...]:
        found = []
        for element in self._elements():
            tag = element.tag
            for name in ("href", "src", "data", "poster", "formaction"):
                reference = _get(element, name)
                if not reference or tag in ("base", "script"):
                    continue
                text = " ".join("".join(element.itertext()).split())[:200] if tag == "a" else ""
                found.append(
                    Link(
                        resolve(self.base, reference),
                        tag,
                        _get(element, "rel").lower(),
                        _get(element, "target"),
                        text,
                    )
                )
            if len(found) >= MAX_ITEMS:
                break
        return tuple(found)

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        found = []
        for element in self._all("script"):
            source = _get(element, "src")
            found.append(
                Script(
                    resolve(self.base, source) if source else "",
                    "" if source else (element.text or ""),
                    _get(element, "type").lower(),
                    _get(element, "integrity"),
                )
            )
            if len(found) >= MAX_ITEMS:
                break
        return tuple(found)

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        return tuple(self._form(element) for element in self._all("form"))[:MAX_ITEMS]

    @cached_property
    def comments(self) -> tuple[str, ...]:
        if self.tree is None:
            return ()
        texts = (str(each.text or "") for each in self.tree.getroottree().iter(etree.Comment))
        return tuple(text.strip() for text in texts if text.strip())[:MAX_ITEMS]

    @cached_property
    def metas(self) -> dict[str, str]:
        """Content of meta elements by name, property or http-equiv in lower case; the first of each."""
        found: dict[str, str] = {}
        for element in self._all("meta"):
            name = _get(element, "name") or _get(element, "property") or _get(element, "http-equiv")
            if name:
                found.setdefault(name.lower(), _get(element, "content"))
        return found

    def _form(self, element: Any) -> Form:
        fields = []
        for each in element.iter("input", "textarea", "select", "button"):
            kind = "textarea" if each.tag == "textarea" else each.tag if each.tag == "select" else ""
            fields.append(
                Field(
                    _get(each, "name") or _get(each, "id"),
                    kind or _get(each, "type").lower() or ("submit" if each.tag == "button" else "text"),
                    _get(each, "value"),
                    _get(each, "autocomplete").lower(),
                )
            )
        return Form(
            resolve(self.base, _get(element, "action")) or self.url,
            _get(element, "method").upper() or "GET",
            _get(element, "autocomplete").lower(),
            tuple(fields[:MAX_ITEMS]),
            {str(name): str(value) for name, value in element.attrib.items()},
        )

    def _elements(self) -> Iterator[Any]:
        if self.tree is not None:
            yield from (each for each in self.tree.iter() if isinstance(each.tag, str))

    def _all(self, tag: str) -> Iterator[Any]:
        if self.tree is not None:
            yield from self.tree.iter(tag)


def _get(element: Any, name: str) -> str:
    return str(element.get(name) or "").strip()
