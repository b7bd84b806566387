"""What `flask doctor` looks at: each a name, a function, and in its answer what to do about it."""

from __future__ import annotations

from app.service.health.looks import machine, store, work
from app.service.health.looks.base import Look, Looked, look_at

LOOKS: dict[str, Look] = {**machine.LOOKS, **store.LOOKS, **work.LOOKS}
NEEDS = {**store.NEEDS, **work.NEEDS}

__all__ = ["LOOKS", "Look", "Looked", "examine", "look_at"]


def examine() -> list[Looked]:
    """Look at everything. Asks the database, Redis and the broker, once each if away; changes nothing."""
    looked: dict[str, Looked] = {}
    for name, look in LOOKS.items():
        part = NEEDS.get(name)
        is_known = part is None or not looked[part].is_away
        looked[name] = look_at(name, look) if is_known else Looked(name, f"not known without {part}", "")
    return list(looked.values())
