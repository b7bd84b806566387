"""The other lists as files."""

from __future__ import annotations

from app.core.clock import now, to_ms
from app.models import Finding, write
from app.service.actor import Actor
from app.service.site import create_site
from tests.service.job.jobs import done, result_bytes

DAY_MS = 86_400_000


def add_findings(actor: Actor, count: int) -> None:
    site = create_site(actor, {"name": "Shop", "base_url": "https://shop.example/"})
    with write() as session:
        for number in range(count):
            session.add(
                Finding(
                    organization_id=actor.organization_id,
                    site_id=site.id,
                    fingerprint=f"{number:032}",
                    rule="cookies.without-secure",
                    cls="cookie_without_secure",
                    severity="medium",
                    severity_rank=number % 3,
                    confidence="firm",
                    url=f"https://shop.example/{number}",
                    first_seen_at=now(),
                    last_seen_at=now(),
                )
            )


def test_every_finding_is_exported_once_the_gravest_first(teammate: Actor) -> None:
    add_findings(teammate, 1_203)
    job = done(teammate, "findings.export", {"format": "csv", "locale": "en", "filters": {}})
    lines = result_bytes(teammate, job).decode("utf-8-sig").splitlines()
    assert job.outcome == {"rows": 1_203}
    assert len(set(lines)) == 1_204


def test_uptime_is_exported(teammate: Actor) -> None:
    create_site(teammate, {"name": "Shop", "base_url": "https://shop.example/"})
    end = to_ms(now())
    asked = {"from_ms": end - DAY_MS, "to_ms": end, "by": "site", "tag": None, "with_maintenance": False}
    job = done(teammate, "uptime.export", {"format": "xlsx", "locale": "zh", "asked": asked})
    assert job.result_name.endswith(".xlsx")
    assert result_bytes(teammate, job).startswith(b"PK")


def test_the_audit_log_is_exported(owner: Actor) -> None:
    create_site(owner, {"name": "=Shop", "base_url": "https://shop.example/"})
    job = done(owner, "audit.export", {"format": "csv", "action": "site.create"})
    head, line = result_bytes(owner, job).decode("utf-8-sig").splitlines()
    assert head.startswith("When (UTC),Who,What")
    assert "site.create" in line and '""name"":""=Shop""' in line
