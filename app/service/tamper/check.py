"""A check of some watches: fetch, compare, judge, write down.

1. All views of all watches are fetched together.
2. A page that is byte for byte what was judged last costs a hash, and one UPDATE for all such of the message.
3. A new watch learns: it is fetched several times, one after the other, and nothing is said until then. The
   last of these fetches is judged, by what was learned from those before.
4. Anything else is judged (see `weighing`) and written down, a transaction a watch, as soon as the page and
   its files are there. Files are written before the transaction, messages are sent after it.

A message may come twice: a slot that was recorded is not recorded again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from app.engine.tamper.profile import LEARNING
from app.service.tamper.case import Case, load_cases
from app.service.tamper.judging import as_read, is_same
from app.service.tamper.looking import look_at
from app.service.tamper.outcome import Done, Outcome
from app.service.tamper.recording import record_outcome, record_same
from app.service.tamper.standing import is_learned
from app.service.tamper.store import StoreError
from app.service.tamper.weighing import learn_from, weigh

log = logging.getLogger("cloudeye.tamper")
LEARN_PAUSE_SECONDS = 1.0


def check_watches(slots: Sequence[tuple[int, int]], *, pause: Callable[[float], None] = time.sleep) -> Done:
    """Check the watches of these (id, due in unix ms); what has to follow is in the answer."""
    done = Done()
    learners = _check(slots, done)
    for _ in range(LEARNING):
        if not learners:
            break
        pause(LEARN_PAUSE_SECONDS)
        learners = _check([(case.watch.id, case.due_ms + 1) for case in learners], done)
    return done


def _check(slots: Sequence[tuple[int, int]], done: Done) -> list[Case]:
    """One look at each; gives those that learned from it, and so have to be looked at again."""
    cases = load_cases(slots)
    look_at(cases)
    same = [case for case in cases if case.main.error is None and is_same(case)]
    record_same(same)
    changed = [case for case in cases if case not in same]
    learners = []
    for case in as_read(changed):
        outcome = _outcome(case)
        record_outcome(outcome, done)
        if "learning" in outcome.baselines.values():
            learners.append(case)
    return learners


def _outcome(case: Case) -> Outcome:
    """What to write down of this watch. One page's surprise must not cost the others their check."""
    try:
        if case.main.error:
            return Outcome(case, error=case.main.error)
        if not is_learned(case.row(case.main.view)):
            return learn_from(case)
        return weigh(case)
    except StoreError as error:
        log.warning("tamper.store_failed", extra={"watch_id": case.watch.id, "error": error.msg})
    except Exception:
        log.exception("tamper.check_failed", extra={"watch_id": case.watch.id})
    return Outcome(case, error=("judge_failed", {}))
