"""What `flask doctor` looks at: each a name, a function, and in its answer what to do about it."""

from __future__ import annotations

from app.service.health.looks import machine, store, work
from app.service.health.looks.base import Look, Looked, look_at

LOOKS: dict[str, Look] = {**machine.LOOKS, **store.LOOKS, **work.LOOKS}

__all__ = ["LOOKS", "Look", "Looked", "examine", "look_at"]


def examine() -> list[Looked]:
    """Look at everything. Asks the database, Redis and the broker; changes nothing."""
    return [look_at(name, look) for name, look in LOOKS.items()]
