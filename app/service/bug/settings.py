"""How a site is scanned: profile, budget, rate, schedule, hours, log-in, and what its owner consents to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import InvalidError
from app.core.snowflake import BEYOND
from app.engine.bug.types import BUDGETS, CONSENTS, PROFILES, ProfileName
from app.models import BugTemplate, Organization, ScanSettings, Site, db, write
from app.models.bug import SCAN_SCHEDULES
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.bug.event import put_event
from app.service.bug.hours import next_due
from app.service.bug.login import keep_login, masked_login
from app.service.site import get_site
from app.service.values import clean_values

RATES = (0.1, 20.0)
CONNECTIONS = (1, 8)
FIELDS = (
    "profile",
    "budget",
    "rate",
    "connections",
    "schedule",
    "hour",
    "weekday",
    "month_day",
    "timezone",
    "from_hour",
    "until_hour",
    "after_deployment",
    "on_change",
    "uses_templates",
    "template_ids",
)


def get_settings_of(actor: Actor, site_id: int) -> ScanSettings:
    """A site's settings; those nobody has set are the defaults."""
    site = get_site(actor, site_id)
    return settings_of(db.session(), site)


def settings_of(session: Session, site: Site) -> ScanSettings:
    """The row, or an unsaved one with the defaults."""
    found = session.get(ScanSettings, site.id, populate_existing=True)
    return found or ScanSettings(
        site_id=site.id,
        organization_id=site.organization_id,
        profile="passive",
        budget=None,
        rate=2.0,
        connections=2,
        schedule="off",
        hour=3,
        weekday=0,
        month_day=1,
        timezone=None,
        from_hour=None,
        until_hour=None,
        consents={},
        login=None,
        sealed_login=None,
        after_deployment=False,
        on_change=False,
        uses_templates=False,
        template_ids=None,
        next_due_at=None,
        facts={},
    )


def zone_of(settings: ScanSettings, organization: Organization) -> ZoneInfo:
    return ZoneInfo(settings.timezone or organization.timezone)


def change_settings_of(actor: Actor, site_id: int, values: dict[str, Any]) -> ScanSettings:
    """Change some of a site's settings; `login` is as in `app.service.bug.login`, None takes it away."""
    site = get_site(actor, site_id)
    clean = cleaned(values)
    with write() as session:
        settings = settings_of(session, site)
        session.add(settings)
        before = facts_of(settings)
        _check_templates(
            session, site, set(clean.get("template_ids") or ()) - set(before["template_ids"] or ())
        )
        for name, value in clean.items():
            setattr(settings, name, value)
        if "login" in values:
            keep_login(settings, values["login"])
        _agree(settings)
        settings.next_due_at = due_after(settings, actor.organization, now())
        old, new = changed(before, facts_of(settings))
        if new or values.get("login"):
            put_event(
                session,
                site.organization_id,
                site.id,
                "settings_changed",
                by=actor.user.account,
                fields=sorted(new or {"login"}),
            )
            record_change(session, actor, "bug.settings", "site", site.id, before=old, after=new)
    return settings


def give_consent(actor: Actor, site_id: int, name: str, given: bool) -> ScanSettings:
    """Consent to a probe by its name, or take the consent back."""
    site = get_site(actor, site_id)
    if name not in CONSENTS:
        raise InvalidError({"name": f"must be one of: {', '.join(CONSENTS)}"})
    with write() as session:
        settings = settings_of(session, site)
        session.add(settings)
        consents = dict(settings.consents)
        if given == (name in consents):
            return settings
        if given:
            consents[name] = {
                "by": actor.user.account,
                "user_id": str(actor.user.id),
                "at": now().isoformat(),
            }
        else:
            del consents[name]
        settings.consents = consents
        kind = "consent_given" if given else "consent_taken_back"
        put_event(session, site.organization_id, site.id, kind, by=actor.user.account, name=name)
        record_change(session, actor, f"bug.{kind}", "site", site.id, after={"name": name})
    return settings


def due_after(settings: ScanSettings, organization: Organization, at: datetime) -> datetime | None:
    """The schedule's next moment."""
    return next_due(
        at,
        zone_of(settings, organization),
        settings.schedule,
        hour=settings.hour,
        weekday=settings.weekday,
        month_day=settings.month_day,
    )


def budget_of(settings: ScanSettings, profile: ProfileName) -> int:
    return min(settings.budget or BUDGETS[profile], BUDGETS[profile])


def facts_of(settings: ScanSettings) -> dict[str, Any]:
    """What may be shown and audited: no secrets."""
    return {**{name: getattr(settings, name) for name in FIELDS}, "login": masked_login(settings)}


def _agree(settings: ScanSettings) -> None:
    """What fits only together."""
    most = BUDGETS[_profile(settings.profile)]
    if settings.budget is not None and settings.budget > most:
        raise InvalidError({"budget": f"must be at most {most} with the profile {settings.profile}"})
    if (settings.from_hour is None) != (settings.until_hour is None):
        raise InvalidError({"until_hour": "must be given together with from_hour"})


def _check_templates(session: Session, site: Site, chosen: set[str]) -> None:
    """Raise `InvalidError` where one of these ids is no template of the organization."""
    ids = {int(each) for each in chosen}
    own = select(BugTemplate.id).where(
        BugTemplate.organization_id == site.organization_id, BugTemplate.id.in_(ids)
    )
    if ids - set(session.scalars(own)):
        raise InvalidError({"template_ids": "names something that is not there"})


def cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Those of `values` that are settings, as they are kept. Raises InvalidError, naming each wrong one."""
    return clean_values(values, _KINDS)


def _profile(value: Any) -> ProfileName:
    for each in PROFILES:
        if each == value:
            return each
    raise ValueError(f"must be one of: {', '.join(PROFILES)}")


def _schedule(value: Any) -> str:
    if value not in SCAN_SCHEDULES:
        raise ValueError(f"must be one of: {', '.join(SCAN_SCHEDULES)}")
    return str(value)


def _whole(least: int, most: int, *, nullable: bool = False) -> Callable[[Any], int | None]:
    def take(value: Any) -> int | None:
        if value is None and nullable:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be from {least} to {most}")
        return value

    return take


def _rate(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not RATES[0] <= value <= RATES[1]:
        raise ValueError(f"must be from {RATES[0]} to {RATES[1]:g} requests a second")
    return float(value)


def _timezone(value: Any) -> str | None:
    if value is None:
        return None
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise ValueError("must be an IANA time zone such as Asia/Shanghai") from error


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _template_ids(value: Any) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > 500 or not all(_is_id(str(each)) for each in value):
        raise ValueError("must be a list of at most 500 ids")
    return [str(each) for each in value]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) < BEYOND


_KINDS: dict[str, Callable[[Any], Any]] = {
    "profile": _profile,
    "budget": _whole(1, BUDGETS["full"], nullable=True),
    "rate": _rate,
    "connections": _whole(*CONNECTIONS),
    "schedule": _schedule,
    "hour": _whole(0, 23),
    "weekday": _whole(0, 6),
    "month_day": _whole(1, 28),
    "timezone": _timezone,
    "from_hour": _whole(0, 23, nullable=True),
    "until_hour": _whole(0, 23, nullable=True),
    "after_deployment": _flag,
    "on_change": _flag,
    "uses_templates": _flag,
    "template_ids": _template_ids,
}
