"""Where things are in a page's source: a tolerant reader that keeps every byte's place.

Pages are changed as text, at places this reader finds, since a parser that writes the page out again would
make every page look like the parser's own. Spans are character offsets.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[!?][^>]*>"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][\w:.-]*)(?P<attrs>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)(?P<end>>)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s=\"'<>/]+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?", re.DOTALL
)
_RAW = {"script", "style", "textarea", "title", "xmp", "noembed", "template"}
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr", "basefont", "frame", "keygen",
}  # fmt: skip
_ENDS_ITSELF = {"p", "li", "td", "th", "tr", "option", "dt", "dd"}
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|(?:left|top|right|text-indent|margin[\w-]*)\s*:\s*-\d{3}"
    r"|(?:height|width|font-size)\s*:\s*[01](?:px)?\s*(?:;|$|!|\})|clip|scale\(0",
    re.IGNORECASE,
)
_HIDING_CODE = re.compile(
    r"getElementById\([\"']([\w-]+)[\"']\)\.style\.(?:display|visibility)|\$\([\"']#([\w-]+)[\"']\)\.(?:hide|css|fade|slide|toggle)"
)
_HIDDEN_CLASS = re.compile(
    r"hid(?:e|den)|(?:^|-)none$|invisible|sr-only|offscreen|screen-reader|collapse|modal|dropdown|popup|overlay|closed|noscript|(?:^|-)js(?:-|$)",
    re.IGNORECASE,
)
_TAGS = re.compile(r"<[^>]*>")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace [start, end) of the source by `text`."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Element:
    """One element: its opening tag is [start, inner), its content [inner, inner_end), all [start, end)."""

    name: str
    start: int
    inner: int
    inner_end: int
    end: int
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element] = field(default_factory=list)

    @property
    def depth(self) -> int:
        depth, node = 0, self.parent
        while node is not None:
            depth, node = depth + 1, node.parent
        return depth

    def ancestors(self) -> Iterator[Element]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.walk()


class Document:
    """A page's source with the places of its elements."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.elements: list[Element] = []
        self._read()

    def _read(self) -> None:
        stack: list[Element] = []
        source, position = self.source, 0
        while match := _TOKEN.search(source, position):
            position = match.end()
            name = (match["name"] or "").lower()
            if not name:
                continue
            if match["close"]:
                self._close(stack, name, match.start(), match.end())
                continue
            if name in _ENDS_ITSELF and stack and stack[-1].name == name:
                self._close(stack, name, match.start(), match.start())
            element = self._open(stack, name, match)
            if name in _RAW:
                position = self._skip_raw(element, position)
            elif name not in _VOID and not match["attrs"].endswith("/"):
                stack.append(element)
        while stack:
            self._finish(stack.pop(), len(source), len(source))

    def _open(self, stack: list[Element], name: str, match: re.Match[str]) -> Element:
        parent = stack[-1] if stack else None
        attributes = attributes_of(match["attrs"])
        element = Element(name, match.start(), match.end(), match.end(), match.end(), attributes, parent)
        self.elements.append(element)
        if parent is not None:
            parent.children.append(element)
        return element

    def _skip_raw(self, element: Element, position: int) -> int:
        closing = re.compile(f"</{element.name}\\s*>", re.IGNORECASE).search(self.source, position)
        start, end = (closing.start(), closing.end()) if closing else (len(self.source), len(self.source))
        self._finish(element, start, end)
        return end

    def _close(self, stack: list[Element], name: str, start: int, end: int) -> None:
        if not any(element.name == name for element in stack[-40:]):
            return
        while stack:
            element = stack.pop()
            if element.name == name:
                self._finish(element, start, end)
                return
            self._finish(element, start, start)

    @staticmethod
    def _finish(element: Element, start: int, end: int) -> None:
        element.inner_end, element.end = start, end

    def find(self, *names: str) -> list[Element]:
        """The elements of these names, in order."""
        return [element for element in self.elements if element.name in names]

    def first(self, name: str) -> Element | None:
        return next((element for element in self.elements if element.name == name), None)

    def where(self, condition: Callable[[Element], bool]) -> list[Element]:
        return [element for element in self.elements if condition(element)]

    def inner(self, element: Element) -> str:
        return self.source[element.inner : element.inner_end]

    def outer(self, element: Element) -> str:
        return self.source[element.start : element.end]

    def text(self, element: Element) -> str:
        """What the element says, without its markup."""
        return plain_text(self.inner(element))

    @cached_property
    def head_end(self) -> int:
        """Just before </head>, or where the body begins, or 0."""
        head = self.first("head")
        if head is not None:
            return head.inner_end
        body = self.first("body")
        return body.start if body else 0

    @cached_property
    def head_start(self) -> int:
        head = self.first("head")
        return head.inner if head is not None else self.head_end

    @cached_property
    def body_start(self) -> int:
        body = self.first("body")
        return body.inner if body else 0

    @cached_property
    def body_end(self) -> int:
        """Just before the last </body>, or the end of the source."""
        found = [m.start() for m in re.finditer(r"</body\s*>", self.source, re.IGNORECASE)]
        return found[-1] if found else len(self.source)

    @cached_property
    def language(self) -> str:
        root = self.first("html")
        return (root.attributes.get("lang", "") if root else "").lower()

    @cached_property
    def blocks(self) -> list[Element]:
        """Containers in the body that are neither tiny nor most of the page."""
        most = len(self.source) * 0.5
        names = {"div", "section", "aside", "article", "main", "footer", "header", "td", "nav"}
        return [
            element
            for element in self.elements
            if element.name in names
            and 40 < element.inner_end - element.inner < most
            and element.end > element.inner_end
            and element.start >= self.body_start
            and not self.is_hidden(element)
        ]

    @cached_property
    def _hiding_rules(self) -> set[str]:
        """Classes and ids, with their sign, that some rule of the page's own styles hides."""
        names: set[str] = set()
        for style in self.find("style"):
            for selectors, rules in _RULE.findall(self.inner(style)):
                if _HIDING.search(rules):
                    names.update(re.findall(r"[.#][\w-]+", selectors))
        for script in self.find("script"):
            names.update("#" + (found[1] or found[2]) for found in _HIDING_CODE.finditer(self.inner(script)))
        return names

    def is_hidden(self, element: Element) -> bool:
        """Whether a visitor may not see what stands there: by the element or anything around it."""
        return any(self._hides(each) for each in (element, *element.ancestors()))

    def _hides(self, element: Element) -> bool:
        attributes = element.attributes
        if element.name in {"noscript", "template", "select", "object", "svg", "iframe"}:
            return True
        if (
            "hidden" in attributes
            or attributes.get("aria-hidden") == "true"
            or _HIDING.search(attributes.get("style", ""))
        ):
            return True
        classes = attributes.get("class", "").split()
        if any(_HIDDEN_CLASS.search(name) for name in classes):
            return True
        named = {f".{name}" for name in classes} | {f"#{attributes.get('id', '')}"}
        return not named.isdisjoint(self._hiding_rules)

    @cached_property
    def lists(self) -> list[list[Element]]:
        """Runs of at least three siblings alike, each with a link: news lists, cards, menus."""
        runs: list[list[Element]] = []
        for parent in self.elements:
            by_kind: dict[tuple[str, str], list[Element]] = {}
            for child in parent.children:
                if child.name in {"li", "div", "article", "tr", "dd", "a", "section"}:
                    kind = (child.name, child.attributes.get("class", "").split(" ")[0])
                    by_kind.setdefault(kind, []).append(child)
            runs += [run for run in by_kind.values() if len(run) >= 3]
        return [run for run in runs if all(map(_is_item, run)) and self._linked(run) >= len(run) * 0.7]

    def _linked(self, run: list[Element]) -> int:
        return sum("<a" in self.outer(element).lower() for element in run)

    @cached_property
    def paragraphs(self) -> list[Element]:
        """Elements that hold a sentence of words and little else."""
        found = []
        for element in self.elements:
            if element.name in {"p", "li", "td", "dd", "blockquote", "h1", "h2", "h3", "h4"}:
                if element.end > element.inner_end and not any(
                    child.name not in {"a", "b", "strong", "em", "i", "span", "br"}
                    for child in element.children
                ):
                    if 30 <= len(self.text(element)) <= 2000 and element.start >= self.body_start:
                        found.append(element)
        return found


