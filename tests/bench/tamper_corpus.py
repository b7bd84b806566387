"""How well the tamper judge tells attacks from everyday change, on histories it was not written against.

Pages are real ones of openly licensed packages (`tests/tamper/corpus/sources.py`); the noise and the attacks
are made. The bench uses a third of all sites, kept out while the judge was written, and a
seed of its own; `--development` uses the other pages.

- recall: attacks that are alerts while their twins, the same step without the attack, are none.
- false alarms: alerts among harmless last steps and twins, pooled; and among baselines, each judged by those
  before it.

    python -m tests.bench.tamper_corpus [--count 600] [--seed 7] [--development] [--only KIND] [--misses FILE]

Prints one JSON line a figure, and tables of misses and false alarms on standard error. Exit status 1 when a
goal is missed, 2 when there are no pages.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.engine.tamper.inventory import take_inventory
from app.engine.tamper.inventory.model import Inventory
from app.engine.tamper.judge import ViewCase, judge
from app.engine.tamper.profile import LEARNING, learn
from app.engine.tamper.types import PLAIN, Observation, Verdict
from tests.bench._figures import Figures
from tests.tamper.corpus.generate import Case, View, generate
from tests.tamper.corpus.life import Snapshot
from tests.tamper.corpus.sources import all_pages, left_out

RECALL, WORST_CLASS, FALSE_ALARMS = 0.99, 0.90, 0.01


@dataclass(slots=True)
class Score:
    """What was counted. The values of `missed` and `alarmed` are one line a case."""

    attacks: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    missed_kinds: Counter[str] = field(default_factory=Counter)
    noises: Counter[str] = field(default_factory=Counter)
    alarming: Counter[str] = field(default_factory=Counter)
    harmless: int = 0
    harmless_alarms: int = 0
    steps: int = 0
    step_alarms: int = 0
    notices: int = 0
    milliseconds: list[float] = field(default_factory=list)
    lines: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class _History:
    """The inventories of one case, each page read once."""

    case: Case
    baselines: list[Inventory]
    views: list[tuple[View, list[Inventory]]]


def main() -> bool:
    given = _arguments(sys.argv[1:])
    pages = [page for page in all_pages() if page.is_held_out != given.development]
    for name, reason in left_out().items():
        print(f"left out {name}: {reason}", file=sys.stderr)
    if not pages:
        print("no pages: no package could be had", file=sys.stderr)
        sys.exit(2)
    score = Score()
    for case in generate(given.count, given.seed, pages, only=given.only):
        measure(case, score)
    figures = Figures("tamper_corpus")
    _tell(figures, score, len(pages))
    _tables(score)
    if given.misses:
        Path(given.misses).write_text("".join(json.dumps(line) + "\n" for line in score.lines))
    return figures.is_met


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tamper_corpus")
    parser.add_argument("--count", type=int, default=600, help="histories")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--development", action="store_true", help="the pages the judge was written against")
    parser.add_argument("--only", help="one kind of attack, in every history")
    parser.add_argument("--misses", help="file for the cases judged wrongly, one JSON object a line")
    return parser.parse_args(arguments)


def measure(case: Case, score: Score) -> None:
    """Judge the case's baselines, its last step and its twin."""
    history = _History(
        case,
        [_inventory(case.url, shot) for shot in case.baselines],
        [(view, [_inventory(case.url, shot, view.name) for shot in view.baselines]) for view in case.views],
    )
    _measure_baselines(history, score)
    if case.twin is None:
        verdict = _judged(history, score, case.current, [view.current for view in case.views])
        _count_harmless(case, score, verdict, "benign")
        return
    attacked = _judged(history, score, case.current, [view.current for view in case.views])
    twin = _judged(history, score, case.twin, [view.twin or view.current for view in case.views])
    _count_harmless(case, score, twin, "twin")
    _count_attack(case, score, attacked, is_shared=twin.verdict == "alert")


def _inventory(url: str, shot: Snapshot, view: str = PLAIN) -> Inventory:
    seen = Observation(
        url=url, status=shot.status, body=shot.body, at=shot.at, content_type=shot.content_type, view=view
    )
    return take_inventory(seen)


