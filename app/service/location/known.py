"""What every process keeps at hand of the locations: which there are, and their keys.

Read again every five seconds. While the database is away, or out of an application context (the scheduler's
turns), what was read last stays good; the installation's own location is known without it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.core.secret_box import SealBrokenError, unseal
from app.core.settings import get_settings
from app.core.signing import given_key, home_key
from app.models import Location, db
from app.models.errors import DATABASE_ERRORS

log = logging.getLogger("cloudeye.location")
FRESH_SECONDS, AWAY_SECONDS = 5.0, 25.0


@dataclass(frozen=True, slots=True)
class Known:
    """A location, and the key that signs the messages to and from its probes (None: it cannot be read).

    `number` stands for it in results; None before its row was read.
    """

    code: str
    is_enabled: bool
    key: bytes | None
    control_targets: tuple[str, ...] = ()
    number: int | None = None


_known: dict[str, Known] = {}
_read_at = float("-inf")
_is_whole = False


def known() -> Mapping[str, Known]:
    """Every location by its code, the installation's own first."""
    if time.monotonic() - _read_at > FRESH_SECONDS:
        refresh()
    return _known


def refresh() -> None:
    """Ask the database now; while it is away what was known stays."""
    global _known, _read_at, _is_whole
    found = {home(): Known(home(), True, _derived(home()))}
    pause = 0.0
    try:
        found |= {each.code: each for each in _read()}
        _is_whole = True
    except DATABASE_ERRORS as error:
        # Asking a database that does not even refuse takes seconds, which a scheduler does not have.
        pause = AWAY_SECONDS
        log.warning("location.database_away", extra={"error": type(error).__name__})
        found |= _known
    except RuntimeError:  # There is no application context: whoever has one asks with their next question.
        _known = _known or found
        return
    _known, _read_at = found, time.monotonic() + pause


def _read() -> list[Known]:
    """On a connection of its own, so that nobody's transaction is ended by a question."""
    columns = (
        Location.code,
        Location.is_enabled,
        Location.sealed_key,
        Location.control_targets,
        Location.number,
    )
    with db.engine.connect() as connection:
        rows = connection.execute(select(*columns).order_by(Location.number)).all()
    return [
        Known(code, on, _key(code, sealed), tuple(targets), number)
        for code, on, sealed, targets, number in rows
    ]


def forget() -> None:
    """Ask the database at the next question."""
    global _known, _read_at, _is_whole
    _known, _read_at, _is_whole = {}, float("-inf"), False


def home() -> str:
    """The installation's own location."""
    return get_settings().LOCATION


def enabled_codes() -> tuple[str, ...]:
    """Where checks may be made, the installation's own location first."""
    return tuple(each.code for each in known().values() if each.is_enabled)


def key_of(code: str) -> bytes | None:
    """The key of a location's messages; None when ours cannot be read.

    A location that was given none is one whose machines share the installation's secret, as is one that
    nobody has entered yet. Raises the database's error while it cannot say which of both it is.
    """
    found = known().get(code)
    if found is not None:
        return found.key
    if not _is_whole:
        _read()
    return _derived(code)


def control_targets_of(code: str) -> tuple[str, ...]:
    """What a location's probes look at to learn whether their own network is there."""
    found = known().get(code)
    return found.control_targets if found else ()


def _derived(code: str) -> bytes:
    return home_key(get_settings().SECRET_KEY, code)


def _key(code: str, sealed: str | None) -> bytes | None:
    if sealed is None:
        return _derived(code)
    try:
        return given_key(str(unseal(sealed)["key"]))
    except SealBrokenError:
        log.warning("location.key_unreadable", extra={"location": code})
        return None
