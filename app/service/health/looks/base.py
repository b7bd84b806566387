"""What a look gives, and that none can spoil the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from celery.exceptions import CeleryError
from kombu.exceptions import KombuError
from redis import RedisError

from app.core.errors import CloudEyeError
from app.models import db
from app.models.errors import DATABASE_ERRORS

log = logging.getLogger("cloudeye.doctor")
Finding = tuple[str, str]
"""What was seen; and what to do, empty when all is well."""
Look = Callable[[], Finding]
AWAY = (*DATABASE_ERRORS, RedisError, KombuError, CeleryError, CloudEyeError, OSError)


class PartAwayError(Exception):
    """A part of the installation does not answer: what it said instead, and what to do."""

    def __init__(self, said: str, advice: str) -> None:
        super().__init__(said)
        self.said, self.advice = said, advice


@dataclass(frozen=True, slots=True)
class Looked:
    """`is_away`: what was looked at does not answer, and whatever needs it would wait for it in vain."""

    name: str
    said: str
    advice: str
    is_away: bool = False

    @property
    def is_ok(self) -> bool:
        return not self.advice


def look_at(name: str, look: Look) -> Looked:
    """Look; what could not be looked at is not known, and the part that is away says so itself."""
    try:
        said, advice = look()
    except PartAwayError as away:
        return Looked(name, away.said, away.advice, is_away=True)
    except AWAY as error:
        said, advice = f"not known ({type(error).__name__})", ""
    except Exception as error:
        log.exception("doctor.look_failed", extra={"look": name})
        said, advice = (
            f"not known ({type(error).__name__})",
            "Read the log: what is kept is not as it should be.",
        )
    finally:
        _leave_database()
    return Looked(name, said, advice)


def _leave_database() -> None:
    try:
        db.session.rollback()
    except DATABASE_ERRORS:
        db.session.remove()
