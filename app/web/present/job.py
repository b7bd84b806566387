"""Jobs as templates want them."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.core.clock import now
from app.models import Job
from app.service.job.live import GOING_ON, facts_of
from app.service.transfer.marks import told
from app.web.identity import actor
from app.web.messages.lookup import in_words, whole
from app.web.words.job import COLUMNS, KINDS, PROBLEMS, STATES


def job_row(job: Job) -> dict[str, Any]:
    """A job as lists and its page show it."""
    words, look = STATES[job.state]
    end = job.finished_at or now()
    is_mine = job.user_id == actor().user.id
    return {
        "id": job.id,
        "url": url_for("web.job", work_id=job.id),
        "kind": job.kind,
        "title": str(KINDS.get(job.kind, job.kind)),
        "state": job.state,
        "state_text": str(words),
        "state_look": look,
        "is_going_on": job.state in GOING_ON,
        "is_mine": is_mine,
        "by": job.asked_by,
        "asked_at": job.created_at,
        "seconds": (end - job.started_at).total_seconds() if job.started_at else None,
        "tries": job.attempts,
        "facts": facts_of(job),
        "problem": _problem(job.problem),
        "input_name": job.input_name,
        "result_url": _result_url(job) if is_mine else None,
        "result_name": job.result_name,
        "result_size": job.result_size,
        "kept_until": job.kept_until,
        "rows": told(job.outcome).get("rows"),
        "is_trial": job.values.get("is_dry", False),
        "taken": _taken(job) if job.kind == "sites.import" and job.outcome else None,
    }


def _result_url(job: Job) -> str | None:
    return url_for("web.job_result", work_id=job.id) if job.result_file_id else None


def _problem(problem: str) -> str:
    known = PROBLEMS.get(problem)
    return str(known) if known else in_words(problem.removeprefix("file: "))


def _taken(job: Job) -> dict[str, Any]:
    """What became, or would become, of the rows of an import."""
    outcome = told(job.outcome)
    problems = [
        {
            "line": each["line"],
            "column": str(COLUMNS.get(each["column"], each["column"])),
            "problem": whole(in_words(each["problem"])),
        }
        for each in outcome.get("problems", ())
    ]
    takes = outcome.get("added", 0) + outcome.get("updated", 0)
    return {
        **{name: outcome.get(name, 0) for name in ("added", "updated", "known", "refused", "left")},
        "is_dry": outcome.get("is_dry", False),
        "is_stopped": outcome.get("is_stopped", False),
        "problems": problems,
        "more_problems": outcome.get("more_problems", 0),
        "takes": takes,
        "can_be_done": bool(outcome.get("is_dry") and takes and job.state == "done" and _fits(job)),
    }


def _fits(job: Job) -> bool:
    """Would it be taken as it is? All rows or none wants all of them right."""
    return not (job.values.get("is_strict") and job.outcome.get("refused"))
