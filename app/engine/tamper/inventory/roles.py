"""What an element is, by its role: one method a kind of element, each adds to the inventory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from itertools import islice
from typing import Any

from lxml import etree

from app.engine.net.urls import host_of, path_of, resolve
from app.engine.tamper.inventory.model import Anchor, Form, Inline, Inventory, Line, Picture, Ref
from app.engine.tamper.inventory.region import LEVELS, stable_class
from app.engine.tamper.inventory.script import read_script
from app.engine.tamper.inventory.style import hides, looks_like_text, urls_in

MAX_OF_A_KIND = 20_000
MAX_CODE = 1_500_000
"""Characters of script read a page."""
LABEL = 200
_EXCERPT = 400
_MAX_INSIDE = 300
_PICTURED = frozenset(("img", "svg", "image", "picture", "i", "span"))
BLANKS = re.compile(r"\s+")
_REFRESH = re.compile(r"\s*([\d.]*)[\s;,]*(?:url\s*=\s*)?[\"']?\s*([^\"']*)", re.I)
_LOGO = re.compile(r"logo|brand", re.I)
_QR = re.compile(r"(?<![a-z])qr(?![a-z]{3,})|qrcode|erweima|ewm|wxcode|二维码|微信", re.I)
_LARGE = re.compile(r"hero|banner|carousel|slide|cover|jumbotron|masthead", re.I)
VERSIONED = re.compile(r"\d+")
SECRET = {
    "password": re.compile(r"pass(?:word|wd)?|pwd|passwort|contrase|senha|密码|口令", re.I),
    "card": re.compile(
        r"card.?n|cardnum|ccnum|cc-?number|cvv|cvc|cc-csc|kreditkart|pan\b|卡号|iban|kontonummer", re.I
    ),
}
_FRAME_SOURCES = ("src", "data", "archive", "codebase", "movie", "data-src", "code")
_ICONS = frozenset(("icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon", "fluid-icon"))
_NO_SCRIPT_URL = re.compile(r"\s*(?:javascript|vbscript|data:text/html|data:image/svg)", re.I)
_CONTENT = re.compile(r"content\s*:\s*[\"']([^\"'\\]{8,300})[\"']", re.I)
Attributes = Mapping[str, str]


class Roles:
    """Where the walk stands in the page, and what it has found."""

    def __init__(self, inventory: Inventory) -> None:
        self.page = inventory
        self.base = inventory.final_url or inventory.url
        self._parts: list[str] = []
        self._hidden: list[str] = []
        self._roots: list[str] = []
        self._code = 0
        self._form: tuple[list[str], int] | None = None
        self._loose: list[str] = []

    @property
    def region(self) -> str:
        return ">".join(self._parts[-LEVELS:])

    def _root(self, attributes: Attributes, classes: str, how: str) -> str:
        """What hides: an element that was always there hides nothing new."""
        style = VERSIONED.sub("0", attributes.get("style", "")) if attributes else ""
        name = VERSIONED.sub("", attributes.get("id", "")) if attributes else ""
        root = digest(f"{self.region}|{how}|{stable_class(classes)}|{name}|{style}")
        self.page.hidden_roots[root] = self.page.hidden_roots.get(root, 0) + 1
        return root

    def _ref(self, role: str, url: str, note: str = "") -> None:
        if len(self.page.refs) >= MAX_OF_A_KIND:
            self.page.is_cut = True
            return
        if url[:5].lower() == "data:":
            absolute, host = f"{url[:60]}…{digest(url)}" if len(url) > 60 else url, ""
        else:
            absolute = resolve(self.base, url[:4_000])
            host = host_of(absolute)
        hidden = self._hidden[-1] if self._hidden else ""
        self.page.refs.append(Ref(role, absolute, host, self.region, hidden, note))

    def _inline(self, origin: str, text: str, place: str, kind: str = "") -> None:
        if not text.strip():
            return
        self._code += len(text)
        if len(self.page.inlines) >= MAX_OF_A_KIND or self._code > MAX_CODE:
            self.page.is_cut = True
            return
        facts = read_script(text, kind)
        excerpt = " ".join(text[:2_000].split())[:_EXCERPT]
        self.page.inlines.append(
            Inline(
                origin,
                digest(text),
                *facts,
                region=place if origin != "script" else self.region,
                excerpt=excerpt,
            )
        )

    def _script(self, element: Any, attributes: Attributes) -> None:
        source = attributes.get("src") or attributes.get("href") or attributes.get("xlink:href")
        kind = attributes.get("type", "")
        if source:
            if source[:5].lower() == "data:":
                self._inline("address", source, "script[src]")
            self._ref("script", source, attributes.get("integrity", "") or kind)
        if attributes.get("data-main"):
            self._ref("script", attributes["data-main"], "data-main")
        text = element.text
        if text:
            self._inline("script", text, "", kind)

    def _frame(self, element: Any, attributes: Attributes) -> None:
        url = next((attributes[name] for name in _FRAME_SOURCES if attributes.get(name)), "")
        if url:
            if _NO_SCRIPT_URL.match(url):
                self._inline("address", url, f"{element.tag}[src]")
            self._ref("frame", url, element.tag)
        inner = attributes.get("srcdoc")
        if inner:
            self._inline("address", inner, "iframe[srcdoc]")

    def _link(self, element: Any, attributes: Attributes) -> None:
        rel = set(attributes.get("rel", "").lower().split())
        url = attributes.get("href", "")
        if not url:
            return
        if any(name.endswith("stylesheet") for name in rel):
            self._ref("stylesheet", url, attributes.get("integrity", ""))
        elif rel & _ICONS:
            self._ref("icon", url)
        elif "canonical" in rel:
            self._ref("canonical", url)
        elif rel & {"preload", "modulepreload", "prefetch"}:
            self._ref("preload", url, attributes.get("as", ""))
        elif rel & {"manifest", "import", "amphtml", "alternate"}:
            self._ref(
                next(iter(rel & {"manifest", "import", "amphtml", "alternate"})),
                url,
                attributes.get("type", ""),
            )
        elif rel & {"preconnect", "dns-prefetch"}:
            self._ref("preconnect", url)

    def _meta(self, element: Any, attributes: Attributes) -> None:
        content = attributes.get("content", "")
        if attributes.get("http-equiv", "").lower().strip() == "refresh":
            match = _REFRESH.match(content)
            if match and match[2].strip():
                self._ref("refresh", match[2], match[1])
            return
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        if name == "description":
            self.page.description = self.page.description or content[:1_000]
        elif name == "keywords":
            self.page.keywords = self.page.keywords or content[:1_000]
        elif name in ("og:url", "og:image", "twitter:url") and content:
            self._ref("meta", content, name)
        elif name in ("og:title", "og:description", "twitter:title", "twitter:description") and content:
            self.page.lines.append(Line(BLANKS.sub(" ", content[:500]).strip(), f"meta[{name}]", "meta"))

    def _base(self, element: Any, attributes: Attributes) -> None:
        url = attributes.get("href")
        if url:
            self._ref("base", url)
            absolute = resolve(self.base, url[:1_000])
            if host_of(absolute):
                self.base = absolute

    def _anchor(self, element: Any, attributes: Attributes) -> None:
        url = attributes.get("href") or attributes.get("xlink:href")
        if url is None or len(self.page.anchors) >= MAX_OF_A_KIND:
            return
        url = url.strip()
        if not url or url[0] == "#":
            return
        lower = url[:24].lower()
        if _NO_SCRIPT_URL.match(lower):
            self._inline("address", url, "a[href]")
            return
        label = BLANKS.sub(" ", _text_of(element))[: LABEL * 2].strip()[:LABEL]
        cls = stable_class(attributes.get("class", ""))
        hidden = self._hidden[-1]
        if not label:
            label, hidden = self._label_of(element, attributes, hidden, cls)
        style = attributes.get("style")
        if not hidden and style and looks_like_text(style):
            hidden = "like-text"
        root = self._roots[-1]
        if hidden and not self._hidden[-1]:
            root = self._root(attributes, attributes.get("class", ""), hidden)
        absolute = resolve(self.base, url[:4_000])
        self.page.anchors.append(
            Anchor(
                label,
                absolute,
                host_of(absolute),
                self.region,
                hidden,
                cls,
                root if hidden else "",
            )
        )

    def _label_of(self, element: Any, attributes: Attributes, hidden: str, cls: str) -> tuple[str, str]:
        """A link without text is called by its picture or its title; with neither it cannot be seen."""
        picture = next(
            (child for child in islice(element.iter(), 1, _MAX_INSIDE) if child.tag in _PICTURED),
            None,
        )
        name = attributes.get("title") or attributes.get("aria-label") or ""
        if picture is not None:
            if picture.tag == "img":
                if hides(picture.get("style", "")) or picture.get("width") in ("0", "1"):
                    hidden = hidden or "empty"
                name = name or picture.get("alt") or path_of(picture.get("src", "")).rsplit("/", 1)[-1]
            return f"[{VERSIONED.sub('', name)[:LABEL]}]", hidden
        if not (cls or name or attributes.get("style") or attributes.get("id")):
            hidden = hidden or "empty"
        return f"[{name[:LABEL]}]", hidden

    def _start_form(self, element: Any, attributes: Attributes) -> None:
        action = attributes.get("action", "")
        url = resolve(self.base, action[:4_000]) if action else self.base
        if _NO_SCRIPT_URL.match(action):
            self._inline("address", action, "form[action]")
            url = ""
        method = attributes.get("method", "get").lower()
        self._form = ([], len(self.page.forms))
        self.page.forms.append(Form(url, host_of(url), method, (), self.region, self._hidden[-1]))

    def _end_form(self) -> None:
        if self._form is not None:
            kinds, index = self._form
            self.page.forms[index] = self.page.forms[index]._replace(fields=tuple(sorted(set(kinds))))
            self._form = None

    def _field(self, element: Any, attributes: Attributes) -> None:
        kind = attributes.get("type", "text" if element.tag == "input" else element.tag).lower()
        words = " ".join(attributes.get(name, "") for name in ("name", "id", "autocomplete", "placeholder"))
        secret = next((name for name, pattern in SECRET.items() if pattern.search(words)), None)
        if kind in ("text", "password", "tel", "number", "email") and (secret or kind == "password"):
            kind = secret or "password"
        target = self._form[0] if self._form is not None else self._loose
        if kind not in ("hidden", "submit", "button"):
            target.append(kind)
        value = attributes.get("value", "")
        if (
            kind == "hidden"
            and 6 < len(value) < 500
            and ("@" in value or "//" in value)
            and attributes.get("name")
        ):
            self.page.refs.append(
                Ref("value", value, host_of(value), self.region, self._hidden[-1], attributes["name"][:80])
            )
        action = attributes.get("formaction")
        if action:
            self._ref("form", action, "formaction")
        if kind == "image" and attributes.get("src"):
            self._ref("background", attributes["src"])

    def _picture(self, element: Any, attributes: Attributes) -> None:
        lazy = (
            attributes.get("data-src") or attributes.get("data-original") or attributes.get("data-lazy-src")
        )
        url = attributes.get("src") or ""
        if lazy and (not url or url[:5] == "data:"):
            url = lazy
        url = (
            url
            or attributes.get("srcset", "").strip().split(" ")[0].rstrip(",")
            or attributes.get("href", "")
        )
        if not url or len(self.page.pictures) >= MAX_OF_A_KIND:
            return
        if url[:5].lower() == "data:":
            absolute, host = f"{url[:40]}…{digest(url)}", ""
        else:
            absolute = resolve(self.base, url[:4_000])
            host = host_of(absolute)
        alt = attributes.get("alt", "")
        words = " ".join(
            (attributes.get("class", ""), attributes.get("id", ""), alt, url[-120:], *self._parts[-3:])
        )
        role = role_of(words)
        cls = stable_class(attributes.get("class", ""))
        key = f"{VERSIONED.sub('', alt)[:80]}|{cls}|{VERSIONED.sub('', attributes.get('id', ''))[:40]}"
        self.page.pictures.append(Picture(role, absolute, host, key, self.region))

    def _media(self, element: Any, attributes: Attributes) -> None:
        for name in ("src", "poster"):
            if attributes.get(name):
                self._ref("media", attributes[name], element.tag)

    def _style(self, element: Any, attributes: Attributes) -> None:
        for text in _CONTENT.findall(element.text or "")[:50]:
            self.page.lines.append(Line(text, "style", ""))
        for url in urls_in(element.text or ""):
            self._ref("import" if url.split("?")[0].endswith(".css") else "background", url, "style")

    def _title(self, element: Any, attributes: Attributes) -> None:
        if not self.page.title and "svg" not in self._parts:
            self.page.title = BLANKS.sub(" ", element.text or "").strip()[:1_000]

    def _html(self, element: Any, attributes: Attributes) -> None:
        self.page.lang = self.page.lang or attributes.get("lang", "").lower()[:20]


def _text_of(element: Any) -> str:
    """The text in an element, of its first few hundred descendants: links in links must not cost squares."""
    if not len(element):
        return str(element.text or "")
    found: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, each in islice(walk, _MAX_INSIDE):
        text = each.text if event == "start" else each.tail if each is not element else None
        if text:
            found.append(text[:_EXCERPT])
    return "".join(found)


def role_of(words: str) -> str:
    """What a picture is for, by its names: logo, qr, large or picture."""
    if _LOGO.search(words):
        return "logo"
    return "qr" if _QR.search(words) else "large" if _LARGE.search(words) else "picture"


def digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
