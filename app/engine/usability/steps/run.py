"""One check in steps: each step is an HTTP check of its own; they share cookies, values and the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from app.engine.net.target import Target, parse_target
from app.engine.usability.content.answer import Answer
from app.engine.usability.content.judge import PATHS, whole_text
from app.engine.usability.content.patterns import UnjudgedError, UnreadableError, compiled_regex
from app.engine.usability.http.auth import Auth
from app.engine.usability.http.body import BodyUnreadableError
from app.engine.usability.http.cookies import Jar
from app.engine.usability.http.evidence import masked
from app.engine.usability.http.plan import Plan
from app.engine.usability.http.run import HttpRun
from app.engine.usability.http.token import AuthorisedRun
from app.engine.usability.probes.http import HttpConfig
from app.engine.usability.steps import render
from app.engine.usability.steps.config import Extraction, Step, StepsConfig
from app.engine.usability.steps.render import PLACE
from app.engine.usability.types import PHASES, Check, Done, Outcome

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

_MAX_VALUE = 8192
_LEAST_SECRET = 4
# These belong to the first step's origin alone.
_AT_HOME: dict[str, Any] = {
    "auth": Auth(), "client_certificate": "", "client_key": "", "client_key_password": "", "connect_to": "",
}  # fmt: skip


def _body_kind(step: Step) -> str:
    """The media type that is sent with a step's body: a header goes before the field."""
    given = {name.lower(): value for name, value in step.headers.items()}
    return given.get("content-type", step.content_type)


class MissingValueError(Exception):
    """A value could not be taken from an answer; the message says why, in few words."""


