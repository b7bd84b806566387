"""A fetched page reduced to what can be shown without doing anything: no scripts, no loads, nowhere to go.

This is the third lock, not the first: whoever serves the result does so sandboxed, in an origin of its own
and with a policy that loads nothing. It keeps text, structure and the styles inside the page, since those
show what a visitor saw.
"""

from __future__ import annotations

from lxml import etree, html

MAX_CHARS = 2_000_000
GONE = frozenset({
    "script", "noscript", "template", "iframe", "frame", "frameset", "object", "embed", "applet",
    "param", "link", "base", "meta", "audio", "video", "source", "track", "portal", "fencedframe",
    "math", "svg", "foreignobject", "slot", "xml",
})  # fmt: skip
KEPT = frozenset({
    "align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "checked", "class", "color",
    "cols", "colspan", "dir", "disabled", "face", "height", "hidden", "id", "label", "lang", "open",
    "placeholder", "reversed", "rows", "rowspan", "scope", "size", "span", "start", "style", "title",
    "type", "valign", "value", "width",
})  # fmt: skip
PICTURES = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")


def reduced(source: str) -> str:
    """A whole HTML document made of `source` (the first 2 MB); empty when nothing is left of it."""
    data = source[:MAX_CHARS].encode("utf-8", "replace").replace(b"\0", b"")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(data or b" ", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return ""
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag.lower() in GONE:
            _drop(element)
        else:
            _strip(element)
    return "<!doctype html>" + str(etree.tostring(root, method="html", encoding="unicode"))


def _drop(element: etree._Element) -> None:
    """Take an element out, with all inside it; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail, before = element.tail, element.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _strip(element: etree._Element) -> None:
    """Leave the attributes that only look; a picture keeps its source when it stands in the page itself."""
    source = str(element.get("src", ""))
    for name in list(element.attrib):
        if name not in KEPT:
            del element.attrib[name]
    if element.tag == "img" and source.strip().lower().startswith(PICTURES):
        element.set("src", source.strip())
