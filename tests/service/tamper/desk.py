"""What a worker and a person do with the watched pages of one site, at moments the test chooses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.core.clock import now_ms
from app.models import Alert, Watch, write
from app.service.actor import Actor
from app.service.site import create_site
from app.service.tamper.alert import list_alerts
from app.service.tamper.check import check_watches
from app.service.tamper.outcome import Done
from app.service.tamper.watch import create_watch, get_watch
from tests.service.tamper.site import WebSite


class Desk:
    def __init__(self, actor: Actor, web: WebSite) -> None:
        self.actor, self.web = actor, web
        self.site = create_site(actor, {"name": "Library", "base_url": web.base_url})

    def watch(self, path: str = "/", **values: Any) -> Watch:
        """A new watch that nobody has checked yet."""
        given = {"site_id": self.site.id, "url": self.web.base_url + path, **values}
        return create_watch(self.actor, given)

    def learned(self, path: str = "/", **values: Any) -> Watch:
        watch = self.watch(path, **values)
        self.check(watch)
        return self.look(watch)

    def check(self, *watches: Watch) -> Done:
        """One message of the scheduler, its slots later than any before."""
        slots = [(watch.id, self._next_due(watch)) for watch in watches]
        return check_watches(slots, pause=lambda seconds: None)

    def check_twice(self, *watches: Watch) -> None:
        """A look, and, as if a quarter of a minute later, the one that confirms it."""
        self.check(*watches)
        self.age(*watches)
        self.check(*watches)

    def age(self, *watches: Watch) -> None:
        """Let what waits for a second look have waited for fifteen seconds."""
        with write():
            for watch in watches:
                state = self.look(watch).state
                if state.pending is not None:
                    seen = datetime.fromisoformat(state.pending["at"]) - timedelta(seconds=15)
                    state.pending = {**state.pending, "at": seen.isoformat()}

    def _next_due(self, watch: Watch) -> int:
        return max(now_ms(), self.look(watch).state.last_due_ms + 1000)

    def look(self, watch: Watch) -> Watch:
        return get_watch(self.actor, watch.id)

    def alerts(self, **filters: Any) -> list[Alert]:
        """The organization's alerts, oldest first, the folded ones too."""
        return list_alerts(self.actor, folded=True, **filters).items[::-1]
