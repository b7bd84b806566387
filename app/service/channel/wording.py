"""Templates: an organization's own words for its messages, tried before they are kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, RateLimitedError
from app.core.redis import increment_within
from app.engine.notify.kinds_of_message import EVERYTHING, MESSAGES, TEMPLATE_EVENTS, candidates
from app.engine.notify.message import Message
from app.engine.notify.samples import sample
from app.engine.notify.templates import (
    MOST_BODY_SOURCE,
    MOST_TITLE_SOURCE,
    TemplateError,
    Words,
    render_words,
)
from app.models import MessageTemplate, Organization, db, write
from app.models.routing import TEMPLATE_FORMATS, TEMPLATE_LOCALES
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.values import clean_values, one_of

log = logging.getLogger("cloudeye.delivery")
FIELDS = ("event", "locale", "format", "title", "body", "is_enabled")
TRIES_A_MINUTE = 60
_NEW: dict[str, Any] = {"format": "text", "title": "", "is_enabled": True}


def list_templates(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[MessageTemplate]:
    """The organization's templates, oldest first."""
    own = select(MessageTemplate).where(MessageTemplate.organization_id == actor.organization_id)
    return page_by_id(own, MessageTemplate.id, cursor, limit, newest_first=False)


def get_template(actor: Actor, template_id: int) -> MessageTemplate:
    return fetch_own(db.session(), MessageTemplate, actor, template_id)


def create_template(actor: Actor, values: dict[str, Any]) -> MessageTemplate:
    """A template from `event`, `locale` and `body`, and some of FIELDS; one an event and language."""
    clean = _cleaned({**_NEW, **values})
    _try(actor, clean)
    try:
        with write() as session:
            template = MessageTemplate(organization_id=actor.organization_id, **clean)
            session.add(template)
            session.flush()
            record_change(session, actor, "wording.create", "wording", template.id, after=facts(template))
    except IntegrityError as error:
        raise ConflictError("there is a template for this event in this language") from error
    return template


def change_template(actor: Actor, template_id: int, values: dict[str, Any]) -> MessageTemplate:
    """Change some of a template. What went wrong with it before is forgotten."""
    clean = _cleaned(values)
    present = get_template(actor, template_id)
    if {"format", "title", "body", "event", "locale"} & clean.keys():
        _try(actor, {**facts(present), **clean})
    try:
        with write() as session:
            template = fetch_own(session, MessageTemplate, actor, template_id)
            before = facts(template)
            for name, value in clean.items():
                setattr(template, name, value)
            template.last_error, template.failed_at = "", None
            old, new = changed(before, facts(template))
            if new:
                record_change(session, actor, "wording.change", "wording", template.id, before=old, after=new)
    except IntegrityError as error:
        raise ConflictError("there is a template for this event in this language") from error
    return template


def delete_template(actor: Actor, template_id: int) -> None:
    """Remove a template: CloudEye's own words go out again."""
    with write() as session:
        template = fetch_own(session, MessageTemplate, actor, template_id)
        record_change(session, actor, "wording.delete", "wording", template.id, before=facts(template))
        session.delete(template)


def preview(actor: Actor, values: dict[str, Any]) -> dict[str, str]:
    """What a template makes of a made-up message: {"title", "body", "format"}.

    InvalidError names the field and, in its sentence, the line.
    """
    clean = _cleaned({"event": EVERYTHING, "locale": actor.organization.locale, **_NEW, **values})
    return _try(actor, clean)


def _try(actor: Actor, clean: dict[str, Any]) -> dict[str, str]:
    rate = increment_within(f"template.try:{actor.organization_id}", TRIES_A_MINUTE, 60)
    if not rate.allowed:
        raise RateLimitedError(rate.resets_in)
    organization = actor.organization
    message = sample(sample_kind(clean["event"]), now(), organization.name)
    message = replace(message, zone=organization.timezone)
    words = Words(clean["title"], clean["body"], clean["format"])
    # The process takes a moment: no transaction may be open meanwhile.
    db.session.commit()
    try:
        return render_words(
            words, message, locale=clean["locale"], zone=organization.timezone, is_strict=True
        )
    except TemplateError as error:
        raise InvalidError({error.field: str(error)}) from error


def sample_kind(event: str) -> str:
    """The kind of message on which an event's template is tried."""
    head = event.removesuffix("*")
    return next((kind for kind in MESSAGES if kind.startswith(head)), MESSAGES[0])


def in_own_words(message: Message, organization: Organization) -> Message:
    """The message with the organization's words for it, where it has any that can be made.

    Either way its times are told by the organization's clock. An alarm is never lost with its words: what a
    template cannot make goes out in CloudEye's, and the template says so.
    """
    message = replace(message, zone=organization.timezone)
    template = _template_for(organization, message.kind)
    if template is None:
        return message
    words = Words(template.title, template.body, template.format)
    try:
        made = render_words(words, message, locale=organization.locale, zone=organization.timezone)
    except TemplateError as error:
        _note_failure(template.id, f"{error.field}: {error}")
        return message
    return replace(message, words=made)


def _template_for(organization: Organization, kind: str) -> MessageTemplate | None:
    if kind not in MESSAGES:
        return None
    wanted = candidates(kind)
    rows = db.session.scalars(
        select(MessageTemplate)
        .where(
            MessageTemplate.organization_id == organization.id,
            MessageTemplate.locale == organization.locale,
            MessageTemplate.event.in_(wanted),
            MessageTemplate.is_enabled.is_(True),
        )
        .execution_options(populate_existing=True)
    ).all()
    db.session.commit()
    return min(rows, key=lambda row: wanted.index(row.event), default=None)


def _note_failure(template_id: int, why: str) -> None:
    log.warning("delivery.template_failed", extra={"template_id": template_id, "error": why})
    with write() as session:
        template = session.get(MessageTemplate, template_id)
        if template is not None:
            template.last_error, template.failed_at = why[:1000], now()


def facts(template: MessageTemplate) -> dict[str, Any]:
    return {name: getattr(template, name) for name in FIELDS}


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    return clean_values(
        values,
        {
            "event": one_of(TEMPLATE_EVENTS),
            "locale": one_of(TEMPLATE_LOCALES),
            "format": one_of(TEMPLATE_FORMATS),
            "title": _source(MOST_TITLE_SOURCE, may_be_empty=True),
            "body": _source(MOST_BODY_SOURCE),
            "is_enabled": bool,
        },
    )


def _source(most: int, *, may_be_empty: bool = False) -> Any:
    def take(value: str) -> str:
        value = value.replace("\r\n", "\n")
        if len(value) > most:
            raise ValueError(f"must have at most {most} characters")
        if not value.strip() and not may_be_empty:
            raise ValueError("must not be empty")
        return value

    return take
