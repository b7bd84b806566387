"""Which channels a message goes to: an organization's rules, gone through in their order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

SEVERITY_RANKS = {"info": 0, "notice": 0, "low": 1, "warning": 2, "medium": 2, "high": 3, "critical": 4}
LEAST = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Rule:
    """What fits all conditions goes to `channels`; an empty condition fits everything."""

    id: int
    name: str
    channels: tuple[int, ...]
    is_enabled: bool = True
    events: frozenset[str] = frozenset()
    least: str | None = None
    sites: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be told: an event of RULE_EVENTS, how grave it is (None: no matter), of which site."""

    event: str
    severity: str | None = None
    site: int | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """An organization's rules. `mode`: the first that fits decides, or all; `otherwise`: who is told of the
    rest, everybody or nobody."""

    mode: str = "first"
    otherwise: str = "everybody"
    rules: tuple[Rule, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Routed:
    """`channels` None: no rule decided, and everybody is told. `rules` are those that did, by id."""

    channels: tuple[int, ...] | None
    rules: tuple[int, ...] = ()


def misfit(rule: Rule, asked: Asked, enabled: Collection[int]) -> str | None:
    """Why a rule does not decide about something: off, event, severity, site or channels; None: it does.

    A rule that names channels of which none is switched on decides nothing, since an alarm must not get lost
    with a channel; one that names none at all means that nobody is told.
    """
    if not rule.is_enabled:
        return "off"
    if rule.events and asked.event not in rule.events:
        return "event"
    if rule.least and asked.severity is not None and not _is_grave(asked.severity, rule.least):
        return "severity"
    if (rule.sites or rule.tags) and asked.site not in rule.sites and not rule.tags & asked.tags:
        return "site"
    if rule.channels and not set(rule.channels) & set(enabled):
        return "channels"
    return None


def _is_grave(severity: str, least: str) -> bool:
    # What nobody has ranked is told rather than lost.
    return SEVERITY_RANKS.get(severity, 4) >= SEVERITY_RANKS[least]


def route(plan: Plan, asked: Asked, enabled: Collection[int]) -> Routed:
    """The enabled channels that something goes to, each once, in the order of the rules."""
    fitting = [rule for rule in plan.rules if misfit(rule, asked, enabled) is None]
    if not fitting:
        return Routed(None if plan.otherwise == "everybody" or not plan.rules else ())
    deciding = fitting[:1] if plan.mode == "first" else fitting
    channels = dict.fromkeys(channel for rule in deciding for channel in rule.channels if channel in enabled)
    return Routed(tuple(channels), tuple(rule.id for rule in deciding))


def explain(plan: Plan, asked: Asked, enabled: Collection[int]) -> Sequence[tuple[Rule, str]]:
    """Each rule in its order with a word: decides, not_reached, or why it does not fit."""
    decided = set(route(plan, asked, enabled).rules)
    return [
        (rule, "decides" if rule.id in decided else misfit(rule, asked, enabled) or "not_reached")
        for rule in plan.rules
    ]
