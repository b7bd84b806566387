"""Phone numbers, mail addresses, accounts and wallets that were always there and have another in their
place."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from app.engine.tamper.inventory.tokens import Token
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make
from app.engine.tamper.types import Reason, Severity

_CLASS = "resource_replaced"
_MAX_FRESH = 40
"""New tokens looked at for each that is gone, so that a page full of them takes bounded time."""
_NAMES = {"phone", "mail", "iban", "wallet", "card", "messenger"}


@detector(
    "critical_token",
    {
        "token_replaced": ("The {kind} {old} was replaced by {new}.", "{kind} {old} 被替换为 {new}。"),
        "wallet_new": (
            "The page names a wallet it never named: {new}.",
            "页面出现了从未有过的钱包地址：{new}。",
        ),
        "account_new": (
            "The page names an account it never named: {new}.",
            "页面出现了从未有过的账号：{new}。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    now = {f"{token.kind}:{token.value}": token for token in seen.page.tokens}
    fresh = [token for key, token in now.items() if not any(key in p.tokens for p in seen.family)]
    taken: set[str] = set()
    for key, context in seen.profile.stable_tokens.items():
        if key in now:
            continue
        kind, _, old = key.partition(":")
        match = _replacement(kind, old, context, fresh, taken)
        if match is not None:
            taken.add(match.value)
            severity: Severity = "critical" if kind in ("iban", "wallet", "card") else "high"
            yield make(
                "critical_token",
                _CLASS,
                severity,
                seen.sure,
                "token_replaced",
                f"{kind}:{match.value}",
                where=context,
                before=old,
                after=match.value,
                kind=kind,
                old=old,
                new=match.value,
            )
    for token in fresh:
        if token.kind == "wallet" and token.value not in taken:
            yield make(
                "critical_token",
                _CLASS,
                "high",
                "alert",
                "wallet_new",
                token.value,
                where=token.context,
                after=token.value,
                new=token.value,
            )
        elif token.kind == "iban" and token.value not in taken:
            yield make(
                "critical_token",
                _CLASS,
                "high",
                "alert",
                "account_new",
                token.value,
                where=token.context,
                after=token.value,
                new=token.value,
            )


def _replacement(kind: str, old: str, context: str, fresh: list[Token], taken: set[str]) -> Token | None:
    """The new token of the same kind that stands where the old one stood.

    A mail address at the same domain is a colleague's, and a number with the same digits is the same.
    """
    best: tuple[float, Token] | None = None
    for token in islice(fresh, _MAX_FRESH):
        if token.kind != kind or token.value in taken or _is_same(kind, old, token.value):
            continue
        # Where nothing around says what it is, it has to be the very place, and more than digits.
        if sum(map(str.isalpha, context)) < 4 and (kind == "phone" or token.context != context):
            continue
        likeness = 1.0 if token.context == context else _likeness(token.context, context)
        if likeness >= 0.6 and (best is None or likeness > best[0]):
            best = (likeness, token)
    return best[1] if best else None


@lru_cache(maxsize=1_000)
def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _is_same(kind: str, old: str, new: str) -> bool:
    if kind == "mail":
        return old.rpartition("@")[2] == new.rpartition("@")[2]
    if kind == "phone":
        return old.endswith(new[-7:]) or new.endswith(old[-7:])
    return False
