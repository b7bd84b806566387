"""The life of a job: asked for, claimed, held, cancelled, tried again, kept and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from app.core.clock import now
from app.core.errors import ConflictError, NotFoundError, NotPermittedError
from app.models import AuditEntry, Job, Membership, db, write
from app.service.actor import Actor
from app.service.job import registry
from app.service.job.ask import MOST_WAITING, ask_for
from app.service.job.course import LEASE, Course
from app.service.job.live import facts_of, say_stop, watch
from app.service.job.manage import cancel_job, forget_job, get_job, list_jobs, result_of
from app.service.job.running import claim_job, give_back, run_job, sweep_lost
from app.service.job.tend import tend_jobs
from tests.cast import make_organization, make_user
from tests.service.job.jobs import done, result_bytes, run

EXPORT = {"format": "csv", "locale": "en"}


@pytest.fixture
def job(teammate: Actor) -> Job:
    return ask_for(teammate, "sites.export", EXPORT)


@pytest.fixture
def kinds() -> Iterator[dict[str, registry.JobKind]]:
    """The kinds, to which a test may add its own."""
    known = registry.all_kinds()
    before = dict(known)
    yield known
    known.clear()
    known.update(before)


def again(job: Job) -> Job:
    return db.session.get_one(Job, job.id, populate_existing=True)


def test_it_waits_until_somebody_claims_it(job: Job) -> None:
    assert job.state == "queued"
    assert claim_job("a") == job.id
    assert claim_job("b") is None


def test_it_runs_to_its_end_and_keeps_what_came_of_it(teammate: Actor, job: Job) -> None:
    assert run(job) == "done"
    ended = get_job(teammate, job.id)
    assert (ended.state, ended.outcome, ended.result_name) == ("done", {"rows": 0}, "sites.csv")
    assert result_bytes(teammate, ended).startswith(b"\xef\xbb\xbfName,Address")


def test_asking_is_on_the_audit_log(teammate: Actor, job: Job) -> None:
    entry = db.session.query(AuditEntry).filter_by(action="job.start").one()
    assert (entry.object_id, entry.after) == (job.id, {"kind": "sites.export", **EXPORT})


def test_who_may_not_do_it_may_not_have_it_done(viewer: Actor) -> None:
    with pytest.raises(NotPermittedError):
        ask_for(viewer, "sites.import", {}, input=("a.csv", b"x"))
    with pytest.raises(NotPermittedError):
        ask_for(viewer, "audit.export", EXPORT)


def test_who_may_no_longer_does_not_get_it(teammate: Actor, job: Job) -> None:
    with write() as session:
        session.query(Membership).filter_by(user_id=teammate.user.id).delete()
    assert run(job) == "failed"
    assert again(job).problem == "not_permitted"


def test_an_organization_cannot_queue_without_end(teammate: Actor) -> None:
    for _ in range(MOST_WAITING):
        ask_for(teammate, "sites.export", EXPORT)
    with pytest.raises(ConflictError):
        ask_for(teammate, "sites.export", EXPORT)


def test_an_organization_that_waits_comes_before_one_that_is_served(teammate: Actor, stranger: Actor) -> None:
    first, _second = (ask_for(teammate, "sites.export", EXPORT) for _ in range(2))
    theirs = ask_for(stranger, "sites.export", EXPORT)
    assert claim_job("a") == first.id
    assert claim_job("b") == theirs.id


def test_one_that_waits_is_cancelled_at_once(teammate: Actor, job: Job) -> None:
    assert cancel_job(teammate, job.id).state == "cancelled"
    assert claim_job("a") is None


def test_one_that_runs_stops_when_it_hears_of_it(teammate: Actor, kinds: dict[str, registry.JobKind]) -> None:
    def endless(course: Course) -> dict[str, int]:
        say_stop(course.job_id)
        course._looked = 0.0
        course.moved(1, 2)
        return {}

    kinds["endless"] = registry.JobKind("endless", "site.read", endless)
    job = ask_for(teammate, "endless", {})
    assert run(job) == "cancelled"
    assert (again(job).state, again(job).done) == ("cancelled", 1)


def test_the_word_to_stop_is_heard_without_redis_too(
    teammate: Actor, kinds: dict[str, registry.JobKind]
) -> None:
    def endless(course: Course) -> dict[str, int]:
        with write() as session:
            session.get_one(Job, course.job_id).is_cancel_asked = True
        course._beaten = -100.0
        course.moved(1, 2)
        return {}

    kinds["endless"] = registry.JobKind("endless", "site.read", endless)
    assert run(ask_for(teammate, "endless", {})) == "cancelled"


def test_one_whose_worker_is_silent_is_tried_again(job: Job) -> None:
    claim_job("dead")
    assert sweep_lost(now()) == 0
    assert sweep_lost(now() + LEASE + timedelta(seconds=1)) == 1
    assert again(job).state == "queued"
    assert claim_job("alive") == job.id


def test_one_that_has_killed_three_workers_has_failed(job: Job) -> None:
    for _ in range(3):
        claim_job("dead")
        sweep_lost(now() + LEASE + timedelta(seconds=1))
    assert (again(job).state, again(job).problem) == ("failed", "worker_lost")


def test_one_whose_process_ends_early_waits_again(job: Job) -> None:
    claim_job("here")
    give_back(job.id, "somebody else")
    assert again(job).state == "running"
    give_back(job.id, "here")
    assert again(job).state == "queued"


def test_who_has_lost_a_job_writes_nothing_any_more(
    teammate: Actor, kinds: dict[str, registry.JobKind]
) -> None:
    def slow(course: Course) -> dict[str, int]:
        sweep_lost(now() + LEASE + timedelta(seconds=1))
        claim_job("another")
        course._beaten = -100.0
        course.moved(1, 2)
        return {}

    kinds["slow"] = registry.JobKind("slow", "site.read", slow)
    job = ask_for(teammate, "slow", {})
    assert run(job) == "lost"
    assert (again(job).state, again(job).runner) == ("running", "another")


def test_a_defect_ends_it_and_says_no_more_than_that(
    teammate: Actor, kinds: dict[str, registry.JobKind]
) -> None:
    def broken(course: Course) -> dict[str, int]:
        raise ZeroDivisionError("a secret")

    kinds["broken"] = registry.JobKind("broken", "site.read", broken)
    job = ask_for(teammate, "broken", {})
    assert run(job) == "failed"
    assert again(job).problem == "crashed"


def test_a_job_that_is_nobodys_any_more_is_not_run(job: Job) -> None:
    claim_job("here")
    assert run_job(job.id, "not me") == "lost"


def test_everybody_sees_their_own_and_admins_all(
    teammate: Actor, owner: Actor, viewer: Actor, job: Job
) -> None:
    assert [each.id for each in list_jobs(teammate).items] == [job.id]
    assert list_jobs(viewer).items == []
    assert [each.id for each in list_jobs(owner).items] == [job.id]
    assert list_jobs(owner, mine=True).items == []


def test_a_stranger_sees_none(stranger: Actor, job: Job) -> None:
    assert list_jobs(stranger).items == []
    with pytest.raises(NotFoundError):
        get_job(stranger, job.id)


def test_a_result_is_for_who_asked_for_it(teammate: Actor, owner: Actor) -> None:
    job = done(teammate, "sites.export", EXPORT)
    assert result_of(teammate, job.id).name == "sites.csv"
    with pytest.raises(NotFoundError):
        result_of(owner, job.id)


def test_one_that_is_over_can_be_forgotten(teammate: Actor, job: Job) -> None:
    with pytest.raises(ConflictError):
        forget_job(teammate, job.id)
    run(job)
    forget_job(teammate, job.id)
    assert list_jobs(teammate).items == []


def test_it_goes_when_its_time_is_over(teammate: Actor, job: Job) -> None:
    run(job)
    assert tend_jobs(now()) == 0
    assert tend_jobs(now() + timedelta(days=8)) == 1
    assert list_jobs(teammate).items == []


def test_progress_is_told_as_it_comes(teammate: Actor, job: Job) -> None:
    claim_job("here")
    course = Course(again(job), teammate)
    course.moved(3, 10)
    facts = facts_of(again(job))
    assert (facts["state"], facts["done"], facts["percent"]) == ("running", 3, 30)


def wrote_for(seconds: list[float], job: Job, actor: Actor, *, writes: bool = True) -> list[float]:
    """The pauses of a job that reports after so many seconds each time, having written or not."""
    claim_job("here")
    at, pauses = [0.0], list[float]()
    course = Course(again(job), actor, clock=lambda: at[0], pause=pauses.append)
    for each in seconds:
        at[0] += each
        if writes:
            with write() as session:
                course.hold(session, now())
        course.moved(1, 10)
    return pauses


def test_a_job_that_writes_for_long_lets_others_write_in_between(teammate: Actor, job: Job) -> None:
    assert len(wrote_for([0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4], job, teammate)) == 2


def test_a_job_that_only_reads_waits_for_nobody(teammate: Actor, job: Job) -> None:
    assert wrote_for([2, 2, 2], job, teammate, writes=False) == []


def test_where_many_can_write_no_job_pauses(mariadb_app: Flask) -> None:
    actor = make_user(make_organization("ours"), "owner", "owner")
    assert wrote_for([2, 2, 2], ask_for(actor, "sites.export", EXPORT), actor) == []


def test_two_workers_never_hold_one_job_on_mariadb(mariadb_app: Flask) -> None:
    actor = make_user(make_organization("ours"), "owner", "owner")
    job = ask_for(actor, "sites.export", EXPORT)
    assert [claim_job(name) for name in ("a", "b")] == [job.id, None]
    assert run_job(job.id, "b") == "lost"
    assert run_job(job.id, "a") == "done"


def test_who_watches_is_told_the_end_and_no_more(app: Flask, teammate: Actor, job: Job) -> None:
    states = ["queued", "done", "done"]

    def look() -> dict[str, object]:
        return {**facts_of(again(job)), "state": states.pop(0)}

    told = list(watch(teammate.organization_id, job.id, look))
    assert [each["state"] for each in told if each] == ["queued", "done"]


def test_who_watches_what_is_over_is_told_once(teammate: Actor, job: Job) -> None:
    run(job)
    assert len(list(watch(teammate.organization_id, job.id, lambda: facts_of(again(job))))) == 1
