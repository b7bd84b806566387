"""Which of Mozilla's profiles a server meets (Server Side TLS, guideline 5.7)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app.engine.bug.tls.certificate import CertificateFacts
from app.engine.bug.tls.report import Accepted, Obstacle, ProfileName

_NAMES: tuple[ProfileName, ...] = ("modern", "intermediate", "old")
_EDWARDS = ("ed25519", "ed448")
_DAY_OF_GRACE = 1.0


def profile_of(
    protocols: Mapping[str, bool],
    accepted: Sequence[Accepted],
    leaf: CertificateFacts | None,
    dh_bits: int | None,
) -> tuple[ProfileName, tuple[Obstacle, ...]]:
    """The strictest profile that is met, and what stands in the way of the intermediate one."""
    ways = {name: _obstacles(_profiles()[name], protocols, accepted, leaf, dh_bits) for name in _NAMES}
    met: ProfileName = next((name for name in _NAMES if not ways[name]), "none")
    return met, () if met == "modern" else ways["intermediate"]


@cache
def _profiles() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "profiles.toml").read_text(encoding="utf-8"))


def _obstacles(
    profile: Mapping[str, Any],
    protocols: Mapping[str, bool],
    accepted: Sequence[Accepted],
    leaf: CertificateFacts | None,
    dh_bits: int | None,
) -> tuple[Obstacle, ...]:
    spoken = [name for name, is_accepted in protocols.items() if is_accepted]
    found = [Obstacle("protocol", name) for name in spoken if name not in profile["protocols"]]
    permitted = {f"TLS_{name}" for name in profile["suites"]}
    suites = dict.fromkeys(each.suite for each in accepted if each.protocol != "TLSv1.3")
    if profile["suites"]:
        found += [Obstacle("suite", name) for name in suites if name not in permitted]
    if dh_bits is not None and dh_bits < profile.get("dh_bits", 0):
        found.append(Obstacle("dh", str(dh_bits)))
    return (*found, *(_of_certificate(profile, leaf) if leaf is not None else ()))


def _of_certificate(profile: Mapping[str, Any], leaf: CertificateFacts) -> list[Obstacle]:
    found = []
    is_known = leaf.key in profile["keys"] or leaf.key.lower() in _EDWARDS
    if not is_known or leaf.key_bits < profile.get(f"{leaf.key.lower()}_bits", 0):
        found.append(Obstacle("key", f"{leaf.key} {leaf.key_bits}"))
    if leaf.signature not in (*profile["signatures"], *_EDWARDS):
        found.append(Obstacle("signature", leaf.signature))
    if leaf.lifetime_days > profile["days"] + _DAY_OF_GRACE:
        found.append(Obstacle("lifetime", str(round(leaf.lifetime_days))))
    return found


def permitted_suites(name: ProfileName) -> frozenset[str]:
    """The suites before TLS 1.3 that a profile permits, by their whole names."""
    return frozenset(f"TLS_{each}" for each in _profiles()[name]["suites"])
