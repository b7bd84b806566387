"""Files as templates want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from app.engine.tamper.visible import visible
from app.models import Attachment, File
from app.service.file.quota import Use
from app.service.file.thumbnail import has_thumbnail
from app.web.words.file import kind_of

UNITS = ("kB", "MB", "GB", "TB")
STEP = 1000


def bytes_text(count: int) -> str:
    """`812 B`, `25.3 kB`, `2.1 GB`."""
    if count < STEP:
        return f"{count} B"
    power = min((len(str(count)) - 1) // 3, len(UNITS))
    return f"{format_decimal(round(count / STEP**power, 1))} {UNITS[power - 1]}"


def file_row(file: File, sites: Mapping[int, str]) -> dict[str, Any]:
    """A file as lists and panels show it; `sites` has the names of sites by their ids."""
    kind = kind_of(file.media)
    return {
        "id": file.id,
        "name": visible(file.name),
        "url": url_for("web.file", file_id=file.id),
        "download_url": url_for("web.file_content", file_id=file.id),
        "thumbnail_url": url_for("web.file_thumbnail", file_id=file.id) if has_thumbnail(file) else None,
        "kind": kind.text,
        "icon": kind.icon,
        "size": bytes_text(file.size),
        "dimensions": f"{file.width} × {file.height}" if file.width else "",
        "by": file.uploaded_by,
        "at": file.created_at,
        "places": [_place(each, sites) for each in file.attachments],
    }


def file_page(file: File, sites: Mapping[int, str]) -> dict[str, Any]:
    """A file as its own page shows it."""
    return {**file_row(file, sites), "sha256": file.sha256, "media": file.media, "bytes": file.size}


def _place(attachment: Attachment, sites: Mapping[int, str]) -> dict[str, Any]:
    """What a file hangs on, with the way there."""
    site = visible(sites.get(attachment.site_id, "–"))
    if attachment.incident_id is not None:
        text, url = _("Incident"), url_for("web.incident", incident_id=attachment.incident_id)
    elif attachment.finding_id is not None:
        text, url = _("Weakness"), url_for("web.finding", finding_id=attachment.finding_id)
    else:
        text, url = "", url_for("web.site", site_id=attachment.site_id)
    return {
        "id": attachment.id,
        "target": attachment.target,
        "text": f"{site} · {text}" if text else site,
        "short": text or site,
        "url": url,
        "at": attachment.created_at,
    }


def use_line(use: Use) -> dict[str, Any]:
    """How much room is used, for the bar."""
    return {
        "used": bytes_text(use.used_bytes),
        "quota": bytes_text(use.quota_bytes),
        "percent": use.percent,
        "files": use.files,
        "is_full": use.percent >= 90,
    }
