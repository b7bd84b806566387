"""Pictures of failures, as a browser took them: out of the sample, into the content store, for ninety days.

A probe has no store, so the picture travels in the sample's evidence as text. The recorder puts it away
before anything is written, and what is written names it by its SHA-256.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.core.errors import CloudEyeError
from app.engine.usability.types import Sample
from app.models import Content, Monitor, MonitorState, db
from app.service.tamper import store
from app.service.tamper.holding import PICTURE
from app.service.tamper.keep import keep

log = logging.getLogger("cloudeye.picture")
TEXT, NAME = "screenshot_b64", "screenshot_sha256"
MAX_TEXT = 150_000
_JPEG = b"\xff\xd8\xff"


def put_pictures_away(samples: Sequence[Sample]) -> None:
    """Replace the picture in each sample's evidence by its name, outside of any transaction.

    A picture that cannot be kept is dropped: what it shows is told in words beside it. Safe to repeat.
    """
    for sample in samples:
        if sample.status == "up" or not sample.facts:
            continue
        evidence = sample.facts.get("evidence")
        if isinstance(evidence, dict) and TEXT in evidence:
            name = _put_away(sample.monitor_id, evidence.pop(TEXT))
            if name:
                evidence[NAME] = name


def _put_away(monitor_id: int, text: Any) -> str | None:
    """The picture's name. One incident has one picture: while it is open, no further ones are kept."""
    data = _picture(text)
    organization_id = db.session.scalar(
        select(Monitor.organization_id)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(Monitor.id == monitor_id, MonitorState.incident_id.is_(None))
    )
    db.session.commit()
    if data is None or organization_id is None:
        return None
    try:
        return keep(organization_id, PICTURE, data).sha256
    except CloudEyeError as error:
        log.warning("picture.not_kept", extra={"monitor_id": monitor_id, "error": type(error).__name__})
        return None


def _picture(text: Any) -> bytes | None:
    """The bytes of a JPEG; None of anything else, since it comes from another machine."""
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if data.startswith(_JPEG) else None


def picture_of(organization_id: int, evidence: Mapping[str, Any] | None) -> bytes | None:
    """The picture that belongs to an evidence (JPEG); None when there is none, or none any more."""
    name = (evidence or {}).get(NAME)
    if not isinstance(name, str):
        return None
    own = (Content.organization_id == organization_id, Content.sha256 == name, Content.kind == PICTURE)
    if db.session.scalar(select(Content.sha256).where(*own)) is None:
        return None
    try:
        return store.get(name)
    except store.StoreError:
        return None
