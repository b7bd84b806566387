"""Rules of what the target answers: its status, its time, its content, and what else happened."""

from __future__ import annotations

from app.engine.usability.cause import groups
from app.engine.usability.cause.case import Case, Category
from app.engine.usability.cause.table import Fits, Values, rule, when

RECENT_RELEASE_MINUTES = 30
GROWN_TIMES = 3.0

# The answer


@rule("tampered", "content", "likely")
def _tampered(case: Case) -> Values:
    fits = case.around.tampered is not None and (
        groups.is_content(case.reason) or case.reason in groups.REDIRECT
    )
    return when(fits, watch=case.around.tampered)


@rule("after_release", "application", "likely")
def _after_release(case: Case) -> Values:
    minutes = case.around.deployment_minutes
    recent = minutes is not None and minutes <= RECENT_RELEASE_MINUTES
    answers = case.reason in ("http_status", "http_status_refused") or groups.is_content(case.reason)
    fits = recent and (answers or case.reason in groups.CUT | groups.SERVICE | {"timeout", "slow"})
    return when(fits, minutes=minutes)


@rule("gateway", "application", "certain")
def _gateway(case: Case) -> Values:
    status = _status(case)
    return when(status in (502, 503, 504), status=status)


@rule("too_many_requests", "application", "likely")
def _too_many(case: Case) -> Values:
    status = _status(case)
    return when(status == 429 or case.reason == "domain_rate_limited", status=status)


@rule("refuses", "application", "likely")
def _refuses(case: Case) -> Values:
    status = _status(case)
    said = status or str(case.detail.get("answer") or case.detail.get("methods") or "–")[:80]
    return when(status in (401, 403, 407, 451) or case.reason in groups.LOGIN, status=said)


@rule("gone", "content", "likely")
def _gone(case: Case) -> Values:
    status = _status(case)
    return when(status in (404, 410), status=status)


@rule("application_error", "application", "certain")
def _application_error(case: Case) -> Values:
    status = _status(case)
    return when(status is not None and 500 <= status <= 599, status=status)


@rule("other_status", "application", "likely")
def _other_status(case: Case) -> Values:
    return when(case.reason in ("http_status", "http_status_refused"), status=_status(case))


@rule("slower_and_slower", "application", "likely")
def _slower(case: Case) -> Values:
    """It grew slow before it failed, which a broken cable does not."""
    fits = case.reason == "timeout" and case.before.rise >= GROWN_TIMES and _has_connected(case)
    return when(fits, times=round(case.before.rise, 1))


@rule("no_answer_in_time", "application", "likely")
def _no_answer(case: Case) -> Values:
    phase = case.detail.get("phase", "first_byte")
    return when(case.reason == "timeout" and _has_connected(case) and phase != "transfer", phase=phase)


@rule("stalls", "server", "possible")
def _stalls(case: Case) -> Values:
    return when(case.reason == "timeout")


@rule("cut_off", "server", "likely")
def _cut_off(case: Case) -> Values:
    return when(case.reason in groups.CUT)


@rule("busy", "server", "likely")
def _busy(case: Case) -> Values:
    return when(case.reason in groups.BUSY)


@rule("proxy", "route", "likely")
def _proxy(case: Case) -> Values:
    return when(case.reason.startswith("proxy_"))


SLOW: tuple[tuple[str, str, Category], ...] = (
    ("dns", "slow_name", "dns"),
    ("connect", "slow_path", "route"),
    ("tls", "slow_handshake", "server"),
    ("first_byte", "slow_application", "application"),
    ("transfer", "slow_transfer", "route"),
)


def grown_phase(case: Case) -> tuple[str, float, float] | None:
    """(phase, ms now, ms usually) of the phase that accounts for most of the growth."""
    if case.reason not in ("slow", "too_slow"):
        return None
    grown = []
    for look in case.bad:
        for name, _, _ in SLOW:
            present, usual = look.phases.get(name), case.before.phases.get(name, 0.0)
            if present is not None and present > usual:
                grown.append((present - usual, name, present, usual))
    if not grown:
        return None
    _, name, present, usual = max(grown)
    return name, present, usual


def _slow_rule(phase: str) -> Fits:
    def fits(case: Case) -> Values:
        grown = grown_phase(case)
        if grown is None or grown[0] != phase:
            return None
        return {"ms": round(grown[1]), "usual_ms": round(grown[2])}

    return fits


for _phase, _name, _category in SLOW:
    rule(_name, _category, "likely")(_slow_rule(_phase))


# The content


@rule("redirects", "application", "certain")
def _redirects(case: Case) -> Values:
    return when(case.reason in groups.REDIRECT)


@rule("says_otherwise", "content", "certain")
def _says_otherwise(case: Case) -> Values:
    return when(groups.is_content(case.reason) or case.reason == "answered")


@rule("service_error", "application", "likely")
def _service_error(case: Case) -> Values:
    return when(case.reason in groups.SERVICE or case.reason in ("slow", "too_slow"))


@rule("job_silent", "application", "likely")
def _job_silent(case: Case) -> Values:
    return when(case.reason == "heartbeat_missed")


@rule("other_failure", "application", "possible")
def _other_failure(case: Case) -> Values:
    """An answer that no rule above knows: what is left of a target's own reasons."""
    return when(not case.reason.startswith(groups.NOT_THE_TARGETS))


def _status(case: Case) -> int | None:
    """The status of a check that failed because of it."""
    if case.reason not in ("http_status", "http_status_refused"):
        return None
    found = next((look.http_status for look in case.bad if look.http_status), None)
    return found or case.detail.get("status")


def _has_connected(case: Case) -> bool:
    return any(look.phases.get("connect") is not None for look in case.bad)
