"""What people say of findings: real, not real, accepted for a time, fixed by hand; whose and until when.

One at a time or up to 500 together. Each change is in the finding's history, audited and on the timeline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from app.models import Finding, FindingHistory, Membership, User, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.bug.event import put_finding_event
from app.service.bug.finding import get_finding, is_ours, own_finding
from app.service.bug.sla import due_at
from app.service.permission.check import may

ACTS = ("confirm", "false_positive", "accept", "reopen", "fix", "assign", "due")
ASKING = {"accept": "bug.accept", "false_positive": "bug.accept"}
"""Acts that ask for more than bug.write."""
MAX_BULK = 500
MAX_NOTE = 2_000
ACCEPTED_DAYS = (1, 365)


def decide(actor: Actor, finding_id: int, act: str, values: dict[str, Any] | None = None) -> Finding:
    """Do one act to one finding. `values` by act:

    confirm, reopen: note. false_positive: note, which must be given. accept: note, which must be given, and
    `until` (a moment within a year). fix: note; for imported ones only, since scans see for themselves.
    assign: assignee_id (None: nobody). due: due_at (None: none).
    """
    _ask(actor, act)
    get_finding(actor, finding_id)
    clean = _cleaned(act, values or {})
    with write() as session:
        finding = own_finding(session, actor, finding_id)
        _do(session, actor, finding, act, clean)
    return get_finding(actor, finding_id)


def decide_many(
    actor: Actor, finding_ids: Sequence[int], act: str, values: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The same to many: {"id", "ok", "error"} of each. Who may not do the act does it to none."""
    _ask(actor, act)
    clean = _cleaned(act, values or {})
    ids = list(dict.fromkeys(finding_ids))
    if not 1 <= len(ids) <= MAX_BULK:
        raise InvalidError({"ids": f"must have 1 to {MAX_BULK} ids"})
    with write() as session:
        rows = {row.id: row for row in session.scalars(_own_of(actor, ids))}
        return [_try(session, actor, rows.get(each), each, act, clean) for each in ids]


def _own_of(actor: Actor, ids: Sequence[int]) -> Any:
    return (
        select(Finding)
        .where(Finding.organization_id == actor.organization_id, Finding.id.in_(ids))
        .options(joinedload(Finding.site))
        .execution_options(populate_existing=True)
    )


def _try(
    session: Session, actor: Actor, row: Finding | None, identifier: int, act: str, clean: dict[str, Any]
) -> dict[str, Any]:
    try:
        if row is None:
            raise NotFoundError("there is no such finding")
        _do(session, actor, row, act, clean)
    except (ConflictError, NotFoundError) as error:
        return {"id": identifier, "ok": False, "error": error.msg}
    return {"id": identifier, "ok": True, "error": None}


def comment_finding(actor: Actor, finding_id: int, note: str) -> Finding:
    """Say something about a finding, for those who read its history."""
    get_finding(actor, finding_id)
    text = _note(note, required=True)
    with write() as session:
        finding = own_finding(session, actor, finding_id)
        _put(session, actor, finding, "comment", note=text)
        record_change(session, actor, "finding.comment", "finding", finding.id)
    return get_finding(actor, finding_id)


def members_of(actor: Actor) -> list[User]:
    """To whom findings can be assigned."""
    statement = select(User).join(Membership, Membership.user_id == User.id)
    own = statement.where(Membership.organization_id == actor.organization_id, User.is_active.is_(True))
    own = own.where(Membership.is_active.is_(True))
    return list(db.session.scalars(own.order_by(User.email).limit(1_000)))


def _ask(actor: Actor, act: str) -> None:
    if act not in ACTS:
        raise InvalidError({"act": f"must be one of: {', '.join(ACTS)}"})
    if not may(actor, ASKING.get(act, "bug.write")):
        raise NotPermittedError


def _cleaned(act: str, values: dict[str, Any]) -> dict[str, Any]:
    clean = {**values, "note": _note(values.get("note", ""), required=act in ("accept", "false_positive"))}
    if act == "accept":
        until: datetime | None = values.get("until")
        least, most = (now() + timedelta(days=days) for days in (0, ACCEPTED_DAYS[1] + 1))
        if until is None or not least < until <= most:
            raise InvalidError({"until": f"must be a moment within {ACCEPTED_DAYS[1]} days"})
    return clean


def _note(value: str, *, required: bool) -> str:
    note = value.strip()
    if required and not note:
        raise InvalidError({"note": "must say why"})
    if len(note) > MAX_NOTE:
        raise InvalidError({"note": f"must have at most {MAX_NOTE} characters"})
    return note


