"""Everyday noise: what changes in a page without anybody tampering with it.

A noise is made once for a history (`make(site)`: it picks its place and its manner) and then writes what the page
shows there at each moment. *Processes* go on all the time, *events* begin at one step and stay, *moments* are there
in one fetch only. A noise that rewrites the whole source is a *transform*.
"""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from tests.tamper.corpus.noise import assets, events, lists, live, owner, parties, state, tricky, whole
from tests.tamper.corpus.noise.registry import NOISES, Noise

__all__ = [
    "NOISES",
    "Noise",
    "assets",
    "events",
    "lists",
    "live",
    "owner",
    "parties",
    "state",
    "tricky",
    "whole",
]
