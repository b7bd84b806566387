"""Elements with attributes by the ten thousand: comparing each with each would take the parser minutes."""

from __future__ import annotations

import re

MAX_TAG = 20_000
"""Characters of one element's opening, without the values in quotation marks."""
# Possessive, so that nothing is read twice.
_OPENING = re.compile(r"""<[A-Za-z](?:"[^"]*+"|'[^']*+'|[^"'<>])*+""")
_QUOTED = re.compile(r"""\"[^\"]*+\"|'[^']*+'""")


def without_long_tags(text: str) -> str:
    """The markup with such elements cut short; any other markup as it is."""
    parts: list[str] = []
    place = 0
    for found in _OPENING.finditer(text):
        if found.end() - found.start() > MAX_TAG and len(_QUOTED.sub("", found[0])) > MAX_TAG:
            parts += (text[place : found.start()], found[0][:MAX_TAG].rpartition(" ")[0])
            place = found.end()
    return "".join(parts) + text[place:] if parts else text
