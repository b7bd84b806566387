"""What came of looking at one watch, as plain data for the transaction that writes it down."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.tamper.types import Verdict
from app.models import Deployment, Snapshot
from app.service.tamper.case import Case

Note = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Outcome:
    """An `error` that stood in the way, or a `verdict` (none while the page is learned).

    `pending` is to be confirmed by another look; `is_news` has been, and nobody has been told yet;
    `first_seen_at` was the first look. `snapshots` are new ones by view, not yet in the database; `baselines`
    says which of them are approved, and how. `note` tells what could not be kept.
    """

    case: Case
    error: Note | None = None
    verdict: Verdict | None = None
    pending: dict[str, Any] | None = None
    is_news: bool = False
    first_seen_at: datetime | None = None
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    baselines: dict[str, str] = field(default_factory=dict)
    deployment: Deployment | None = None
    note: Note | None = None


@dataclass(slots=True)
class Done:
    """What the transactions did, for what comes after: watches to look at again, deliveries, news."""

    again: list[int] = field(default_factory=list)
    deliveries: int = 0
    live: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def tell(self, organization_id: int, **message: Any) -> None:
        self.live[organization_id].append(message)
