"""How random a string looks, and whether it is a sample that documentation shows."""

from __future__ import annotations

import math
import re
from collections import Counter

_PLACEHOLDER = re.compile(
    r"example|sample|dummy|placeholder|change.?me|your[-_ ]|[-_]here|insert|replace|redacted|xxxx|foobar|"
    r"\.\.\.|…|\*\*\*|<[a-z_ -]+>|\{\{|\$\{|%\(|%s|process\.env|todo|fake|test[-_]?(?:key|token)",
    re.I,
)
_SEQUENCE = re.compile(r"1234567|abcdefg|0{8}|deadbeef|qwerty", re.I)
_RUN = re.compile(r"(.)\1{5}")


def entropy(text: str) -> float:
    """Shannon's entropy in bits a character; 0 for nothing."""
    if not text:
        return 0.0
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def is_placeholder(text: str) -> bool:
    """Whether it is what a manual prints in the place of a secret."""
    return bool(_PLACEHOLDER.search(text) or _RUN.search(text))


def is_sample(text: str) -> bool:
    """Whether it is a placeholder, or what fingers type that are asked for something long."""
    return is_placeholder(text) or bool(_SEQUENCE.search(text))


def is_random(text: str, bits: float = 3.3) -> bool:
    """Whether a string may be a key: of several kinds of characters, of high entropy, and no sample."""
    kinds = (str.isdigit, str.islower, str.isupper)
    mixed = sum(any(map(kind, text)) for kind in kinds) >= 2
    return mixed and entropy(text) >= bits and not is_sample(text)


def passes_luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_chinese_id(text: str) -> bool:
    """Eighteen characters with the check character of GB 11643-1999, a plausible region and date of birth."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if not 11 <= int(text[:2]) <= 82 or not 1900 <= int(text[6:10]) <= 2099:
        return False
    if not 1 <= int(text[10:12]) <= 12 or not 1 <= int(text[12:14]) <= 31:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True))
    return "10X98765432"[total % 11] == text[17].upper()
