"""Which default account may be tried where; at most three a place, and no user name twice."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MAX_TRIES = 3


@dataclass(frozen=True, slots=True)
class Product:
    """`sign` is looked for in a realm's name or a log-in page; an empty one fits everything."""

    name: str
    sign: re.Pattern[str]
    accounts: tuple[tuple[str, str], ...]


def product_of(text: str) -> Product:
    """The product whose log-in this is; the last one, of any administration, when it is no known one's."""
    return next(each for each in products() if each.sign.search(text[:65_536]))


def is_known(product: Product) -> bool:
    return bool(product.sign.pattern)


@cache
def products() -> tuple[Product, ...]:
    path = Path(__file__).parent.parent / "signatures" / "default_logins.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["product"]
    return tuple(_product(table) for table in tables)


def _product(table: dict[str, Any]) -> Product:
    accounts = {str(user): str(password) for user, password in table["accounts"]}
    return Product(table["name"], re.compile(table["sign"]), tuple(accounts.items())[:MAX_TRIES])
