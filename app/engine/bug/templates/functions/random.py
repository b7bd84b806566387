"""Functions that make something nobody could know before; seeded by the run, so that it can be repeated."""

from __future__ import annotations

import ipaddress
import string
from typing import Any

from app.engine.bug.templates.functions.registry import function
from app.engine.bug.templates.nodes import Scope
from app.engine.bug.templates.texts import to_string

_MOST = 10_000
_WORD = string.ascii_letters + string.digits


def _text(scope: Scope, alphabet: str, length: Any, bad: Any = "") -> str:
    letters = [letter for letter in alphabet if letter not in to_string(bad)]
    count = int(float(to_string(length)))
    if not letters or not 0 <= count <= _MOST:
        raise ValueError("no such text")
    return "".join(scope.random.choices(letters, k=count))


@function("rand_base", least=1, most=2, scope=True)
def rand_base(scope: Scope, length: Any, alphabet: Any = _WORD) -> str:
    return _text(scope, to_string(alphabet) or _WORD, length)


@function("rand_char", least=0, most=1, scope=True)
def rand_char(scope: Scope, alphabet: Any = _WORD) -> str:
    return _text(scope, to_string(alphabet) or _WORD, 1)


@function("rand_text_alphanumeric", least=1, most=2, scope=True)
def rand_text_alphanumeric(scope: Scope, length: Any, bad: Any = "") -> str:
    return _text(scope, _WORD, length, bad)


@function("rand_text_alpha", least=1, most=2, scope=True)
def rand_text_alpha(scope: Scope, length: Any, bad: Any = "") -> str:
    return _text(scope, string.ascii_letters, length, bad)


@function("rand_text_numeric", least=1, most=2, scope=True)
def rand_text_numeric(scope: Scope, length: Any, bad: Any = "") -> str:
    return _text(scope, string.digits, length, bad)


@function("randstr", least=0, most=0, scope=True)
def randstr(scope: Scope) -> str:
    return _text(scope, _WORD, 27)


@function("rand_int", least=0, most=2, scope=True)
def rand_int(scope: Scope, least: Any = 0, most: Any = 2**31 - 1) -> float:
    first, last = int(float(to_string(least))), int(float(to_string(most)))
    return float(scope.random.randint(min(first, last), max(first, last)))


@function("rand_ip", least=1, most=None, scope=True)
def rand_ip(scope: Scope, *networks: Any) -> str:
    network = ipaddress.ip_network(to_string(scope.random.choice(networks)), strict=False)
    return str(network[scope.random.randrange(network.num_addresses)])
