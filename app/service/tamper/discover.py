"""Finding a site's key pages by a small polite crawl, for somebody to choose from.

A job is one JSON object in Redis, gone after an hour: {id, organization_id, site_id, start_url, state, pages,
error, touched_ms}. `state` is waiting, running, done, stopped or failed. Nothing is watched before somebody
has chosen.
"""

from __future__ import annotations

import time
from typing import Any, cast

import orjson
from kombu.exceptions import OperationalError
from redis import RedisError
from sqlalchemy import select

from app.core.clock import now_ms
from app.core.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    RateLimitedError,
    RedisUnavailableError,
)
from app.core.redis import get_redis, increment_within, lock
from app.core.snowflake import next_id
from app.engine.tamper.fetch.crawl import FoundPage, find_pages
from app.models import Organization, Site, Watch, db
from app.service.actor import Actor
from app.service.audit import record_act
from app.service.live import publish
from app.service.queue import send
from app.service.scheduling.schedule import allowed_networks
from app.service.site import get_site
from app.service.tamper.looking import fetcher
from app.service.tamper.watch_values import clean_url

KEPT_SECONDS = 3600
LIMIT = 20
MOST_SECONDS = 100.0
SILENT_MS = 90_000
"""A job that says nothing for so long has lost its worker."""
JOBS_AN_HOUR = 30
Job = dict[str, Any]


def start_discovery(actor: Actor, site_id: int, start_url: str | None = None) -> Job:
    """Begin to look for pages, from the site's own address or another one of it."""
    site = get_site(actor, site_id)
    if site.archived_at:
        raise ConflictError("the site is archived; restore it first")
    url, problem = clean_url(start_url or site.base_url)
    if problem:
        raise InvalidError({"start_url": problem})
    rate = increment_within(f"tamper.discover:{actor.organization_id}", JOBS_AN_HOUR, 3600)
    if not rate.allowed:
        raise RateLimitedError(rate.resets_in)
    job: Job = {
        "id": str(next_id()),
        "organization_id": str(actor.organization_id),
        "site_id": str(site.id),
        "start_url": url,
        "state": "waiting",
        "pages": [],
        "error": None,
    }
    record_act(actor, "discovery.start", "site", site.id, after={"name": site.name, "start_url": url})
    _keep(job)
    try:
        send("tamper.discover", "tamper", [str(actor.organization_id), job["id"]])
    except (RedisError, OperationalError, OSError) as error:
        raise RedisUnavailableError from error
    return _shown(job)


def get_discovery(actor: Actor, job_id: int) -> Job:
    """The job as it stands; each page says whether it is watched already."""
    return _shown(_own(actor, job_id))


def stop_discovery(actor: Actor, job_id: int) -> Job:
    """End the search; what was found stays to choose from."""
    job = _own(actor, job_id)
    if job["state"] in ("waiting", "running"):
        get_redis().set(f"{_key(job)}:stop", "1", ex=KEPT_SECONDS)
        job["state"] = "stopped"
        _keep(job)
        record_act(actor, "discovery.stop", "site", int(job["site_id"]))
    return _shown(job)


def run_discovery(organization_id: int, job_id: int) -> None:
    """The worker's part: crawl, and note each page as it is found. A doubled message does nothing."""
    job = _load(organization_id, job_id)
    if job is None or job["state"] != "waiting":
        return
    with lock(f"discovery:{job_id}", MOST_SECONDS + 60) as alone:
        if alone:
            _crawl(job)


def _crawl(job: Job) -> None:
    organization = db.session.get_one(Organization, int(job["organization_id"]))
    db.session.commit()
    end = time.monotonic() + MOST_SECONDS
    job["state"] = "running"
    _keep(job)

    def is_over() -> bool:
        return time.monotonic() > end or bool(get_redis().exists(f"{_key(job)}:stop"))

    def note(page: FoundPage) -> None:
        job["pages"].append({"url": page.url, "title": page.title, "depth": page.depth, "why": page.why})
        _keep(job)

    try:
        found = find_pages(
            fetcher(),
            job["start_url"],
            limit=LIMIT,
            allow=allowed_networks(organization),
            stop=is_over,
            on_page=note,
        )
        was_stopped = bool(get_redis().exists(f"{_key(job)}:stop"))
        job["state"] = "stopped" if was_stopped else "done" if found else "failed"
        job["error"] = None if found or was_stopped else "no_pages"
    finally:
        if job["state"] == "running":
            job["state"], job["error"] = "failed", "crawl_failed"
        _keep(job)


def _own(actor: Actor, job_id: int) -> Job:
    job = _load(actor.organization_id, job_id)
    if job is None or not _is_visible(actor, int(job["site_id"])):
        raise NotFoundError("there is no such discovery, or it is over an hour ago")
    if job["state"] in ("waiting", "running") and now_ms() - job["touched_ms"] > SILENT_MS:
        job["state"], job["error"] = "failed", "worker_lost"
    return job


def _is_visible(actor: Actor, site_id: int) -> bool:
    """Whether the site is one of those that somebody narrowed answers for."""
    return actor.scope is None or db.session.scalar(select(Site.id).where(Site.id == site_id)) is not None


def _key(job: Job) -> str:
    return f"tamper:discovery:{job['organization_id']}:{job['id']}"


def _load(organization_id: int, job_id: int) -> Job | None:
    raw = cast("bytes | None", get_redis().get(f"tamper:discovery:{organization_id}:{job_id}"))
    return cast(Job, orjson.loads(raw)) if raw else None


def _keep(job: Job) -> None:
    job["touched_ms"] = now_ms()
    get_redis().set(_key(job), orjson.dumps(job), ex=KEPT_SECONDS)
    message = {"kind": "discovery", "site_id": job["site_id"], "id": job["id"], "state": job["state"]}
    publish({int(job["organization_id"]): [message]})


def _shown(job: Job) -> Job:
    urls = [page["url"] for page in job["pages"]]
    watched = set(
        db.session.scalars(
            select(Watch.url).where(
                Watch.organization_id == int(job["organization_id"]),
                Watch.site_id == int(job["site_id"]),
                Watch.url.in_(urls),
            )
        )
    )
    pages = [{**page, "is_watched": page["url"] in watched} for page in job["pages"]]
    return {name: job[name] for name in ("id", "site_id", "start_url", "state", "error")} | {"pages": pages}