def _do(session: Session, actor: Actor, finding: Finding, act: str, values: dict[str, Any]) -> None:
    _DOING[act](session, actor, finding, values)


def _confirm(session: Session, actor: Actor, finding: Finding, values: dict[str, Any]) -> None:
    _move(
        session, actor, finding, "confirmed", values, "confirmed", of=("open", "false_positive", "accepted")
    )


def _reject(session: Session, actor: Actor, finding: Finding, values: dict[str, Any]) -> None:
    _move(
        session,
        actor,
        finding,
        "false_positive",
        values,
        "false_positive",
        of=("open", "confirmed", "accepted", "fixed"),
    )
    finding.accepted_by, finding.accepted_reason = actor.user.account, values["note"]


def _accept(session: Session, actor: Actor, finding: Finding, values: dict[str, Any]) -> None:
    states = ("open", "confirmed", "accepted")
    _move(session, actor, finding, "accepted", values, "accepted", of=states)
    finding.accepted_by, finding.accepted_reason = actor.user.account, values["note"]
    finding.accepted_until = values["until"]


def _reopen(session: Session, actor: Actor, finding: Finding, values: dict[str, Any]) -> None:
    states = ("confirmed", "false_positive", "accepted", "fixed")
    was_fixed = finding.state == "fixed"
    _move(session, actor, finding, "open", values, "reopened", of=states)
    finding.missed, finding.fixed_at = 0, None
    if was_fixed:
        finding.due_at = due_at(actor.organization, finding.severity, now())


def _fix(session: Session, actor: Actor, finding: Finding, values: dict[str, Any]) -> None:
    if is_ours(finding):
        raise ConflictError("scans see for themselves whether it is fixed; ask for a retest")
    _move(session, actor, finding, "fixed", values, "fixed", of=("open", "confirmed", "accepted"))
    finding.fixed_at = now()


def _move(
    session: Session,
    actor: Actor,
    finding: Finding,
    state: str,
    values: dict[str, Any],
    kind: str,
    *,
    of: tuple[str, ...],
) -> None:
    if finding.state not in of:
        raise ConflictError(f"the finding is {finding.state}")
    before = finding.state
    finding.state, finding.state_since = state, now()
    if state != "accepted":
        finding.accepted_by = finding.accepted_reason = ""
        finding.accepted_until = None
    _put(session, actor, finding, "state", before=before, after=state, note=values.get("note", ""))
    put_finding_event(
        session, finding, kind, by=actor.user.account, before=before, note=values.get("note", "")
    )
    record_change(
        session,
        actor,
        f"finding.{kind}",
        "finding",
        finding.id,
        before={"state": before},
        after={"state": state, "note": values.get("note", "")},
    )


def _assign(session: Session, actor: Actor, finding: Finding, values: dict[str, Any]) -> None:
    user_id = values.get("assignee_id")
    email = ""
    if user_id is not None:
        email = _member(session, actor, user_id).account
    if finding.assignee_id == user_id:
        return
    before = finding.assignee_email
    finding.assignee_id, finding.assignee_email = user_id, email
    _put(session, actor, finding, "assigned", before=before, after=email, note=values.get("note", ""))
    record_change(
        session,
        actor,
        "finding.assign",
        "finding",
        finding.id,
        before={"assignee": before},
        after={"assignee": email},
    )


def _member(session: Session, actor: Actor, user_id: int) -> User:
    user = session.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(User.id == user_id, Membership.organization_id == actor.organization_id)
    )
    if user is None:
        raise InvalidError({"assignee_id": "is nobody of this organization"})
    return user


def _due(session: Session, actor: Actor, finding: Finding, values: dict[str, Any]) -> None:
    moment: datetime | None = values.get("due_at")
    if finding.due_at == moment:
        return
    before, finding.due_at = finding.due_at, moment
    said = {
        "before": before.isoformat() if before else "",
        "after": moment.isoformat() if moment else "",
    }
    _put(session, actor, finding, "due", note=values.get("note", ""), **said)
    record_change(
        session,
        actor,
        "finding.due",
        "finding",
        finding.id,
        before={"due_at": said["before"]},
        after={"due_at": said["after"]},
    )


def _put(session: Session, actor: Actor, finding: Finding, kind: str, **values: str) -> None:
    session.add(
        FindingHistory(
            finding_id=finding.id, kind=kind, by=actor.user.account, user_id=actor.user.id, **values
        )
    )


_DOING: dict[str, Callable[[Session, Actor, Finding, dict[str, Any]], None]] = {
    "confirm": _confirm,
    "false_positive": _reject,
    "accept": _accept,
    "reopen": _reopen,
    "fix": _fix,
    "assign": _assign,
    "due": _due,
}
