"""A file of sites to begin with."""

from __future__ import annotations

import io

from app.engine.sheet.csv_text import write_csv
from app.service.transfer.columns import IGNORED, NAMES

_ROWS = {
    "en": (
        ("Shop", "https://shop.example/", "sales, important", "Ask Kim first", "http 60s, tls 6h"),
        ("Blog", "https://blog.example/", "", "", "http 5m"),
    ),
    "zh": (
        ("商城", "https://shop.example/", "电商, 重要", "先联系小金", "http 60s, tls 6h"),
        ("博客", "https://blog.example/", "", "", "http 5m"),
    ),
}


def example_csv(locale: str) -> bytes:
    """Every column, with two rows."""
    known = locale if locale in _ROWS else "en"
    head = [names[known] for key, names in NAMES.items() if key not in IGNORED]
    out = io.BytesIO()
    write_csv(out, head, _ROWS[known])
    return out.getvalue()