def _measure_baselines(history: _History, score: Score) -> None:
    for number in range(LEARNING, len(history.baselines)):
        verdict = judge(learn(history.baselines[:number]), history.baselines[number])
        score.steps += 1
        if verdict.verdict == "alert":
            score.step_alarms += 1
            _note(history.case, score, f"baseline {number}", verdict)


def _judged(history: _History, score: Score, current: Snapshot, others: Sequence[Snapshot]) -> Verdict:
    """The verdict; its time is that of reading and judging, with profiles learned before."""
    profile = learn(history.baselines)
    profiles = [learn(inventories) for _, inventories in history.views]
    url = history.case.url
    begun = time.process_time()
    cases = [
        ViewCase(view.name, known, _inventory(url, shot, view.name))
        for (view, _), known, shot in zip(history.views, profiles, others, strict=True)
    ]
    verdict = judge(profile, _inventory(url, current), cases)
    if not cases:
        score.milliseconds.append((time.process_time() - begun) * 1000)
    return verdict


def _count_harmless(case: Case, score: Score, verdict: Verdict, label: str) -> None:
    score.harmless += 1
    happened = case.last or ("processes only",)
    score.noises.update(happened)
    score.notices += verdict.verdict == "notice"
    if verdict.verdict == "alert":
        score.harmless_alarms += 1
        score.alarming.update(happened)
        _note(case, score, label, verdict)


def _count_attack(case: Case, score: Score, verdict: Verdict, *, is_shared: bool) -> None:
    score.attacks[case.cls] += 1
    score.kinds[case.kind] += 1
    if verdict.verdict == "alert" and not is_shared:
        score.caught[case.cls] += 1
        score.named[case.cls] += any(r.cls == case.cls for r in verdict.reasons if r.level == "alert")
        return
    score.missed_kinds[case.kind] += 1
    _note(case, score, "shared with twin" if is_shared else "missed", verdict)


def _note(case: Case, score: Score, label: str, verdict: Verdict) -> None:
    score.lines.append({
        "id": case.id, "label": label, "class": case.cls, "kind": case.kind, "page": case.page,
        "language": case.language, "noises": case.noises, "last": case.last, "verdict": verdict.verdict,
        "reasons": [(r.cls, r.level, r.code, r.where, r.after[:120]) for r in verdict.reasons[:5]],
    })  # fmt: skip


def _tell(figures: Figures, score: Score, pages: int) -> None:
    attacks = max(1, score.attacks.total())
    worst = min((score.caught[cls] / count for cls, count in score.attacks.items()), default=0.0)
    figures.tell("pages", pages, "pages")
    figures.tell("attacks", score.attacks.total(), "cases")
    figures.tell("recall not shared with the twin", score.caught.total() / attacks, "share", least=RECALL)
    figures.tell("recall of the worst class", worst, "share", least=WORST_CLASS)
    figures.tell("attacks named by their class", score.named.total() / attacks, "share")
    figures.tell("harmless steps and twins", score.harmless, "cases")
    alarms = score.harmless_alarms / max(1, score.harmless)
    figures.tell("false alarms", alarms, "share", most=FALSE_ALARMS)
    figures.tell("notices among the harmless", score.notices / max(1, score.harmless), "share")
    figures.tell("baselines judged", score.steps, "cases")
    alarms = score.step_alarms / max(1, score.steps)
    figures.tell("false alarms among baselines", alarms, "share", most=FALSE_ALARMS)
    if score.milliseconds:
        figures.tell("reading and judging, median", statistics.median(score.milliseconds), "ms CPU")
        figures.tell("reading and judging, 95th percentile", _percentile(score.milliseconds, 0.95), "ms CPU")


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _tables(score: Score) -> None:
    rows = [(cls, score.caught[cls], count, score.named[cls]) for cls, count in sorted(score.attacks.items())]
    print("\nclass               caught  of   named so", file=sys.stderr)
    for cls, caught, count, named in rows:
        print(f"{cls:<20}{caught:>6}{count:>5}{named:>9}", file=sys.stderr)
    _counted("attacks not caught", score.missed_kinds, score.kinds)
    _counted("events at the last step when there was a false alarm", score.alarming, score.noises)


def _counted(title: str, part: Counter[str], whole: Counter[str]) -> None:
    print(f"\n{title}", file=sys.stderr)
    for name, count in part.most_common():
        print(f"  {name:<32}{count:>5} of {whole[name]}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
