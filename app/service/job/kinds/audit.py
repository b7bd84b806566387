"""The audit log into a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, func

from app.models import AuditEntry, db
from app.service.job.course import Course
from app.service.job.kinds.sites import counted, write_table
from app.service.job.registry import job_kind
from app.service.trail.search import Wanted, statement_of

PART = 500
_HEAD = {
    "en": ("When (UTC)", "Who", "What", "Of", "Id", "Way in", "Address", "Request", "Before", "After"),
    "zh": (
        "时间（UTC）",
        "操作人",
        "操作",
        "对象",
        "对象 ID",
        "登录方式",
        "来源地址",
        "请求",
        "变更前",
        "变更后",
    ),
}
_TITLE = {"en": "Audit log", "zh": "审计日志"}


@job_kind("audit.export", "audit.read")
def export_audit(course: Course) -> dict[str, Any]:
    """values: format, locale, and optionally who, action, way, from and to (moments in ISO 8601)."""
    statement = _asked(course)
    total = int(db.session.scalar(statement.with_only_columns(func.count(), maintain_column_froms=True)) or 0)
    course.moved(0, total)
    rows = counted(course, _rows(statement), total)
    known = course.locale if course.locale in _HEAD else "en"
    write_table(course, "audit", _TITLE[known], _HEAD[known], rows)
    return {"rows": course.done}


def _asked(course: Course) -> Select[Any]:
    values = course.values
    since, until = (
        datetime.fromisoformat(values[name]) if values.get(name) else None for name in ("from", "to")
    )
    plain = {name: values.get(name) for name in ("who", "action", "way")}
    return statement_of(course.actor, Wanted(**plain, since=since, until=until))


def _rows(statement: Select[Any]) -> Iterator[list[Any]]:
    after = 0
    while True:
        part = statement.where(AuditEntry.id > after).order_by(AuditEntry.id).limit(PART)
        entries = list(db.session.scalars(part))
        db.session.commit()
        for each in entries:
            yield [
                each.at,
                each.user_email,
                each.action,
                each.object_type,
                str(each.object_id or ""),
                each.way,
                each.ip,
                each.request_id,
                _json(each.before),
                _json(each.after),
            ]
        if len(entries) < PART:
            return
        after = entries[-1].id


def _json(value: Any) -> str:
    return "" if value is None else orjson.dumps(value).decode()
