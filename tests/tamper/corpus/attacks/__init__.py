"""Attacks: what somebody else does to a page, each with many variants drawn by chance."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from tests.tamper.corpus.attacks import (
    cloaking,
    defacement,
    forms,
    frames,
    links,
    rarer,
    redirects,
    resources,
    scripts,
    spam,
    tricky,
)  # fmt: skip
from tests.tamper.corpus.attacks.kit import ATTACKS, Attack

__all__ = [
    "ATTACKS", "Attack", "cloaking", "defacement", "forms", "frames", "links", "rarer", "redirects", "resources",
    "scripts", "spam", "tricky",
]  # fmt: skip
