"""Jobs run where the test is, as a worker's process would run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.models import Job
from app.service.actor import Actor
from app.service.file.store import get_file_store
from app.service.job.ask import ask_for
from app.service.job.manage import get_job, result_of
from app.service.job.running import claim_job, run_job

CSV = b"name,base_url,tags,description,monitors\n"


def run(job: Job, runner: str = "here") -> str:
    """Claim the job, which must be the first that waits, and run it."""
    assert claim_job(runner) == job.id
    return run_job(job.id, runner)


def done(actor: Actor, kind: str, values: dict[str, Any], data: bytes | None = None) -> Job:
    """A job that has come to its end well."""
    job = ask_for(actor, kind, values, input=None if data is None else ("sites.csv", data))
    assert run(job) == "done", get_job(actor, job.id).problem
    return get_job(actor, job.id)


def imported(actor: Actor, data: bytes, **values: Any) -> dict[str, Any]:
    """What came of importing a file of sites for real."""
    outcome: dict[str, Any] = done(actor, "sites.import", {"is_dry": False, **values}, data).outcome
    return outcome


def result_bytes(actor: Actor, job: Job) -> bytes:
    return Path(get_file_store().path(result_of(actor, job.id).sha256)).read_bytes()
