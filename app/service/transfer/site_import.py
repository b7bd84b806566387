"""Sites from a file: tried, then taken in parts, each with its place in the job in one transaction.

So a job that is killed goes on behind the last row it took, and takes none twice.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from redis import RedisError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import CloudEyeError, InvalidError, NotPermittedError
from app.engine.usability.registry import MonitorType
from app.models import Monitor, Site, SiteTag, db, write
from app.models.errors import DATABASE_AWAY
from app.service.actor import Actor
from app.service.job.course import Course
from app.service.monitor.manage import add_monitor
from app.service.monitor.rules import cleaned as cleaned_monitor
from app.service.monitor.rules import type_of
from app.service.permission.check import may
from app.service.scheduling import schedule
from app.service.scope.manage import check_new_tags
from app.service.site import add_site, apply_values, cleaned
from app.service.transfer.columns import Row, key_of, mark_twins
from app.service.transfer.marks import MARKS
from app.service.transfer.monitors import config_of

log = logging.getLogger("cloudeye.transfer")
DUPLICATES = ("skip", "update")
PART = 50
SHOWN_PROBLEMS = 200


@dataclass(slots=True)
class Planned:
    """A row with what it would come to: `site_id` is the site that has its address already."""

    row: Row
    what: str
    site_id: int | None = None
    clean: dict[str, Any] | None = None
    monitors: tuple[tuple[MonitorType, dict[str, Any]], ...] = ()

    def refuse(self, column: str, why: str) -> None:
        self.what = "refused"
        self.row.problems.append((column, why))


def plan(actor: Actor, rows: Sequence[Row], duplicates: str) -> list[Planned]:
    """What each row comes to; nothing is changed."""
    mark_twins(rows)
    known = known_sites(actor)
    present = _present(actor) if duplicates == "update" else {}
    return [_planned(actor, row, known.get(row.key), present) for row in rows]


def known_sites(actor: Actor) -> dict[str, int]:
    """The organization's living sites by the key of their address."""
    statement = select(Site.base_url, Site.id).where(
        Site.organization_id == actor.organization_id, Site.archived_at.is_(None)
    )
    found = {key_of(url): site_id for url, site_id in db.session.execute(statement.order_by(Site.id.desc()))}
    db.session.commit()
    return found


def _present(actor: Actor) -> dict[int, dict[str, Any]]:
    """What the organization's living sites are now, by their ids."""
    own = (Site.organization_id == actor.organization_id, Site.archived_at.is_(None))
    tags: dict[int, list[str]] = defaultdict(list)
    hung = select(SiteTag.site_id, SiteTag.tag).join(Site, Site.id == SiteTag.site_id).where(*own)
    for site_id, tag in db.session.execute(hung):
        tags[site_id].append(tag)
    rows = db.session.execute(select(Site.id, Site.name, Site.base_url, Site.description).where(*own))
    present = {row.id: {**row._asdict(), "tags": sorted(tags[row.id])} for row in rows}
    db.session.commit()
    return present


def _planned(
    actor: Actor, row: Row, site_id: int | None, present: Mapping[int, Mapping[str, Any]]
) -> Planned:
    planned = Planned(row, "added" if site_id is None else "known", site_id)
    if not row.problems:
        try:
            planned.clean = cleaned(row.values)
            if site_id is None:
                check_new_tags(actor, planned.clean.get("tags", []))
                planned.monitors = _monitors(actor, row)
            elif _changes(planned.clean, present.get(site_id)):
                planned.what = "updated"
                if "tags" in planned.clean:
                    check_new_tags(actor, planned.clean["tags"], site_id)
        except InvalidError as error:
            row.problems.extend(error.fields.items())
        except NotPermittedError as error:
            row.problems.append(("tags", error.msg))
    if row.problems:
        planned.what = "refused"
    return planned


def _changes(clean: Mapping[str, Any], present: Mapping[str, Any] | None) -> bool:
    """Would these values change a site? Not where it is to be left as it is."""
    if present is None:
        return False
    return any(_comparable(name, present[name]) != _comparable(name, value) for name, value in clean.items())


