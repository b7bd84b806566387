"""One scan: gather once, let every check look, then ask what the owner permits to be asked.

1. The crawl brings pages and files (see `crawl`).
2. Checks of pages and of the whole site look at them; they send nothing.
3. Probes ask for something of their own, the gravest first: the passive ones always; the others by profile,
   on verified hosts only, and some only where the owner consents to them by name.
4. Hits become findings; what did not run is said with its reason, and the coverage says what did.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from app.engine.bug.crawl import gather
from app.engine.bug.finding.fingerprint import place_of
from app.engine.bug.finding.merge import findings_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.http.course import ScanOverError
from app.engine.bug.mask import MASKED, mask_address
from app.engine.bug.page import Page
from app.engine.bug.registry import Check, all_checks
from app.engine.bug.types import (
    PROFILES,
    Coverage,
    Hit,
    Plan,
    Progress,
    Report,
    Response,
    Skip,
    host_and_port,
)

log = logging.getLogger("cloudeye.bug")
MAX_HITS = 5_000
_GRACE_SECONDS = 0.3
_LOGIN = re.compile(r"(?i)/(?:log|sign)[-_]?(?:in|on)\b|/auth(?:/|$)|/sso\b")
OnProgress = Callable[[Progress], None]


def scan(
    plan: Plan,
    *,
    now: Callable[[], float],
    stop: Callable[[], bool] = lambda: False,
    on_progress: OnProgress = lambda progress: None,
) -> Report:
    """Scan a site as far as the plan permits. Blocks; `now` is the wall clock, `stop` is asked often.

    Never raises for what a site does. Raises TargetError when the plan's address is none, and ValueError for
    a network that cannot be read.
    """
    # An address whose secrets were masked when it was kept leads nowhere.
    plan = replace(
        plan,
        reread=tuple(url for url in plan.reread if MASKED not in url),
        revisit=tuple(each for each in plan.revisit if MASKED not in each[1]),
    )
    asker = Asker(plan, now=now, stop=stop)
    try:
        return _Scan(plan, asker, now, on_progress, stop).run()
    finally:
        asker.close()


@dataclass
class _Scan:
    plan: Plan
    asker: Asker
    now: Callable[[], float]
    on_progress: OnProgress
    stop: Callable[[], bool]
    hits: list[Hit] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    ended: str = ""
    _stage: str = "crawl"
    _check: str = ""
    _pages: list[str] = field(default_factory=list)
    _checks: list[Check] = field(default_factory=list)
    _checks_over: int = 0
    _answered: set[str] = field(default_factory=set)
    _unknown: set[str] = field(default_factory=set)
    _read: set[str] = field(default_factory=set)
    _over_since: float = 0.0
    _asked: dict[str, set[str]] = field(default_factory=dict)

    def run(self) -> Report:
        started = self.now()
        self._checks = [check for check in all_checks() if self._is_chosen(check)]
        self.asker.on_sent = lambda sent: self._tell()
        self.asker.on_response = self._note
        gathered = gather(self.asker, self.plan, self._on_page)
        self.ended = str(gathered.shared.get("ended", ""))
        self._stage = "passive"
        for check in self._checks:
            if check.kind != "probe":
                self._look(check, gathered)
        self._probe(gathered)
        self._stage = "end"
        self._tell()
        return self._report(gathered, started)

    def _is_chosen(self, check: Check) -> bool:
        """Whether the plan wants this check at all. A rule is chosen by its check."""
        wanted = {each.partition(".")[0] for each in self.plan.only}
        return not wanted or check.name in wanted

    def _on_page(self, page: Page) -> None:
        self._pages.append(page.url)
        self._tell()

    def _note(self, response: Response) -> None:
        place = place_of(response.url)
        (self._asked[self._check] if self._check else self._read).add(place)
        says_something = response.is_answer and not self._is_turned_away(response)
        (self._answered if says_something else self._unknown).add(place)

    def _is_turned_away(self, response: Response) -> bool:
        """Whether somebody who is logged in is sent to the log-in: what is behind it was not seen."""
        if not self.asker.login_headers:
            return False
        form = self.plan.login.form_url if self.plan.login else ""
        target = place_of(self.asker.redirect_of(response) or "/")
        return bool(_LOGIN.search(target)) or (bool(form) and target == place_of(form) != "/")

    def _look(self, check: Check, gathered: Gathered) -> None:
        """Let a check look at what was gathered."""
        self._tell()
        looks: Iterable[Iterator[Hit]]
        if check.kind == "page":
            looks = (check.look(page, gathered) for page in gathered.everything)
        else:
            looks = (check.look(gathered),)
        home = gathered.home
        is_seen = home is not None and home.response.is_answer and self.ended in ("", "budget")
        if self._run(check, looks) and is_seen:
            self.done.add(check.name)
        self._checks_over += 1

    def _probe(self, gathered: Gathered) -> None:
        """Passive probes, then active ones on verified hosts; in a full scan those that widen once more."""
        probes = [check for check in self._checks if check.kind == "probe"]
        ordered = sorted(probes, key=lambda each: (each.profile != "passive", each.order, each.name))
        chosen = [check for check in ordered if self._is_possible(check, gathered)]
        is_full = self.plan.profile == "full"
        for check in chosen:
            is_first = is_full and check.widens
            gathered.plan = replace(self.plan, profile="standard") if is_first else self.plan
            self._ask(check, gathered, is_last=not is_first)
        gathered.plan = self.plan
        for check in chosen:
            if is_full and check.widens:
                self._ask(check, gathered)

    def _is_possible(self, check: Check, gathered: Gathered) -> bool:
        reason = self._why_not(check, gathered)
        if reason:
            self.skipped.append(Skip(check.name, reason))
            self._checks_over += 1
        return not reason

    def _ask(self, check: Check, gathered: Gathered, *, is_last: bool = True) -> None:
        """Let a probe ask; `is_last` when it has nothing more to ask after this."""
        if self.ended:
            if check.name not in {each.check for each in self.skipped}:
                self.skipped.append(Skip(check.name, self.ended))
            return
        if check.profile != "passive":
            self.asker.scope.narrow(self.plan.hosts)
        self._stage = "templates" if check.name == "templates" else "active"
        self._check = gathered.shared["check"] = check.name
        self._asked.setdefault(check.name, set())
        self._tell()
        if self._run(check, [check.look(self.asker, gathered)]):
            self.done.add(check.name)
        self._check = gathered.shared["check"] = ""
        self._checks_over += is_last

    def _why_not(self, check: Check, gathered: Gathered) -> str:
        """Why a probe does not run; empty when it does."""
        if self.ended:
            return self.ended
        if check.consent is not None and check.consent not in self.plan.consents:
            return "no_consent"
        if PROFILES.index(check.profile) > PROFILES.index(self.plan.profile):
            return "profile"
        if check.profile != "passive" and not self.asker.scope.is_among(gathered.base_url, self.plan.hosts):
            return "not_verified"
        return ""

    def _run(self, check: Check, looks: Iterable[Iterator[Hit]]) -> bool:
        """Take a check's hits; whether it ran to its end. One check's surprise does not cost the others."""
        try:
            for look in looks:
                self._end_if_late()
                for hit in look:
                    if len(self.hits) < MAX_HITS:
                        self.hits.append(hit)
        except ScanOverError as over:
            self.ended = over.reason
            self.skipped.append(Skip(check.name, over.reason))
            return False
        except Exception:
            log.exception("bug.check_failed", extra={"check": check.name})
            self.skipped.append(Skip(check.name, "failed"))
            return False
        return True

    def _end_if_late(self) -> None:
        """What came is looked at a little longer once a scan is over, lest it ends with nothing to show."""
        if not self.asker.is_over():
            return
        self._over_since = self._over_since or monotonic()
        if monotonic() - self._over_since > _GRACE_SECONDS:
            raise ScanOverError(self.ended or ("stopped" if self.stop() else "time"))

    def _tell(self) -> None:
        self.on_progress(
            Progress(
                self._stage,
                self._check,
                self.asker.sent,
                self.plan.budget,
                len(self._pages),
                self._checks_over,
                len(self._checks),
                len(self.hits),
            )
        )

    def _is_outside(self, gathered: Gathered) -> bool:
        """Whether the log-in failed, so that nothing was seen of what is behind it."""
        login, came = self.plan.login, gathered.shared.get("login", "ok")
        return login is not None and came != "ok" and (bool(login.logged_in) or came != "refused")

    def _report(self, gathered: Gathered, started: float) -> Report:
        if not self.ended and self._is_outside(gathered):
            self.ended = "login"
        hits = [hit for hit in self.hits if self._is_wanted(hit)]
        refused = gathered.shared.get("templates", [])
        templates = set(gathered.shared.get("templates_done", ()))
        left_out: list[Skip] = gathered.shared.get("skips", [])
        skipped = [
            *self.skipped,
            *left_out,
            *(_refused_template(each) for each in refused),
        ]
        return Report(
            url=self.plan.url,
            started_at=started,
            finished_at=self.now(),
            requests=self.asker.sent,
            pages=tuple(dict.fromkeys(map(mask_address, self._pages))),
            findings=findings_of(hits, host_and_port(self.plan.url)),
            skipped=tuple(skipped),
            coverage=Coverage(
                frozenset((self.done - {each.check for each in left_out}) | templates),
                frozenset(self._answered),
                frozenset(self._unknown - self._answered),
                self._judged(gathered),
                frozenset(self._read),
            ),
            is_complete=not self.ended,
            ended=self.ended,
            headers=gathered.shared.get("headers"),
            tls=gathered.shared.get("tls"),
            technologies=dict(gathered.technologies),
        )

    def _judged(self, gathered: Gathered) -> dict[str, frozenset[str]]:
        """What each probe looked at: asked for by itself, or known from before."""
        known = gathered.shared.get("judged", {})
        return {name: frozenset(places | known.get(name, set())) for name, places in self._asked.items()}

    def _is_wanted(self, hit: Hit) -> bool:
        only = self.plan.only
        return not only or hit.rule in only or hit.rule.partition(".")[0] in only


def _refused_template(refused: Any) -> Skip:
    return Skip(f"templates.{refused['id']}", str(refused["reason"]), {"what": str(refused.get("what", ""))})
