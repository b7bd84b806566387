"""Cipher suites: their numbers, their names, and what is wrong with them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

Flaw = Literal["null", "export", "anon", "rc4", "des", "static", "cbc", ""]
FLAWS: tuple[Flaw, ...] = ("null", "export", "anon", "rc4", "des", "static", "cbc")
"""Classes of weak suites, the gravest first: no encryption; keys made short for export; nobody's identity
proven; RC4; ciphers with blocks of 64 bits; no forward secrecy; CBC, which many an attack on padding is
about."""
BROKEN: tuple[Flaw, ...] = ("null", "export", "anon", "rc4", "des")
_SMALL_BLOCKS = ("_DES", "_3DES", "_IDEA", "_RC2")


@dataclass(frozen=True)
class Suite:
    """`name` is the registry's, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256."""

    number: int
    name: str

    @property
    def is_tls13(self) -> bool:
        return 0x1300 <= self.number < 0x1400

    @property
    def is_forward_secret(self) -> bool:
        return self.is_tls13 or self.name.startswith(("TLS_DHE_", "TLS_ECDHE_"))

    @cached_property
    def flaw(self) -> Flaw:
        """The gravest class it belongs to; empty for a good one."""
        name = self.name
        signs: tuple[tuple[Flaw, bool], ...] = (
            ("null", "_NULL_" in name),
            ("export", "_EXPORT" in name),
            ("anon", "_anon_" in name),
            ("rc4", "_RC4_" in name),
            ("des", any(sign in name for sign in _SMALL_BLOCKS)),
            ("static", not self.is_forward_secret),
            ("cbc", "_CBC_" in name),
        )
        return next((flaw for flaw, is_so in signs if is_so), "")


@cache
def all_suites() -> dict[int, Suite]:
    """Every suite that is known here, by its number."""
    table = tomllib.loads((Path(__file__).parent / "suites.toml").read_text(encoding="utf-8"))
    return {int(number, 16): Suite(int(number, 16), f"TLS_{name}") for number, name in table.items()}


def suite_of(number: int) -> Suite:
    return all_suites().get(number) or Suite(number, f"unknown suite 0x{number:04X}")


@cache
def offered(*, is_tls13: bool) -> tuple[int, ...]:
    """What is offered to a server, the best first: so a server without wishes of its own takes the best."""
    suites = [each for each in all_suites().values() if each.is_tls13 == is_tls13]
    order = ("", *reversed(FLAWS))
    return tuple(
        each.number for each in sorted(suites, key=lambda each: (order.index(each.flaw), -each.number))
    )


@cache
def with_flaw(flaw: Flaw) -> tuple[int, ...]:
    return tuple(number for number in offered(is_tls13=False) if suite_of(number).flaw == flaw)
