"""The life of a finding: what a look at its place, or the end of an acceptance, makes of its state.

A look is one complete scan, or one retest. Only a look whose check really ran at the finding's place can say
that it is gone; a time-out, a refusal or an overload says nothing. Two looks in a row that do not see it any
more make it fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.engine.bug.finding.fingerprint import place_of
from app.engine.bug.types import Coverage, Report

State = Literal["open", "confirmed", "false_positive", "accepted", "fixed"]
Sight = Literal["seen", "not_seen", "unknown"]
Turn = Literal["fixed", "reopened", "accepted_again", "acceptance_over"]


@dataclass(frozen=True, slots=True)
class Policy:
    """`misses` looks in a row without it make a finding fixed."""

    misses: int = 2


@dataclass(frozen=True, slots=True)
class Transition:
    """`kind` is what people are told: an acceptance that still holds is no news, so it is no reopening."""

    kind: Turn
    before: State
    after: State


Step = tuple[State, int, tuple[Transition, ...]]


def step(
    state: State, sight: Sight, missed: int, policy: Policy = Policy(), *, is_accepted: bool = False
) -> Step:
    """(state, missed, transitions) after a look. `is_accepted`: somebody's acceptance has not run out.

    1. An acceptance that has run out makes it open, whatever was seen.
    2. Unknown changes nothing.
    3. Seen: what was fixed is open again, or accepted where that still holds; the rest stays what it is.
    4. Not seen: counted; often enough, it is fixed. A false positive stays one, so that it stays silent.
    """
    transitions: list[Transition] = []
    if state == "accepted" and not is_accepted:
        transitions.append(Transition("acceptance_over", "accepted", "open"))
        state = "open"
    if sight == "seen":
        missed = 0
        if state == "fixed":
            after: State = "accepted" if is_accepted else "open"
            transitions.append(Transition("accepted_again" if is_accepted else "reopened", "fixed", after))
            state = after
    elif sight == "not_seen" and state not in ("fixed", "false_positive"):
        missed += 1
        if missed >= policy.misses:
            transitions.append(Transition("fixed", state, "fixed"))
            state = "fixed"
    return state, missed, tuple(transitions)


def sight_of(report: Report, *, fingerprint: str, rule: str, place: str) -> Sight:
    """What a scan says of a finding: seen, not seen, or that it cannot tell."""
    if any(each.fingerprint == fingerprint for each in report.findings):
        return "seen"
    return sight_without(report, rule=rule, place=place)


def sight_without(report: Report, *, rule: str, place: str, urls: Sequence[str] = ()) -> Sight:
    """The same for a finding that is known not to be among what the scan saw.

    One of the whole site shows itself at pages: `urls` are where it was seen, the foremost first. Where that
    one was not looked at, or any of them refused to answer, nothing was learned of it.
    """
    # Where requests ran out, the coverage knows which checks had run before.
    tells = report.is_complete or report.ended == "budget"
    if not tells or not report.coverage.has_run(rule, place):
        return "unknown"
    if not place and not _has_looked_again(report.coverage, rule, [place_of(url) for url in urls]):
        return "unknown"
    return "not_seen"


def _has_looked_again(coverage: Coverage, rule: str, places: Sequence[str]) -> bool:
    """Whether the scan saw the pages that showed a finding of the whole site."""
    check = rule.partition(".")[0]
    # Probes of the whole site (of TLS, of names) ask for no page.
    is_there = check in coverage.asked or not places or coverage.has_looked_at(check, places[0])
    return is_there and not coverage.unknown.intersection(places)
