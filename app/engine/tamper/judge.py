"""Many detectors' reasons become one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.engine.tamper.inventory.model import Inventory
from app.engine.tamper.profile import Profile
from app.engine.tamper.registry import all_detectors
from app.engine.tamper.seen import Seen
from app.engine.tamper.types import Options, Reason, Verdict, Word

_ORDER = {"critical": 0, "high": 1, "medium": 2, "low": 3}
MAX_REASONS = 50


@dataclass(frozen=True, slots=True)
class ViewCase:
    """The same page as another visitor saw it at the same moment, and what is ordinary for that visitor."""

    name: str
    profile: Profile
    current: Inventory


def judge(
    profile: Profile,
    current: Inventory,
    others: Sequence[ViewCase] = (),
    options: Options = Options(),  # noqa: B008 — frozen
) -> Verdict:
    """What is not as approved, worst first.

    1. Every detector looks at the page as plain visitors see it. 2. Then at each other view, beside that
    view's
    own history; what shows there and not to plain visitors is cloaking. 3. What the owner always allows is
    left out.
    """
    relatives = tuple(other.profile for other in others)
    reasons = list(_look(Seen(profile, current, options, relatives)))
    keys = {reason.key for reason in reasons}
    for other in others:
        family = (profile, *(each for each in relatives if each is not other.profile))
        reasons += [
            _cloaked(reason, other.name)
            for reason in _look(Seen(other.profile, other.current, options, family))
            if reason.key not in keys and reason.level == "alert"
        ]
    return verdict_of(reason for reason in _once(reasons) if reason.key not in options.allowed)


def confirm(first: Verdict, second: Verdict) -> Verdict:
    """What two looks, seconds apart, both say. Cloaking stays: it shows itself to whom it likes.

    What was cloaked at the first look and is there for everybody at the second came while the views were
    fetched, one after the other; the second look says it better.
    """
    keys = {reason.key for reason in second.reasons}
    kept = [reason for reason in first.reasons if reason.key in keys or _is_still_cloaked(reason, keys)]
    return verdict_of(kept)


def _is_still_cloaked(reason: Reason, shown: set[str]) -> bool:
    view = reason.detail.get("view", "")
    return reason.cls == "cloaking" and all(_cloaked_key(view, key) != reason.key for key in shown)


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    ranked = sorted(reasons, key=lambda each: (each.level != "alert", _ORDER[each.severity]))[:MAX_REASONS]
    word: Word = "ok"
    if ranked:
        word = "alert" if any(reason.level == "alert" for reason in ranked) else "notice"
    return Verdict(word, tuple(ranked))


def _look(seen: Seen) -> Iterable[Reason]:
    if seen.page.error or not seen.profile.baselines:
        return
    if seen.page.digest in seen.profile.digests and not seen.page.assets:
        return
    for each in all_detectors():
        yield from each.look(seen)


def _once(reasons: Iterable[Reason]) -> Iterable[Reason]:
    """The same thing said by key once, with its strongest word."""
    found: dict[str, Reason] = {}
    for reason in reasons:
        known = found.get(reason.key)
        if known is None or (known.level, reason.level) == ("notice", "alert"):
            found[reason.key] = reason
    return found.values()


def _cloaked(reason: Reason, view: str) -> Reason:
    severity = "high" if reason.severity in ("low", "medium") else reason.severity
    return replace(
        reason,
        cls="cloaking",
        severity=severity,
        key=_cloaked_key(view, reason.key),
        detail={**reason.detail, "view": view},
    )


def _cloaked_key(view: str, key: str) -> str:
    return f"cloaking:{view}:{key}"[:180]
