"""The start tags of a page, read as a stream: no tree is built, and nothing is repaired.

What is inside script, style, title, textarea and xmp elements or comments is text. Linear in the page's size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

_BLANK = " \t\n\f\r"
_OPENING = re.compile(r"<(?=[A-Za-z!?/])")
_RAW = {
    name: re.compile(rf"</{name}(?=[> \t\n\f\r])", re.I)
    for name in ("script", "style", "title", "textarea", "xmp")
}
_NAME_END = re.compile(r"[=/> \t\n\f\r]")
_TAG_END = re.compile(r"[/> \t\n\f\r]")
_VALUE_END = re.compile(r"[> \t\n\f\r]")
_ENTITY = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,8});?|#([0-9]{1,8});?|([A-Za-z][A-Za-z0-9]{1,40});?)")


def elements(page: str, *wanted: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Name and attributes of every element of these names. Of an attribute given twice the first counts."""
    position = 0
    while opening := _OPENING.search(page, position):
        start = opening.start()
        if page[start + 1].isalpha():
            found = _start_tag(page, start + 1)
            if found is None:
                return
            name, attributes, position = found
            if name in wanted:
                yield name, attributes
        else:
            position = _after_other(page, start)
            if position < 0:
                return


def _after_other(page: str, start: int) -> int:
    """Where a comment, declaration or end tag ends; -1 when it does not."""
    if page.startswith("<!--", start):
        end, length = page.find("-->", start + 2), 3
    elif page.startswith("<![CDATA[", start):
        end, length = page.find("]]>", start + 9), 3
    else:
        end, length = page.find(">", start + 2), 1
    return end + length if end >= 0 else -1


def _start_tag(page: str, start: int) -> tuple[str, dict[str, str], int] | None:
    """Name, attributes, and where reading goes on; None when the page ends within the tag."""
    end_of_name = _name_end(page, start)
    name = page[start:end_of_name].lower()
    attributes: dict[str, str] = {}
    position, is_closed = end_of_name, False
    while position < len(page):
        character = page[position]
        if character == ">":
            return name, attributes, _after_raw(page, name, position + 1, is_closed)
        if character in _BLANK:
            position += 1
        elif character == "/":
            is_closed = True
            position += 1
        else:
            is_closed = False
            position = _attribute(page, position, attributes)
    return None


def _name_end(page: str, start: int) -> int:
    found = _TAG_END.search(page, start)
    return found.start() if found else len(page)


def _after_raw(page: str, name: str, position: int, is_closed: bool) -> int:
    """Past the text of an element that holds nothing but text; one closed in itself ("/>") has none."""
    ending = _RAW.get(name)
    if ending is None or is_closed:
        return position
    found = ending.search(page, position)
    return found.start() if found else len(page)


def _attribute(page: str, start: int, attributes: dict[str, str]) -> int:
    found = _NAME_END.search(page, start + 1)
    end = found.start() if found else len(page)
    name = page[start:end].lower()
    position = _skip_blanks(page, end)
    value = ""
    if position < len(page) and page[position] == "=":
        value, position = _value(page, _skip_blanks(page, position + 1))
    attributes.setdefault(name, value)
    return position


def _value(page: str, start: int) -> tuple[str, int]:
    quote = page[start : start + 1]
    if quote in ('"', "'") and quote:
        end = page.find(quote, start + 1)
        if end < 0:
            return "", len(page)
        return _decoded(page[start + 1 : end]), end + 1
    found = _VALUE_END.search(page, start)
    end = found.start() if found else len(page)
    return _decoded(page[start:end]), end


def _skip_blanks(page: str, position: int) -> int:
    while position < len(page) and page[position] in _BLANK:
        position += 1
    return position


def _decoded(value: str) -> str:
    return _ENTITY.sub(_character, value) if "&" in value else value


def _character(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name is None:
        return _by_number(int(hexadecimal, 16) if hexadecimal else int(decimal))
    if found[0].endswith(";"):
        return html5.get(f"{name};", found[0])
    # Without a semicolon only the old names count, and in attributes only before what cannot go on a name.
    following = found.string[found.end() : found.end() + 1]
    return html5.get(name, found[0]) if following != "=" else found[0]


def _by_number(number: int) -> str:
    if number == 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    return chr(number)
