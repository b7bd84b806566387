"""A report of uptime into a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.models import db
from app.service.job.course import Course
from app.service.job.kinds.sites import counted, write_table
from app.service.job.registry import job_kind
from app.service.results.uptime import Line, report
from app.service.results.uptime_files import cells_of, file_name, head, title

PART = 200


@job_kind("uptime.export", "usability.read")
def export_uptime(course: Course) -> dict[str, Any]:
    """values: format, locale, asked (from_ms, to_ms, by, tag, with_maintenance)."""
    asked: dict[str, Any] = course.values["asked"]
    name = file_name(asked, "").rstrip(".")
    rows = (cells_of(line, asked) for line in _lines(course.actor.organization_id, asked))
    write_table(course, name, title(course.locale), head(course.locale), counted(course, rows))
    return {"rows": course.done}


def _lines(organization_id: int, asked: dict[str, Any]) -> Iterator[Line]:
    after = None
    while True:
        part = report(organization_id, after=after, most=PART, **asked)
        db.session.commit()
        yield from part
        if len(part) < PART:
            return
        after = (part[-1].site, part[-1].name, part[-1].key)
