"""Many templates against one site, in the order that finds most: what asks the same goes together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.templates.addresses import variables_of
from app.engine.bug.templates.choice import kind_of
from app.engine.bug.templates.fetch import Fetch
from app.engine.bug.templates.hits import hits_of
from app.engine.bug.templates.run import Run
from app.engine.bug.templates.twins import Twins
from app.engine.bug.templates.types import Refused, Template
from app.engine.bug.types import SEVERITIES, Hit


class Runner:
    """Runs templates against the site of a scan. `refused` are those that turned out not to be runnable."""

    def __init__(self, asker: Asker, gathered: Gathered) -> None:
        self.refused: list[Refused] = []
        self._fetch = Fetch(asker, gathered)
        self._twins = Twins(asker, gathered)
        self._address = variables_of(_target(gathered))
        self._seed = gathered.plan.scan_id or gathered.plan.url
        home = gathered.home
        self._now = home.response.at if home is not None else 0.0

    def run(self, template: Template) -> Iterator[Hit]:
        """What the template finds. Raises ScanOverError, after what was found before it."""
        run = Run(template, self._fetch, self._twins, self._address, self._seed, self._now)
        try:
            run.run()
        except Exception:
            yield from _hits(template, run)
            raise
        yield from _hits(template, run)
        if run.trouble is not None and run.trouble[0] == "other-host":
            self.refused.append(Refused(template.id, *run.trouble))


def _hits(template: Template, run: Run) -> Iterator[Hit]:
    for event in run.events:
        yield from hits_of(template, event)


def _target(gathered: Gathered) -> str:
    """The address that was to be scanned, at the scheme and host where its home page stands."""
    base, path = urlsplit(gathered.base_url), urlsplit(gathered.plan.url).path
    return f"{base.scheme}://{base.netloc}{path}"


def in_order(templates: Sequence[Template], detected: Sequence[str], *, is_full: bool) -> list[Template]:
    """The templates to run: those of what was detected, then general ones; in a full scan then the others.

    Within each, templates that ask the same first stand together, and the gravest group comes first.
    """
    tiers: dict[str, list[Template]] = defaultdict(list)
    for template in templates:
        tiers[kind_of(template, detected)].append(template)
    wanted = ("detected", "general", "other") if is_full else ("detected", "general")
    return [template for tier in wanted for template in _clustered(tiers[tier])]


def _clustered(templates: Sequence[Template]) -> Iterator[Template]:
    groups: dict[tuple[object, ...], list[Template]] = defaultdict(list)
    for template in templates:
        groups[_first_request(template)].append(template)
    ranks = {
        key: max(SEVERITIES.index(each.info.severity) for each in group) for key, group in groups.items()
    }
    for key in sorted(groups, key=lambda key: -ranks[key]):
        yield from groups[key]


def _first_request(template: Template) -> tuple[object, ...]:
    block = template.blocks[0]
    step = block.steps[0]
    return step.method, step.target, step.headers, step.body, block.redirects
