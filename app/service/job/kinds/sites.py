"""Sites into a file, and out of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from app.engine.sheet import csv_text, xlsx
from app.service.job.course import CancelledError, Course
from app.service.job.registry import job_kind
from app.service.transfer import site_export
from app.service.transfer.columns import NAMES
from app.service.transfer.problems import in_language
from app.service.transfer.reading import is_workbook, rows_of
from app.service.transfer.site_import import Planned, Taking, outcome_of, plan

T = TypeVar("T")
EVERY = 200
"""Rows between two words about how far it is."""
_SHEET = {"en": "Sites", "zh": "站点"}
_REPORT = {
    "en": ("Line", "What became of it", "Name", "Address", "Column", "What is wrong"),
    "zh": ("行号", "处理结果", "名称", "网址", "列", "问题"),
}
_WHAT = {
    "en": {"added": "added", "updated": "changed", "known": "there already", "refused": "not taken"},
    "zh": {"added": "已添加", "updated": "已更新", "known": "已存在", "refused": "未导入"},
}
_WOULD = {
    "en": {
        "added": "would be added",
        "updated": "would be changed",
        "known": "there already",
        "refused": "wrong",
    },
    "zh": {"added": "将添加", "updated": "将更新", "known": "已存在", "refused": "有误"},
}


def counted(course: Course, rows: Iterable[T], total: int | None = None) -> Iterator[T]:
    """The rows, with a word now and then about how far it is."""
    number = 0
    for number, row in enumerate(rows, 1):
        yield row
        if number % EVERY == 0:
            course.moved(number, total)
    course.moved(number, number)


def write_table(
    course: Course, name: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """The result of an export in the format that was asked for."""
    kind = str(course.values.get("format", "csv"))
    if kind == "xlsx":
        with course.writing(f"{name}.xlsx", xlsx.MEDIA) as out:
            xlsx.write_xlsx(out, [xlsx.Table(title, head, rows)])
    else:
        with course.writing(f"{name}.csv", csv_text.MEDIA) as out:
            csv_text.write_csv(out, head, rows)


@job_kind("sites.export", "site.read")
def export_sites(course: Course) -> dict[str, Any]:
    """values: format, locale, and the list's filters q, tag, archived."""
    filters = {name: course.values[name] for name in ("q", "tag", "archived") if course.values.get(name)}
    total = site_export.count_sites(course.actor, filters)
    course.moved(0, total)
    rows = counted(course, site_export.site_rows(course.actor, filters), total)
    title = _SHEET.get(course.locale) or _SHEET["en"]
    write_table(course, "sites", title, site_export.head(course.locale), rows)
    return {"rows": course.done}


@job_kind("sites.import", "site.write")
def import_sites(course: Course) -> dict[str, Any]:
    """values: is_dry, duplicates (skip or update), is_strict (all rows or none), locale."""
    is_dry = bool(course.values.get("is_dry", True))
    data = course.input()
    rows = rows_of(data)
    course.moved(course.place, len(rows))
    planned = plan(course.actor, rows, str(course.values.get("duplicates", "skip")))
    stopped = _stopped(course, planned)
    if not is_dry and not stopped:
        _take(course, planned)
    course.moved(len(rows), len(rows))
    _report(course, planned, is_dry=is_dry or stopped, as_workbook=is_workbook(data))
    course.outcome = {}
    return {**outcome_of(planned, is_dry=is_dry), "is_stopped": stopped}


def _stopped(course: Course, planned: list[Planned]) -> bool:
    """All rows or none: one that is wrong stops the rest, before the first is taken."""
    is_strict = bool(course.values.get("is_strict")) and course.place == 0
    return is_strict and any(each.what == "refused" for each in planned)


def _take(course: Course, planned: list[Planned]) -> None:
    taking = Taking(course, planned)
    try:
        taking.run()
    except CancelledError:
        course.outcome = {
            **outcome_of(planned[: course.done], is_dry=False),
            "left": len(planned) - course.done,
        }
        raise


def _report(course: Course, planned: list[Planned], *, is_dry: bool, as_workbook: bool) -> None:
    """A file with a line a row, and a line for each further problem."""
    locale = course.locale if course.locale in _REPORT else "en"
    words = (_WOULD if is_dry else _WHAT)[locale]
    course.values["format"] = "xlsx" if as_workbook else "csv"
    lines = (line for each in planned for line in _lines(each, words[each.what], locale))
    write_table(course, "sites-import", _SHEET[locale], _REPORT[locale], lines)


def _lines(each: Planned, what: str, locale: str) -> Iterator[list[Any]]:
    names = NAMES
    said = [each.row.line, what, each.row.values.get("name", ""), each.row.values.get("base_url", "")]

    for column, why in each.row.problems or [("", "")]:
        yield [*said, names.get(column, {}).get(locale, column), in_language(why, locale)]
