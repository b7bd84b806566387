"""Texts of people in documents of XML, which knows no control characters, not even escaped ones."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def xml_text(text: str) -> str:
    """The text without what XML 1.0 (section 2.2) forbids: one such character makes a document unreadable."""
    return _FORBIDDEN.sub("", text)
