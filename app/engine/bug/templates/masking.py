"""Secrets in what a site said: words that look like one are shown by their ends only."""

from __future__ import annotations

import re

from app.engine.bug.mask import mask_secret

_WORD = re.compile(r"[A-Za-z0-9+/=_.:-]{16,}")


def masked(text: str) -> str:
    """Long words of digits and letters masked; addresses and versions stay."""
    return _WORD.sub(lambda found: mask_secret(found[0]) if _is_secret(found[0]) else found[0], text)


def _is_secret(word: str) -> bool:
    has_both = any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)
    return has_both and not word.startswith(("http:", "https:")) and word.count(".") < 2
