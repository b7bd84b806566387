"""Which script a text is written in, and which language it most likely is."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

# Words that are short, frequent, and rare in the other languages.
_FREQUENT: dict[str, str] = {
    "en": "the and of to is for with that this you are from your have not",
    "de": "und der die das ist mit für nicht ein eine auf von den dem sich werden",
    "fr": "les des est une dans pour que qui sur avec vous nous pas plus aux cette",
    "es": "los las una por con para que del más como está sus este pero",
    "pt": "uma para com não que dos das mais como você seu pelo são pela",
    "it": "gli della che per con una sono più anche alla nel dei questo",
    "nl": "het een van voor niet met zijn ook aan wordt naar bij deze",
    "pl": "się jest nie dla przez oraz jak tym jego które na że",
    "tr": "bir için ile olarak çok daha olan gibi kadar sonra değil ve",
    "vi": "của và các là cho được không trong với này một những",
    "id": "yang dan untuk dengan tidak ini dari pada adalah atau dalam akan",
    "ro": "și este pentru din care mai sunt sau prin această într",
    "cs": "je se na že jsou pro nebo jako který při také",
    "sv": "och att det som för med inte den till är av har",
    "da": "og det som til ikke med den har på er af",
    "fi": "on ja ei että se olla mutta tai kuin ovat",
    "hu": "és hogy nem egy az ez vagy csak meg",
}
_WORDS = {name: frozenset(words.split()) for name, words in _FREQUENT.items()}
_OWN = {
    "Hangul": "ko",
    "Thai": "th",
    "Hebrew": "he",
    "Greek": "el",
    "Devanagari": "hi",
    "Georgian": "ka",
    "Arabic": "ar",
}


@lru_cache(maxsize=20_000)
def script_of(char: str) -> str | None:
    """The writing system of a letter: Latin, Han, Kana, Hangul, Cyrillic, …; None for what is no letter."""
    if not char.isalpha():
        return None
    if char.isascii():
        return "Latin"
    name = unicodedata.name(char, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return "Kana"
    if name.startswith(("CJK", "IDEOGRAPHIC")):
        return "Han"
    return name.partition(" ")[0].capitalize() or None


def scripts_in(text: str) -> dict[str, int]:
    """How many letters of each writing system."""
    found: Counter[str] = Counter()
    for char, count in Counter(text).items():
        name = script_of(char)
        if name:
            found[name] += count
    return dict(found)


def language_of(scripts: Mapping[str, int], words: frozenset[str]) -> str:
    """An ISO 639-1 code, or an empty string when there is too little to go by."""
    total = sum(scripts.values())
    if total < 40:
        return ""
    if scripts.get("Kana", 0) > 0.05 * total:
        return "ja"
    if scripts.get("Han", 0) > 0.2 * total:
        return "zh"
    main = max(scripts, key=lambda name: scripts[name])
    if main == "Cyrillic":
        return "uk" if words & {"та", "що", "є", "від", "як"} and not words & {"что", "как", "или"} else "ru"
    if main != "Latin":
        return _OWN.get(main, main.lower())
    hits = {name: len(words & frequent) for name, frequent in _WORDS.items()}
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] >= 2 else ""
