"""What money and trust hang on: phone numbers, mail addresses, accounts, wallets, messenger names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Token(NamedTuple):
    """`context` is the line it stands in, without digits and with the token as `∎`."""

    kind: str
    value: str
    context: str


MAX_OF_A_LINE = 200
_DIGITS = re.compile(r"\d+")
_NOT_DIGITS = re.compile(r"\D")
_B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _phone(text: str) -> str | None:
    digits = _NOT_DIGITS.sub("", text)
    if not 7 <= len(digits) <= 15 or re.fullmatch(
        r"\s*(?:19|20)\d\d\s*[-–/.]\s*(?:(?:19|20)\d\d|\d\d?\s*[-/.]\s*\d\d?)\s*", text
    ):
        return None
    return digits.lstrip("0")[-10:] if text.strip().startswith(("+", "0")) or len(digits) >= 8 else digits


def _iban(text: str) -> str | None:
    """ISO 13616: the check digits make the whole number 1 modulo 97."""
    code = re.sub(r"[\s-]", "", text).upper()
    if not 15 <= len(code) <= 34:
        return None
    number = "".join(str(int(char, 36)) for char in code[4:] + code[:4])
    return code if int(number) % 97 == 1 else None


def _card(text: str) -> str | None:
    """ISO/IEC 7812: the Luhn sum."""
    digits = _NOT_DIGITS.sub("", text)
    if not 16 <= len(digits) <= 19 or len(set(digits)) < 4:
        return None
    total = sum(
        (d * 2 - 9 if d > 4 else d * 2) if i % 2 else d for i, d in enumerate(map(int, reversed(digits)))
    )
    return digits if total % 10 == 0 else None


def _as_is(text: str) -> str | None:
    return text


def _lower(text: str) -> str | None:
    return text.lower().rstrip(".")


_CALLED = {
    "iban": re.compile(r"\biban\b|konto|account|compte|cuenta|conta|conto|счет|счёт|账号|帐号|账户", re.I),
    "card": re.compile(
        r"card|karte|carte|tarjeta|cart[ãa]o|карт|卡号|账号|帐号|账户|口座|계좌|konto|account|cuenta|compte",
        re.I,
    ),
}
_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], str | None], str], ...] = (
    (
        "mail",
        re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}+@(?:[\w-]{1,63}\.){1,20}[a-z]{2,24}\b", re.I),
        _lower,
        "@",
    ),
    (
        "iban",
        re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b"),
        _iban,
        "",
    ),
    (
        "wallet",
        re.compile(
            rf"\b(?:bc1[ac-hj-np-z02-9]{{25,62}}|[13][{_B58}]{{25,34}}|0x[0-9a-fA-F]{{40}}|T[{_B58}]{{33}}"
            rf"|4[0-9AB][{_B58}]{{93}}|(?:ltc1|tb1|cosmos1|addr1)[ac-hj-np-z02-9]{{25,100}}|(?:bitcoincash:)?q[ac-hj-np-z02-9]{{41}}"
            rf"|D[5-9A-HJ-NP-U][{_B58}]{{32}}|[LM][{_B58}]{{26,33}}|r[{_B58}]{{27,34}})\b"
        ),
        _as_is,
        "",
    ),
    ("card", re.compile(r"(?<![\d-])\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?![\d-])"), _card, ""),
    (
        "messenger",
        re.compile(
            r"(?<![a-zA-Z])(?:QQ|微信(?:号|公众号)?|WeChat|Weixin|Telegram|WhatsApp|LINE|Skype|Viber|TG|飞机)\s*(?:ID|群|号)?\s*[:：@]\s*"
            r"([@A-Za-z0-9][A-Za-z0-9_.+-]{3,39})",
            re.I,
        ),
        _lower,
        "",
    ),
    (
        "phone",
        re.compile(
            r"(?<![\w./=@-])(?:\+\d{1,3}[\s.\-()/]{0,3}|\(\d{2,5}\)[\s.-]{0,2}|0\d{1,4}[\s.\-()/]{1,3}|1[3-9]\d[\s-]?|[48]00[\s-]"
            r"|\d{3}[\s.-])\d{1,5}(?:[\s.\-()/]{0,2}\d{2,5}){1,4}(?![\w@])",
        ),
        _phone,
        "",
    ),
)


def tokens_in(line: str) -> Iterator[Token]:
    """The tokens of one line of text; each stretch of it is one thing only."""
    taken: list[tuple[int, int]] = []
    has_digits = sum(map(str.isdigit, line)) >= 2
    for kind, pattern, clean, need in _KINDS:
        if (need and need not in line) or (not need and kind != "messenger" and not has_digits):
            continue
        for match in pattern.finditer(line):
            group = 1 if pattern.groups else 0
            before = line[max(0, match.start() - 24) : match.start()]
            value = clean(match[group]) or _named(kind, match[group], before)
            start, end = match.span(group)
            if value is None or any(start < other[1] and end > other[0] for other in taken):
                continue
            if len(taken) >= MAX_OF_A_LINE:
                return
            taken.append((start, end))
            yield Token(kind, value, context_of(line, start, end))


def _named(kind: str, text: str, before: str) -> str | None:
    """A number that fails its check sum but is called what it is."""
    pattern = _CALLED.get(kind)
    return re.sub(r"[\s-]", "", text).upper() if pattern and pattern.search(before) else None


def context_of(line: str, start: int, end: int) -> str:
    """What stands around a stretch: up to 40 characters each side, digits dropped."""
    return _DIGITS.sub("", f"{line[max(0, start - 40) : start]}∎{line[end : end + 40]}")
