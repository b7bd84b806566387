"""Where a watch stands, by what the rows say of it, and what makes it be judged anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engine.tamper.profile import LEARNING
from app.models import Alert, Watch, WatchView


def is_learned(row: WatchView | None) -> bool:
    """Whether verdicts on this view count."""
    return row is not None and row.baselines >= LEARNING


def state_of(session: Session, watch: Watch) -> str:
    """One of `WATCH_STATES`: the first that applies of paused, error, learning, alert, notice and ok."""
    state = watch.state
    if watch.is_paused:
        return "PAUSED"
    if state.error_code:
        return "ERROR"
    main = next((row for row in watch.view_rows if row.view == watch.views[0]), None)
    if not is_learned(main):
        return "LEARNING"
    if state.incident_id is not None:
        return "ALERT"
    alert = session.get(Alert, state.alert_id) if state.alert_id else None
    if alert is None or alert.state != "open":
        return "OK"
    return "ALERT" if alert.level == "alert" else "NOTICE"


def judge_anew(watch: Watch, *, relearn: bool = False) -> None:
    """Something a verdict depends on has changed: the same bytes are to be judged again."""
    watch.state.pending = None
    for row in watch.view_rows:
        row.last_sha256 = None
        if relearn:
            row.engine_version = 0


def add_baseline(row: WatchView, at: datetime) -> None:
    """One more baseline: the profile has to be made anew, and the page to be judged by it."""
    row.baselines += 1
    row.learned_at = at
    row.engine_version = 0
    row.last_sha256 = None
