"""Which language a page speaks: by script first, then by the commonest little words."""

from __future__ import annotations

import re

_SCRIPTS = (
    ("ja", r"[\u3040-\u30ff]"),
    ("ko", r"[\uac00-\ud7af]"),
    ("zh", r"[\u4e00-\u9fff]"),
    ("ar", r"[\u0600-\u06ff]"),
    ("he", r"[\u0590-\u05ff]"),
    ("hi", r"[\u0900-\u097f]"),
    ("th", r"[\u0e00-\u0e7f]"),
    ("el", r"[\u0370-\u03ff]"),
    ("my", r"[\u1000-\u109f]"),
    ("ru", r"[\u0400-\u04ff]"),
)
_WORDS = {
    "en": "the and of to in is for you with on",
    "de": "der die und das ist nicht mit für auf ein",
    "fr": "le la les des et est pour une dans vous",
    "es": "el los las del que para una con por más",
    "pt": "os das que para uma com não você mais por",
    "it": "il di che per una con non della sono più",
    "pl": "na się nie jest do że oraz dla jak przez",
    "nl": "het een van en niet voor met op zijn aan",
    "tr": "bir ve için ile bu daha olarak çok üye ya",
    "vi": "của và là được cho các không người trong một",
    "cs": "se na je že pro jako není nebo jste při",
    "sk": "sa na je že pre ako nie alebo sme pri",
    "hu": "és az egy hogy nem van meg vagy csak ki",
    "sv": "och att det som för på är med inte av",
    "da": "og at det som til på er med ikke af",
    "ro": "și în pentru cu este mai sunt din sau nu",
    "lt": "ir yra su kad į iš arba jūsų tai nuo",
    "id": "dan yang untuk dengan di ini anda tidak atau dari",
    "fi": "ja on ei se että tai voit kun ovat mutta",
}
_LETTER = re.compile(r"[^\W\d_]")
# Languages that share a script, by letters of their own.
_RELATIVES = (("ru", "uk", "іїєґ"), ("ru", "be", "ў"), ("ru", "bg", "ъ"), ("ar", "fa", "پچگژی"))


def letters(text: str) -> int:
    """Letters in it; a Han, kana or hangul sign counts as four."""
    wide = len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", text))
    return len(_LETTER.findall(text)) + 3 * wide


def guess(text: str, head: str = "") -> str:
    """The language's code of two letters; the page's own word decides only where its text can't."""
    total = max(1, len(_LETTER.findall(text)))
    for code, pattern in _SCRIPTS:
        share = len(re.findall(pattern, text)) / total
        if share > (0.06 if code in {"ja", "ko"} else 0.2):
            return _relative(code, text)
    tokens = re.findall(r"[^\W\d_]+", text.lower())[:4000]
    scores = {code: sum(map(tokens.count, words.split())) for code, words in _WORDS.items()}
    best = max(scores, key=lambda code: scores[code])
    if scores[best] >= max(3, len(tokens) * 0.02):
        return best
    named = re.search(r"<html[^>]+lang=[\"']?([a-z]{2})", head, re.IGNORECASE)
    return named[1].lower() if named else best


def _relative(code: str, text: str) -> str:
    lower = text.lower()
    for script, other, signs in _RELATIVES:
        if script == code and sum(lower.count(sign) for sign in signs) > len(lower) * 0.006:
            return other
    return code
