"""Runs the operator's own templates (nuclei's format): what they find carries their own texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.templates.loader import load
from app.engine.bug.templates.runner import Runner, in_order
from app.engine.bug.templates.types import Options, Refused, Template
from app.engine.bug.types import Hit, Plan


@probe("templates", profile="standard", order=90)
def templates(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    """What was refused is left in `gathered.shared["templates"]`, and how many do not suit the site; the
    rules of those that ran to their end are in `"templates_done"`."""
    plan = gathered.plan
    if not plan.templates:
        return
    loaded = _wanted(_loaded(plan), plan)
    refused = [each for each in loaded if isinstance(each, Refused)]
    usable = [each for each in loaded if isinstance(each, Template)]
    chosen = in_order(usable, tuple(gathered.technologies), is_full=plan.profile == "full" or bool(plan.only))
    _tell(gathered, refused)
    unsuited = {each.id for each in usable} - {each.id for each in chosen}
    if unsuited:
        _tell(gathered, [Refused("*", "technology", str(len(unsuited)))])
    runner = Runner(asker, gathered)
    done: set[str] = gathered.shared.setdefault("templates_done", set())
    for template in chosen:
        yield from runner.run(template)
        if runner.refused:
            _tell(gathered, runner.refused)
            runner.refused.clear()
        else:
            done.add(template.rule)


def _loaded(plan: Plan) -> list[Template | Refused]:
    """Each template once: a second one of the same id is refused."""
    options = Options(allow_writes=plan.template_writes, allow_host_header="host-header" in plan.consents)
    found: list[Template | Refused] = []
    seen: set[str] = set()
    for data in plan.templates:
        each = load(data, options)
        if isinstance(each, Template) and each.id in seen:
            each = Refused(each.id, "id", "twice")
        seen.add(each.id)
        found.append(each)
    return found


def _wanted(loaded: Sequence[Template | Refused], plan: Plan) -> list[Template | Refused]:
    """For the retest of a finding only its own template runs."""
    rules = {rule for rule in plan.only if rule.startswith("templates.")}
    if not rules or "templates" in plan.only:
        return list(loaded)
    return [each for each in loaded if f"templates.{each.id}" in rules]


def _tell(gathered: Gathered, refused: Sequence[Refused]) -> None:
    known: list[dict[str, str]] = gathered.shared.setdefault("templates", [])
    known += [{"id": each.id, "reason": each.reason, "what": each.what} for each in refused]