def _comparable(name: str, value: Any) -> Any:
    """Cells keep neither the space around a text nor which of three line ends it had."""
    if name == "tags":
        return sorted(set(value))
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() if name == "description" else value


def _monitors(actor: Actor, row: Row) -> tuple[tuple[MonitorType, dict[str, Any]], ...]:
    if row.monitors and not may(actor, "usability.write"):
        raise InvalidError({"monitors": NotPermittedError.msg})
    made = []
    for name, seconds, place in row.monitors:
        kind = type_of(name)
        values = {
            **kind.defaults,
            "name": row.values["name"],
            "config": config_of(kind, row.values["base_url"], place),
            **({} if seconds is None else {"interval_seconds": seconds}),
        }
        try:
            made.append((kind, cleaned_monitor(actor, kind, values, {}, {})))
        except InvalidError as error:
            raise InvalidError({"monitors": f"{name}: {error.msg}"}) from error
    return tuple(made)


def outcome_of(planned: Sequence[Planned], *, is_dry: bool) -> dict[str, Any]:
    """Counts, and the first problems by line and column."""
    counts = Counter(each.what for each in planned)
    problems = [
        {"line": each.row.line, "column": column, "problem": why}
        for each in planned
        for column, why in each.row.problems
    ]
    return {
        "is_dry": is_dry,
        "rows": len(planned),
        **{what: counts[what] for what in MARKS},
        "problems": problems[:SHOWN_PROBLEMS],
        "more_problems": max(0, len(problems) - SHOWN_PROBLEMS),
    }


class Taking:
    """Takes planned rows part by part, within the course of a job."""

    def __init__(self, course: Course, planned: Sequence[Planned]) -> None:
        self._course, self._planned = course, planned
        self._actor = course.actor
        self._marks: str = str(course.outcome.get("marks", ""))[: course.place]

    def run(self) -> None:
        """Take all rows that were not taken yet."""
        place = self._course.place
        for each, mark in zip(self._planned, self._marks, strict=False):
            # It was decided about before this try: what it did then is what is told.
            each.what = next(what for what, letter in MARKS.items() if letter == mark)
        while place < len(self._planned):
            part = self._planned[place : place + PART]
            self._take(place, part)
            place += len(part)
            self._course.moved(place, len(self._planned))

    def _take(self, place: int, part: Sequence[Planned]) -> None:
        """One transaction; where a row is refused inside it, each row has one of its own."""
        try:
            armed = self._write(place, part)
        except DATABASE_AWAY:
            raise
        except CloudEyeError as error:
            if len(part) > 1:
                for at, each in enumerate(part, place):
                    self._take(at, [each])
                return
            part[0].refuse(_column_of(error), error.msg)
            armed = self._write(place, part)
        for monitor in armed:
            with suppress(RedisError):  # It is armed at the next reconciliation.
                schedule.arm(monitor, self._actor.organization)

    def _write(self, place: int, part: Sequence[Planned]) -> list[Monitor]:
        armed: list[Monitor] = []
        decided = [each.what for each in part]
        with write() as session:
            for at, each in enumerate(part):
                decided[at] = self._apply(session, each, armed)
            marks = self._marks[:place] + "".join(MARKS[what] for what in decided)
            self._course.hold(session, now(), place=place + len(part), outcome={"marks": marks})
        self._marks = marks
        for each, what in zip(part, decided, strict=True):
            each.what = what
        return armed

    def _apply(self, session: Session, each: Planned, armed: list[Monitor]) -> str:
        clean = each.clean or {}
        if each.what == "added":
            site = add_site(session, self._actor, clean)
            for kind, values in each.monitors:
                armed.append(add_monitor(session, self._actor, site.id, kind, values))
        elif each.what == "updated":
            own = (Site.id == each.site_id, Site.organization_id == self._actor.organization_id)
            found = session.scalar(select(Site).where(*own))
            if found is None or not apply_values(session, self._actor, found, clean):
                return "known"
        return each.what


def _column_of(error: CloudEyeError) -> str:
    """The column an error is about; else the tags, by which the sites of narrowed members are known."""
    fields = error.fields if isinstance(error, InvalidError) else {}
    return next(iter(fields), "tags")
