"""Findings: list them by what one looks for, and look at one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from app.core.clock import now
from app.core.errors import InvalidError
from app.engine.bug.definitions import UnknownRuleError, definition_of
from app.models import Finding, FindingHistory, FindingLocation, Scan, Site, db
from app.models.finding import LIVING
from app.service.actor import Actor
from app.service.owned import fetch_own
from app.service.paging import Page, cut, decode_cursor

SORTS = ("-severity", "severity", "-last_seen", "last_seen", "due", "-due")
FILTERS = ("site_id", "state", "severity", "cls", "rule", "assignee_id", "source", "overdue", "q", "scan_id")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where what has no due date stands in the order."""


def list_findings(
    actor: Actor,
    *,
    sort: str = "-severity",
    cursor: str | None = None,
    limit: int = 50,
    **filters: Any,
) -> Page[Finding]:
    """The organization's findings. `filters` are `FILTERS`; without a state, those nobody has dealt with.

    `state` is one of the states, "living" (open and confirmed) or "all"; `severity` and `cls` may be lists;
    `assignee_id` 0 is nobody; `overdue` those past their due date.
    """
    if sort not in SORTS:
        raise InvalidError({"sort": f"must be one of: {', '.join(SORTS)}"})
    order = _ORDERS[sort.removeprefix("-")]
    descending = sort.startswith("-")
    statement = filtered(actor, filters).options(joinedload(Finding.site, innerjoin=True))
    column = order.column()
    if cursor:
        value, after = decode_cursor(cursor, [order.kind, int])
        statement = statement.where(_behind(column, order.value(value), after, descending=descending))
    ordered = (column.desc(), Finding.id.desc()) if descending else (column, Finding.id)
    statement = statement.order_by(*ordered).limit(limit + 1)
    rows = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    return cut(rows, limit, lambda row: [order.key(row), row.id])


def count_findings(actor: Actor, **filters: Any) -> dict[str, int]:
    """How many of them there are by severity."""
    counted = filtered(actor, filters).subquery()
    rows = db.session.execute(select(counted.c.severity, func.count()).group_by(counted.c.severity))
    return {each[0]: each[1] for each in rows}


def filtered(actor: Actor, filters: dict[str, Any]) -> Select[Any]:
    """The statement of a list, and of its exports."""
    statement = (
        select(Finding)
        .join(Site, Site.id == Finding.site_id)
        .where(Finding.organization_id == actor.organization_id, Site.archived_at.is_(None))
    )
    given = {
        name: value for name, value in filters.items() if value is not False and value not in (None, "", [])
    }
    if unknown := given.keys() - set(FILTERS):
        raise InvalidError(dict.fromkeys(unknown, "is not known here"))
    state = given.pop("state", "living")
    if state != "all":
        statement = statement.where(Finding.state.in_(LIVING if state == "living" else _many(state)))
    for name, value in given.items():
        statement = statement.where(_condition(name, value))
    return statement


def _condition(name: str, value: Any) -> ColumnElement[bool]:
    if name == "q":
        return _contains(str(value))
    if name == "overdue":
        return and_(Finding.due_at < now(), Finding.state.in_(LIVING))
    if name == "assignee_id":
        return Finding.assignee_id.in_([value]) if value else Finding.assignee_id.is_(None)
    if name == "scan_id":
        name = "last_scan_id"
    column: InstrumentedAttribute[Any] = getattr(Finding, name)
    condition: ColumnElement[bool] = column.in_(_many(value))
    return condition


def _many(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _contains(q: str) -> ColumnElement[bool]:
    columns = (
        Finding.title_en,
        Finding.title_zh,
        Finding.url,
        Finding.rule,
        Finding.cls,
        Finding.parameter,
        Finding.component,
    )
    return or_(*(column.contains(q, autoescape=True) for column in columns))


def _behind(column: Any, value: Any, after: int, *, descending: bool) -> ColumnElement[bool]:
    if descending:
        return or_(column < value, and_(column == value, Finding.id < after))
    return or_(column > value, and_(column == value, Finding.id > after))


@dataclass(frozen=True, slots=True)
class _Order:
    """By what a list is sorted: numbers, or moments that a cursor writes as texts."""

    name: str
    kind: type

    def column(self) -> Any:
        column = getattr(Finding, self.name)
        return func.coalesce(column, NEVER, type_=column.type) if self.name == "due_at" else column

    def key(self, row: Finding) -> Any:
        value = getattr(row, self.name)
        return value if self.kind is int else (value or NEVER).isoformat()

    def value(self, given: Any) -> Any:
        if self.kind is int:
            return given
        try:
            return datetime.fromisoformat(given).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise InvalidError({"cursor": "is not a cursor of this list"}) from error


_ORDERS = {
    "severity": _Order("severity_rank", int),
    "last_seen": _Order("last_seen_at", str),
    "due": _Order("due_at", str),
}


def get_finding(actor: Actor, finding_id: int) -> Finding:
    return own_finding(db.session(), actor, finding_id)


def own_finding(session: Session, actor: Actor, finding_id: int) -> Finding:
    return fetch_own(session, Finding, actor, finding_id, joinedload(Finding.site))


def locations_of(finding: Finding) -> list[FindingLocation]:
    """Where it was seen, at most 100."""
    statement = select(FindingLocation).where(FindingLocation.finding_id == finding.id)
    return list(db.session.scalars(statement.order_by(FindingLocation.id).limit(100)))


def history_of(finding: Finding) -> list[FindingHistory]:
    """What became of it, newest first, at most 200."""
    statement = select(FindingHistory).where(FindingHistory.finding_id == finding.id)
    return list(db.session.scalars(statement.order_by(FindingHistory.id.desc()).limit(200)))


def retest_of(finding: Finding) -> Scan | None:
    """Its newest retest."""
    statement = select(Scan).where(Scan.site_id == finding.site_id, Scan.finding_id == finding.id)
    return db.session.scalar(statement.order_by(Scan.id.desc()).limit(1))


def is_ours(finding: Finding) -> bool:
    """Whether our scans look for it, whoever found it first; else only the tool that reported it can."""
    try:
        definition_of(finding.rule)
    except UnknownRuleError:
        return finding.source == "scan"
    return True


def is_overdue(finding: Finding) -> bool:
    return finding.state in LIVING and finding.due_at is not None and finding.due_at < now()


def grave_findings(actor: Actor) -> int:
    """How many critical and high ones wait for somebody, at most 100: enough for a badge."""
    waiting = filtered(actor, {"severity": ["critical", "high"]}).with_only_columns(Finding.id).limit(100)
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def classes_of(actor: Actor) -> list[str]:
    """The classes of the organization's findings, for the filter."""
    statement = select(Finding.cls).where(Finding.organization_id == actor.organization_id).distinct()
    return list(db.session.scalars(statement.order_by(Finding.cls).limit(500)))