class StepsRun:
    """Everything happens in the loop's thread; `done` is called once."""

    def __init__(self, loop: ProbeLoop, check: Check, config: StepsConfig, done: Done) -> None:
        self._loop = loop
        self._check = check
        self._config = config
        self._done = done
        self._stop_at = monotonic() + check.timeout_ms / 1000
        self._jar = Jar()
        self._values = dict(config.variables)
        self._home: Target | None = None
        self._told: list[dict[str, Any]] = []
        self._outcomes: list[Outcome] = []
        self._degraded: Outcome | None = None
        self._run: HttpRun
        self._since = 0.0

    def begin(self) -> None:
        """Begin the next step."""
        self._since = monotonic()
        try:
            plan = Plan.of(self._request(self._step), keeps=True)
        except (ValueError, KeyError) as error:
            detail = {"error": str(error)[:160]}
            self._stepped(Outcome("down", "step_unusable", detail))
            return
        if plan.config.auth.type == "oauth2":
            AuthorisedRun(
                self._loop, self._rest(), plan.config, self._guarded,
                lambda token, rest, then: self._ask(plan, rest, then, token),
            ).begin()  # fmt: skip
        else:
            self._ask(plan, self._rest(), self._guarded)

    def _ask(self, plan: Plan, rest: Check, then: Done, token: str = "") -> None:
        self._run = HttpRun(self._loop, rest, plan, then, token=token, jar=self._jar)
        self._run.begin()

    @property
    def _step(self) -> Step:
        return self._config.steps[len(self._outcomes)]

    def _rest(self) -> Check:
        return replace(self._check, timeout_ms=max(int((self._stop_at - monotonic()) * 1000), 1))

    def _request(self, step: Step) -> HttpConfig:
        """The step as a configuration of its own. Raises ValueError for values that cannot be used so."""
        url = render.in_url(step.url, self._values)
        target = parse_target(url)
        self._home = self._home or target
        fields = {name: getattr(self._config, name) for name in type(self._config).model_fields}
        fields |= {name: getattr(step, name) for name in type(step).model_fields}
        if target.origin != self._home.origin:
            fields |= _AT_HOME
        headers = {name: render.in_header(value, self._values) for name, value in step.headers.items()}
        body = render.in_body(step.body, _body_kind(step), self._values)
        fields |= {"url": url, "headers": type(step)._are_headers(headers), "body": body}
        fields |= {"keyword": "", "keyword_absent": ""}
        known = {name: value for name, value in fields.items() if name in HttpConfig.model_fields}
        # Everything else in it was validated with the whole configuration.
        return HttpConfig.model_construct(**known)

    def _guarded(self, outcome: Outcome) -> None:
        """A step's outcome. Whatever goes wrong in here, the check gets its own."""
        try:
            self._stepped(outcome)
        except Exception as error:
            what = f"{type(error).__name__}: {error}"[:200]
            self._done(Outcome("unknown", "probe_error", {"error": what}))

    def _stepped(self, outcome: Outcome) -> None:
        step = self._step
        if outcome.status in ("up", "degraded"):
            outcome = self._with_values(step, outcome)
        self._tell(step, outcome)
        if outcome.status in ("down", "unknown"):
            self._end(outcome)
            return
        if outcome.status == "degraded" and self._degraded is None:
            self._degraded = outcome
        if len(self._outcomes) == len(self._config.steps):
            self._end(self._degraded or outcome)
        else:
            self.begin()

    def _with_values(self, step: Step, outcome: Outcome) -> Outcome:
        """Take what later steps use; a value that is missing fails the step that should have given it."""
        answer = self._run.answer
        for each in step.extract:
            try:
                if answer is None:
                    raise MissingValueError("there was no answer")
                self._values[each.name] = extracted(each, answer, self._jar)
            except MissingValueError as error:
                detail = {"name": each.name, "target": each.path[:160], "error": str(error)}
                facts = outcome.facts
                if answer is not None:
                    facts = {**facts, "evidence": {"excerpt": answer.excerpt()}}
                return replace(
                    outcome, status="down", reason="step_value_missing", detail=detail, facts=facts
                )
        return outcome

    def _tell(self, step: Step, outcome: Outcome) -> None:
        number = len(self._outcomes) + 1
        self._outcomes.append(outcome)
        name = step.name or f"{step.method} {parse_name(step.url)}"
        if outcome.reason is not None:
            outcome.detail = {**outcome.detail, "at_step": f"{number} “{name[:80]}”"}
        self._told.append(
            {
                "name": name[:80],
                "status": outcome.status,
                "reason": outcome.reason,
                "http_status": outcome.http_status,
                "total_ms": round((monotonic() - self._since) * 1000, 1),
                **{phase: getattr(outcome, phase) for phase in PHASES},
            }
        )

    def _end(self, outcome: Outcome) -> None:
        secrets = sorted(
            {each for each in (*self._values.values(), *self._jar.values) if len(each) >= _LEAST_SECRET},
            key=len,
            reverse=True,
        )
        facts = {**masked(outcome.facts, secrets), "steps": self._told}
        phases: Mapping[str, float | None] = {phase: self._sum(phase) for phase in PHASES}
        self._done(replace(outcome, detail=masked(outcome.detail, secrets), facts=facts, **phases))  # type: ignore[arg-type]

    def _sum(self, phase: str) -> float | None:
        values = [value for each in self._outcomes if (value := getattr(each, phase)) is not None]
        return round(sum(values), 3) if values else None


def parse_name(url: str) -> str:
    """The path of a step's address, for people."""
    rest = PLACE.sub("…", url).partition("://")[2].partition("?")[0]
    return "/" + rest.partition("/")[2] if rest else "…"


def extracted(wanted: Extraction, answer: Answer, jar: Jar) -> str:
    """The first value that is found, as text. Raises MissingValueError."""
    try:
        found = _found(wanted, answer, jar)
    except (UnjudgedError, UnreadableError, BodyUnreadableError) as error:
        raise MissingValueError(str(error)) from None
    if not found or found[0] is None:
        raise MissingValueError("nothing was found" if not found else "it is null")
    value = whole_text(found[0])
    if len(value) > _MAX_VALUE:
        raise MissingValueError("the value is too long")
    return value


def _found(wanted: Extraction, answer: Answer, jar: Jar) -> list[Any]:
    if wanted.source == "header":
        value = answer.header(wanted.path)
        return [] if value is None else [value]
    if wanted.source == "cookie":
        cookie = jar.get(wanted.path)
        return [] if cookie is None else [cookie]
    if wanted.source == "regex":
        return compiled_regex(wanted.path)(answer.text)
    text = answer.text if wanted.source == "json" else answer.markup
    return PATHS[wanted.source](wanted.path)(text)
