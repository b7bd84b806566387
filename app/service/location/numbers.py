"""The short numbers of locations in result tables. A number is given once, even when its location goes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Location, Setting

HIGHEST = "location.highest_number"


def next_number(session: Session) -> int:
    """A number no location ever had. Takes the lock of every location's row for the transaction."""
    numbers: Sequence[int] = session.scalars(select(Location.number).with_for_update()).all()
    kept = session.get(Setting, HIGHEST, populate_existing=True)
    highest: int = kept.value if kept else 0
    given = [highest, *numbers]
    return max(given) + 1


def keep_number(session: Session, number: int) -> None:
    """The location of this number goes; old results keep it."""
    kept = session.get(Setting, HIGHEST, populate_existing=True)
    if kept is None:
        session.add(Setting(key=HIGHEST, value=number))
    elif kept.value < number:
        kept.value = number
