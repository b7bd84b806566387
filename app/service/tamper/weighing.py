"""From a verdict to what is done about it.

What looks suspicious is only noted, and looked at again within a minute. What the second look says too
becomes an alert; the rest was a passing thing. A page that is always suspicious and always for another reason
is no passing thing: after three looks the last verdict stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.core.clock import now
from app.engine.tamper.judge import confirm
from app.engine.tamper.types import Verdict
from app.service.tamper.case import Case, Look
from app.service.tamper.deployed import deployment_for
from app.service.tamper.judging import judge_case, read_with_assets
from app.service.tamper.keep import QuotaError
from app.service.tamper.keeping import keep_look
from app.service.tamper.outcome import Outcome
from app.service.tamper.standing import is_learned
from app.service.tamper.store import NoSpaceError
from app.service.tamper.verdicts import as_data, from_data

LEARN_MOST = 8
"""So many baselines a view may have by learning: pages that are judged ok are added, at most one an hour."""
KEEP_EVERY = timedelta(hours=1)
LOOKS = 3
LOOKS_APART = timedelta(seconds=10)


def learn_from(case: Case) -> Outcome:
    """Everything that was seen becomes a baseline."""
    if not case.main.has_new_assets:
        read_with_assets(case, case.main)
    return _with_kept(Outcome(case), "learning", (case.main, *case.others), "learning")


def weigh(case: Case) -> Outcome:
    """Judge, and decide what becomes of it."""
    verdict = judge_case(case)
    pending = case.watch.state.pending
    if pending is not None and verdict.verdict != "ok" and _is_young(pending):
        return Outcome(case, verdict=verdict, pending=pending)
    if pending is not None and verdict.verdict != "ok":
        kept = confirm(from_data(pending["verdict"]), verdict)
        is_restless = kept.verdict == "ok" and verdict.verdict == "alert" and pending["looks"] + 1 >= LOOKS
        if kept.verdict == "ok" and verdict.verdict == "alert" and not is_restless:
            return _to_be_confirmed(case, verdict, pending["looks"] + 1)
        verdict = verdict if is_restless else kept
    if verdict.verdict == "ok":
        return _fine(case, verdict)
    if {reason.key for reason in verdict.reasons} <= case.known_keys:
        return Outcome(case, verdict=verdict)
    if pending is None:
        return _to_be_confirmed(case, verdict, 1)
    return _deviation(case, verdict)


def _is_young(pending: dict[str, Any]) -> bool:
    """Whether the first look is so near that a second one says little."""
    return now() - datetime.fromisoformat(pending["at"]) < LOOKS_APART


def _to_be_confirmed(case: Case, verdict: Verdict, looks: int) -> Outcome:
    noted = {"at": now().isoformat(), "looks": looks, "verdict": as_data(verdict)}
    return Outcome(case, verdict=verdict, pending=noted)


def _deviation(case: Case, verdict: Verdict) -> Outcome:
    """A confirmed one: what an announced release brings is approved, unless the page was not right before."""
    outcome = Outcome(case, verdict=verdict, is_news=True, first_seen_at=_first_seen(case))
    looks = (case.main, *case.others)
    if case.alert is None and case.confirmed is None:
        outcome.deployment = deployment_for(case.watch, now())
    if outcome.deployment is not None:
        return _with_kept(outcome, verdict.verdict, looks, "deployment")
    return _with_kept(outcome, verdict.verdict, looks, None)


def _first_seen(case: Case) -> datetime | None:
    pending = case.watch.state.pending
    return datetime.fromisoformat(pending["at"]) if pending else None


def _fine(case: Case, verdict: Verdict) -> Outcome:
    """Nothing to say. What changed is kept at most once an hour, and learned from while there is room."""
    outcome = Outcome(case, verdict=verdict)
    unlearned = [look for look in case.others if not is_learned(case.row(look.view))]
    outcome = _with_kept(outcome, "learning", unlearned, "learning")
    for look in (case.main, *case.others):
        row = case.row(look.view)
        if look in unlearned or row is None or not _is_worth_keeping(case, look):
            continue
        kind = "learning" if row.baselines < LEARN_MOST else None
        outcome = _with_kept(outcome, "ok", [look], kind)
    return outcome


def _is_worth_keeping(case: Case, look: Look) -> bool:
    newest = case.newest.get(look.view)
    return newest is None or (newest.body_sha256 != look.sha256 and now() - newest.at >= KEEP_EVERY)


def _with_kept(outcome: Outcome, word: str, looks: Sequence[Look], kind: str | None) -> Outcome:
    """Keep these looks as snapshots; `kind` is the kind of baseline they become, if any."""
    for look in looks:
        try:
            outcome.snapshots[look.view] = keep_look(outcome.case, look, word)
        except NoSpaceError:
            outcome.note = ("store_full", {})
        except QuotaError:
            outcome.note = ("quota_full", {})
        else:
            if kind is not None:
                outcome.baselines[look.view] = kind
    return outcome
