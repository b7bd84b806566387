"""Sensitive words of an organization: those it looks for on all its pages, and those that are none to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.errors import InvalidError
from app.models import OrganizationWords, Watch, WatchView, db, write
from app.service.actor import Actor
from app.service.audit import changed, record_change

FIELDS = ("words", "allowed_words")
MAX_WORDS = 2_000
MAX_LENGTH = 100


def get_words(actor: Actor) -> dict[str, list[str]]:
    """Both lists: {words, allowed_words}."""
    return _facts(_row(db.session(), actor))


def change_words(actor: Actor, values: dict[str, Any]) -> dict[str, list[str]]:
    """Set one list or both; every page is judged by them at its next check."""
    clean = _cleaned(values)
    with write() as session:
        row = _row(session, actor)
        before = _facts(row)
        if row is None:
            row = OrganizationWords(organization_id=actor.organization_id, words=[], allowed_words=[])
            session.add(row)
        for name, value in clean.items():
            setattr(row, name, value)
        old, new = changed(before, _facts(row))
        if new:
            own = select(Watch.id).where(Watch.organization_id == actor.organization_id)
            session.execute(
                update(WatchView)
                .where(WatchView.watch_id.in_(own))
                .values(last_sha256=None)
                .execution_options(synchronize_session=False)
            )
            record_change(
                session, actor, "words.change", "organization", actor.organization_id, before=old, after=new
            )
    return _facts(row)


def _row(session: Session, actor: Actor) -> OrganizationWords | None:
    return session.get(OrganizationWords, actor.organization_id, populate_existing=True)


def _facts(row: OrganizationWords | None) -> dict[str, list[str]]:
    return {name: list(getattr(row, name)) if row is not None else [] for name in FIELDS}


def _cleaned(values: dict[str, Any]) -> dict[str, list[str]]:
    clean: dict[str, list[str]] = {}
    wrong: dict[str, str] = {}
    for name in FIELDS:
        if name in values:
            clean[name] = list(dict.fromkeys(word.strip() for word in values[name] if word.strip()))
            if len(clean[name]) > MAX_WORDS:
                wrong[name] = f"at most {MAX_WORDS} words"
            elif any(len(word) > MAX_LENGTH for word in clean[name]):
                wrong[name] = f"a word has at most {MAX_LENGTH} characters"
    if wrong:
        raise InvalidError(wrong)
    return clean
