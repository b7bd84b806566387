"""Sentences about watches and alerts, in the language of who reads them."""

from __future__ import annotations

from typing import Any

from app.engine.tamper.fetch import ERRORS, error_sentence
from app.engine.tamper.sentences import sentence
from app.engine.usability.reasons import sentence as reason_of_incident
from app.models import Alert, Incident, Watch, WatchState

LOCALES = ("en", "zh")

_NOTES = {
    "http_status": {
        "en": "The page answers with status {status}: there is nothing to compare.",
        "zh": "页面返回状态码 {status}，没有可比对的内容。",
    },
    "judge_failed": {
        "en": "CloudEye could not judge the page. The log names the cause.",
        "zh": "CloudEye 无法判断该页面，原因见日志。",
    },
    "store_full": {
        "en": "The disk is full: what was seen is judged, but not kept.",
        "zh": "磁盘已满：页面仍会判断，但不再保存快照。",
    },
    "quota_full": {
        "en": "The organization's quota is used up: what was seen is judged, but not kept.",
        "zh": "组织的存储配额已用完：页面仍会判断，但不再保存快照。",
    },
    "is_cut": {
        "en": "The page is longer than CloudEye reads: only its beginning is compared.",
        "zh": "页面过长，只比对了开头部分。",
    },
}


def note_sentence(code: str, detail: dict[str, Any], locale: str) -> str:
    """A note on a watch as one sentence."""
    if code in ERRORS and code not in _NOTES:
        return error_sentence(code, locale)
    texts = _NOTES.get(code, {"en": code})
    return texts.get(locale, texts["en"]).format_map(detail)


def watch_sentence(watch: Watch, locale: str) -> str:
    """Why the page cannot be judged, or what else there is to know; empty when all is well."""
    state: WatchState = watch.state
    if state.error_code:
        return note_sentence(state.error_code, state.error_detail or {}, locale)
    if state.note_code:
        return note_sentence(state.note_code, state.note_detail or {}, locale)
    return ""


def reason_sentence(reason: dict[str, Any], locale: str) -> str:
    return sentence(reason["code"], reason["detail"], locale)


def alert_sentence(alert: Alert, locale: str) -> str:
    """The gravest reason's sentence."""
    return reason_sentence(alert.reasons[0], locale) if alert.reasons else ""


def incident_sentence(incident: Incident, locale: str) -> str:
    """What is wrong, whoever found it: a monitor, or a check of a watched page."""
    if incident.watch_id is None:
        return reason_of_incident(incident.cause, incident.detail, locale)
    said: dict[str, str] = incident.detail.get("sentence", {})
    return said.get(locale) or said.get("en", incident.cause)