def _is_item(element: Element) -> bool:
    return element.end > element.inner_end and element.end - element.start < 6000


def attributes_of(source: str) -> dict[str, str]:
    """An opening tag's attributes, names in lower case, values as a browser reads them."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(source):
        value = match["value"] or ""
        if value[:1] in "\"'" and value:
            value = value[1:-1]
        found.setdefault(match["name"].lower(), entities.unescape(value) if "&" in value else value)
    return found


def plain_text(source: str) -> str:
    """Words of a piece of markup, spaces folded, scripts and styles left out."""
    source = re.sub(r"<(script|style)\b.*?</\1\s*>", " ", source, flags=re.DOTALL | re.IGNORECASE)
    return _SPACES.sub(" ", entities.unescape(_TAGS.sub(" ", source))).strip()


def escape(text: str) -> str:
    return entities.escape(text, quote=True)


def apply(source: str, edits: list[Edit]) -> str:
    """The source after `edits`, which must not overlap; edits at one place keep their order."""
    parts, position = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        parts += [source[position : edit.start], edit.text]
        position = max(position, edit.end)
    parts.append(source[position:])
    return "".join(parts)


def set_attribute(tag: str, name: str, value: str) -> str:
    """An opening tag with the attribute set, in place where it was there already."""
    pattern = re.compile(rf"(\s{re.escape(name)}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.IGNORECASE)
    written = f'"{entities.escape(value, quote=True)}"'
    if pattern.search(tag):
        return pattern.sub(lambda match: match[1] + written, tag, count=1)
    cut = len(tag) - (2 if tag.endswith("/>") else 1)
    return f"{tag[:cut].rstrip()} {name}={written}{' ' if tag.endswith('/>') else ''}{tag[cut:]}"
