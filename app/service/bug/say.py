"""Sentences about scans, findings and hosts, in the language of who reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.bug.finding.describe import describe, filled
from app.engine.bug.ownership_words import SENTENCES
from app.models import Finding, OwnershipCheck, Scan

LOCALES = ("en", "zh")

_REASONS = {
    "budget": {
        "en": "The budget of {budget} requests was used up before everything was looked at.",
        "zh": "{budget} 次请求的预算已用完，仍有内容未检查。",
    },
    "time": {
        "en": "The time for it was over before everything was looked at.",
        "zh": "扫描时间已到，仍有内容未检查。",
    },
    "errors": {
        "en": "The site gave no answer several times in a row, so the scan ended.",
        "zh": "站点连续多次没有应答，扫描已结束。",
    },
    "login": {
        "en": "The log-in failed, so what is behind it was not looked at.",
        "zh": "登录失败，登录后的内容未检查。",
    },
    "unreachable": {
        "en": "The site gave no answer at all.",
        "zh": "站点没有任何应答。",
    },
    "stopped": {"en": "Stopped by {by}.", "zh": "由 {by} 停止。"},
    "not_verified": {
        "en": "Nobody has shown that {host} is yours; only the profile passive may run.",
        "zh": "{host} 的所有权未经验证，只能运行被动扫描。",
    },
    "not_proved_again": {
        "en": "It could not be shown again that {host} is yours.",
        "zh": "未能再次确认 {host} 的所有权。",
    },
    "site_archived": {"en": "The site is archived.", "zh": "站点已归档。"},
    "finding_gone": {"en": "The finding is gone.", "zh": "该问题已不存在。"},
    "worker_lost": {
        "en": "The process that scanned has died; nothing of this scan counts.",
        "zh": "执行扫描的进程已中断，本次结果不计。",
    },
    "crashed": {
        "en": "The scan failed on our side. The log names the cause.",
        "zh": "扫描在云眼一侧出错，原因见日志。",
    },
    "internal": {"en": "The scan failed.", "zh": "扫描失败。"},
}


_SKIPS = {
    "no_library_data": {
        "en": "There is no data on libraries; `flask bug update-data` fetches it.",
        "zh": "没有组件漏洞数据，可运行 `flask bug update-data` 获取。",
    },
    "bad_library_data": {
        "en": "The data on libraries cannot be read: {what}",
        "zh": "组件漏洞数据无法读取：{what}",
    },
    "program_missing": {"en": "{program} is not installed.", "zh": "未安装 {program}。"},
    "no_consent": {
        "en": "The site's owner has not consented to it.",
        "zh": "站点负责人尚未同意此项检查。",
    },
    "no_name_service": {
        "en": "The name servers gave no answer for {host}.",
        "zh": "域名服务器没有应答：{host}。",
    },
    "no_answer": {"en": "{host} gave no answer.", "zh": "{host} 没有应答。"},
    "no_tls": {"en": "{host} does not speak TLS there: {error}", "zh": "{host} 未提供 TLS：{error}"},
    "cut_short": {
        "en": "{host} answered too slowly for all questions.",
        "zh": "{host} 应答过慢，部分项目未检查。",
    },
    "address_refused": {
        "en": "{host} has an address that is not public.",
        "zh": "{host} 的地址不是公网地址。",
    },
    "timeout": {"en": "{host} did not answer in time.", "zh": "{host} 未在时限内应答。"},
    "profile": {"en": "It needs a larger profile.", "zh": "需要更高级别的扫描范围。"},
    "not_verified": {
        "en": "It needs a host that is shown to be yours.",
        "zh": "需要先验证主机所有权。",
    },
    "budget": {"en": "The budget was used up before.", "zh": "预算在此之前已用完。"},
    "time": {"en": "The time was over before.", "zh": "时间在此之前已到。"},
    "stopped": {"en": "The scan was stopped before.", "zh": "扫描在此之前已停止。"},
    "errors": {"en": "The site no longer answered.", "zh": "站点不再应答。"},
    "failed": {"en": "It failed on our side. The log names the cause.", "zh": "云眼一侧出错，原因见日志。"},
}


def reason_sentence(code: str, detail: Mapping[str, Any], locale: str) -> str:
    """Why a scan ended as it did."""
    return filled(_REASONS.get(code, {"en": code}), detail, locale)


def skip_sentence(skip: Mapping[str, Any], locale: str) -> str:
    """Why a check did not run, of a report's `skipped`."""
    texts = _SKIPS.get(skip["reason"], {"en": str(skip["reason"])})
    return filled(texts, skip.get("detail") or {}, locale)


def scan_sentence(scan: Scan, locale: str) -> str:
    """Empty when there is nothing to explain."""
    return reason_sentence(scan.reason, scan.reason_detail or {}, locale) if scan.reason else ""


def finding_texts(finding: Finding, locale: str) -> dict[str, str]:
    """{"title", "why", "remedy"} of a finding."""
    return describe(finding.rule, finding.detail, locale)


def finding_title(finding: Finding, locale: str) -> str:
    """Its title as kept, which holds though the rule is gone."""
    return finding.title_zh if locale == "zh" and finding.title_zh else finding.title_en


def check_sentence(check: OwnershipCheck, locale: str) -> str:
    """What a look at a host's proof said."""
    return proof_sentence(check.code, check.detail, locale)


def proof_sentence(code: str, detail: Mapping[str, Any], locale: str) -> str:
    """What a look at a host's proof said, by its code."""
    return filled(SENTENCES.get(code, {"en": code}), detail, locale)
