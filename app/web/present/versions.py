"""Two versions of a page for the alert's comparison: text, source, pictures, or the pages themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import NotFoundError
from app.engine.net.charset import decode
from app.engine.tamper.compare import Comparison, compare_sources, compare_text
from app.engine.tamper.inventory import take_inventory
from app.engine.tamper.types import Observation
from app.models import Alert, Snapshot
from app.service.actor import Actor
from app.service.tamper.snapshot import get_snapshot, list_baselines, observation_of
from app.service.tamper.store import StoreError
from app.web.i18n import current_locale
from app.web.times import full_time
from app.web.words.tamper import view_label

MAX_READ = 1_500_000
"""Bytes of a page that its text is taken of, about 0.4 s."""
SHOWS = ("text", "source", "picture", "page")


@dataclass(slots=True)
class Versions:
    """What was approved and what was judged. `missing` says why there is nothing to show."""

    before: Snapshot | None = None
    after: Snapshot | None = None
    found: Comparison | None = None
    missing: str = ""

    @property
    def before_text(self) -> str:
        return _("Approved, %(when)s", when=full_time(self.before.at)) if self.before else _("Before")

    @property
    def after_text(self) -> str:
        return _("Judged, %(when)s", when=full_time(self.after.at)) if self.after else _("After")

    @property
    def summary(self) -> str:
        """How much changed, in a line over the comparison."""
        if self.found is None:
            return ""
        found = self.found
        counts = (
            (found.changed, ngettext("%(num)s line changed", "%(num)s lines changed", found.changed)),
            (found.added, ngettext("%(num)s line came", "%(num)s lines came", found.added)),
            (found.removed, ngettext("%(num)s line went", "%(num)s lines went", found.removed)),
            (found.is_cut, _("only the first part is shown")),
        )
        return " · ".join(words for count, words in counts if count)

    @property
    def before_picture(self) -> str | None:
        return _picture(self.before)

    @property
    def after_picture(self) -> str | None:
        return _picture(self.after)

    @property
    def before_page(self) -> str | None:
        return url_for("web.snapshot_page", snapshot_id=self.before.id) if self.before else None

    @property
    def after_page(self) -> str | None:
        return url_for("web.snapshot_page", snapshot_id=self.after.id) if self.after else None


def _picture(snapshot: Snapshot | None) -> str | None:
    if snapshot is None or not snapshot.screenshot_sha256:
        return None
    return url_for("web.snapshot_picture", snapshot_id=snapshot.id)


def versions_of(actor: Actor, alert: Alert, view: str, show: str) -> Versions:
    """Both versions of one view of an alert's page, compared when `show` is text or source."""
    before_id, after_id = _ids(actor, alert, view)
    found = Versions(_snapshot(actor, before_id), _snapshot(actor, after_id))
    if found.after is None:
        found.missing = _("What was judged is no longer kept: its time was over, or the store was full.")
    elif found.before is None:
        found.missing = _("There is no approved version of this view to compare it with.")
    elif show in ("text", "source"):
        try:
            found.found = _compared(found.before, found.after, show)
        except StoreError:
            found.missing = _("One of the two copies cannot be read from the store any more.")
    return found


def _ids(actor: Actor, alert: Alert, view: str) -> tuple[int | None, int | None]:
    if view == alert.view:
        return alert.before_snapshot_id, alert.after_snapshot_id
    newest = list_baselines(actor, watch_id=alert.watch_id, view=view, limit=1).items
    judged = alert.snapshots.get(view)
    return newest[0].snapshot_id if newest else None, int(judged) if judged else None


def _snapshot(actor: Actor, snapshot_id: int | None) -> Snapshot | None:
    try:
        return get_snapshot(actor, snapshot_id) if snapshot_id else None
    except NotFoundError:
        return None


def _compared(before: Snapshot, after: Snapshot, show: str) -> Comparison:
    old, new = observation_of(before), observation_of(after)
    if show == "text":
        found = compare_text(_text_of(old), _text_of(new))
        return replace(found, is_cut=found.is_cut or max(len(old.body), len(new.body)) > MAX_READ)
    return compare_sources(decode(old.body, old.content_type), decode(new.body, new.content_type))


def _text_of(seen: Observation) -> str:
    """What a visitor reads of the first part of a page: whoever waits for the page shares the worker."""
    return take_inventory(replace(seen, body=seen.body[:MAX_READ])).text


def show_tabs(alert: Alert, view: str, show: str) -> list[dict[str, Any]]:
    """Text, source, picture and page, as tabs."""
    words = {"text": _("Text"), "source": _("Source"), "picture": _("Picture"), "page": _("Page")}
    return [
        {
            "url": url_for("web.alert", alert_id=alert.id, show=each, view=view),
            "text": words[each],
            "active": each == show,
        }
        for each in SHOWS
    ]


def view_tabs(alert: Alert, view: str, show: str) -> list[dict[str, Any]]:
    """The views that were judged, the alert's own first."""
    views = [alert.view, *(each for each in alert.snapshots if each != alert.view)]
    return [
        {
            "url": url_for("web.alert", alert_id=alert.id, show=show, view=each),
            "text": view_label(each, current_locale()),
            "active": each == view,
        }
        for each in views
    ]
