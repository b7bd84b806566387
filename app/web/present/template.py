"""The operator's templates as pages want them."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.engine.tamper.visible import visible
from app.models import BugTemplate
from app.web.words.bug import severity_mark
from app.web.words.template import REFUSALS


def template_row(template: BugTemplate) -> dict[str, Any]:
    """A template as lists show it."""
    words, look = _state(template)
    return {
        "id": template.id,
        "url": url_for("web.bug_template", template_id=template.id),
        "title": visible(template.title or template.name),
        "name": visible(template.name),
        "filename": visible(template.filename),
        "severity": None if template.is_refused else severity_mark(template.severity),
        "is_refused": template.is_refused,
        "is_enabled": template.is_enabled,
        "state_text": words,
        "state_look": look,
        "refused": [_why(each) for each in template.refused],
        "by": template.uploaded_by,
        "at": template.created_at,
    }


def source_of(template: BugTemplate) -> str:
    return template.body.decode("utf-8", "replace")


def _state(template: BugTemplate) -> tuple[str, str]:
    if template.is_refused:
        return _("Refused"), "down"
    return (_("In use"), "up") if template.is_enabled else (_("Switched off"), "quiet")


def _why(refusal: dict[str, Any]) -> str:
    what = visible(str(refusal.get("what", "")))
    reason = str(refusal.get("reason", ""))
    sentence = str(REFUSALS.get(reason, refusal.get("sentence") or reason))
    return f"{sentence}: {what}" if what else sentence
