"""Findings into a file: as many as there are, where a download ends at what a web process can bear."""

from __future__ import annotations

from typing import Any

from app.engine.bug.exchange.tables import header
from app.service.bug.exports import count_findings, finding_cells
from app.service.job.course import Course
from app.service.job.kinds.sites import counted, write_table
from app.service.job.registry import job_kind

MAX_ROWS = 1_000_000
_TITLE = {"en": "Findings", "zh": "问题"}


@job_kind("findings.export", "bug.read")
def export_findings(course: Course) -> dict[str, Any]:
    """values: format (csv or xlsx), locale, filters as the list's."""
    filters: dict[str, Any] = course.values.get("filters", {})
    total = count_findings(course.actor, filters)
    course.moved(0, total)
    rows = counted(course, finding_cells(course.actor, filters, course.locale, MAX_ROWS), total)
    write_table(course, "findings", _TITLE.get(course.locale, "Findings"), header(course.locale), rows)
    return {"rows": course.done}
