"""Scans as templates want them."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.core.clock import now
from app.engine.tamper.visible import visible
from app.models import Scan
from app.service.bug.compare import Comparison
from app.service.bug.say import finding_title, scan_sentence, skip_sentence
from app.web.i18n import current_locale
from app.web.words.bug import severity_mark
from app.web.words.scan import HEADER_TESTS, PROFILES, SCAN_STATES, SKIPPED, STAGES, TRIGGERS, VERDICTS
from app.web.words.security import CONSENTS

GOING_ON = ("queued", "running")
_MAX_PAGES = 200


def scan_row(scan: Scan) -> dict[str, Any]:
    """A scan as lists show it."""
    words, look = SCAN_STATES[scan.state]
    end = scan.finished_at or now()
    return {
        "id": scan.id,
        "url": url_for("web.scan", scan_id=scan.id),
        "site": scan.site.name,
        "site_id": scan.site_id,
        "site_url": url_for("web.site", site_id=scan.site_id),
        "address": scan.url,
        "state": scan.state,
        "state_text": str(words),
        "state_look": look,
        "is_going_on": scan.state in GOING_ON,
        "profile": str(PROFILES[scan.profile][0]),
        "trigger": str(TRIGGERS.get(scan.trigger, scan.trigger)),
        "by": scan.requested_by,
        "budget": scan.budget,
        "rate": f"{scan.rate:g}",
        "requests": scan.requests,
        "pages": scan.pages,
        "asked_at": scan.created_at,
        "starts_at": scan.starts_at if scan.state == "queued" and scan.starts_at > now() else None,
        "started_at": scan.started_at,
        "finished_at": scan.finished_at,
        "seconds": (end - scan.started_at).total_seconds() if scan.started_at else None,
        "sentence": visible(scan_sentence(scan, current_locale())),
        "is_complete": scan.is_complete,
        "needs_proof": scan.reason in ("not_verified", "not_proved_again"),
        "grade": scan.grade,
        "score": scan.score,
        "new": scan.new_findings,
        "reopened": scan.reopened_findings,
        "fixed": scan.fixed_findings,
    }


def progress_facts(scan: Scan, progress: dict[str, Any] | None) -> dict[str, Any]:
    """How far a scan is: the words of its stage, and shares for the bars."""
    facts = progress or {}
    requests, budget = facts.get("requests", scan.requests), facts.get("budget", scan.budget)
    done, checks = facts.get("checks_done", 0), facts.get("checks", 0)
    stage = facts.get("stage", "crawl")
    return {
        "stage": str(STAGES.get(stage, stage)),
        "check": _check(facts.get("check", "")),
        "requests": requests,
        "budget": budget,
        "pages": facts.get("pages", scan.pages),
        "done": done,
        "checks": checks,
        "findings": facts.get("findings", 0),
        "percent": round(100 * done / checks) if checks else 0,
    }


def report_facts(report: dict[str, Any] | None) -> dict[str, Any]:
    """What a scan looked at, what it left out and why, and the tests of the site's headers."""
    if report is None:
        return {"pages": [], "skipped": [], "tests": [], "technologies": [], "done": [], "unknown": []}
    headers = report.get("headers") or {}
    return {
        "pages": [visible(each) for each in report["pages"][:_MAX_PAGES]],
        "more_pages": max(0, len(report["pages"]) - _MAX_PAGES),
        "skipped": [_skip(each) for each in report["skipped"]],
        "tests": [_test(name, each) for name, each in headers.get("tests", {}).items()],
        "technologies": [
            visible(f"{name} {version}".strip()) for name, version in report["technologies"].items()
        ],
        "done": sorted(_check(each) for each in report["coverage"]["done"]),
        "unknown": [visible(each) for each in report["coverage"]["unknown"][:_MAX_PAGES]],
    }


def comparison_facts(comparison: Comparison | None) -> dict[str, Any] | None:
    """What is different from the scan before. One that was cut short has not seen that something is gone."""
    if comparison is None:
        return None
    parts = (
        (_("New"), comparison.new),
        (_("Changed"), comparison.changed),
        (_("No longer seen"), comparison.gone if comparison.later.is_complete else []),
    )
    return {
        "before_url": url_for("web.scan", scan_id=comparison.earlier.id),
        "before_at": comparison.earlier.created_at,
        "same": comparison.same,
        "parts": [{"text": text, "rows": [found_row(each) for each in rows]} for text, rows in parts],
    }


def found_row(finding: Any) -> dict[str, Any]:
    """A finding in short: how grave, what, where."""
    return {
        "url": url_for("web.finding", finding_id=finding.id),
        "title": visible(finding_title(finding, current_locale())),
        "severity": severity_mark(finding.severity),
        "where": visible(finding.place or _("the whole site")),
    }


def _skip(skip: dict[str, Any]) -> dict[str, str]:
    known = SKIPPED.get(skip["reason"])
    what = visible(str(skip.get("detail", {}).get("what", "")))
    reason = str(known) if known else visible(skip_sentence(skip, current_locale()))
    return {"check": _check(skip["check"]), "reason": f"{reason}: {what}" if known and what else reason}


def _check(name: str) -> str:
    """A probe that needs a consent is called as on the page of consents."""
    words = CONSENTS.get(name.replace("_", "-"))
    return str(words[0]) if words else visible(name.replace("_", " "))


def _test(name: str, test: dict[str, Any]) -> dict[str, Any]:
    points = test.get("modifier") or 0
    return {
        "name": str(HEADER_TESTS.get(name, name)),
        "result": str(test.get("result", "")).replace("-", " "),
        "is_good": bool(test.get("pass")),
        "verdict": str(VERDICTS[bool(test.get("pass"))]),
        "points": f"{points:+d}".replace("-", "−") if points else "0",
    }
