"""What one may say of a monitor, and what one may ask for a list of them by."""

from __future__ import annotations

from app.controller.common.parser import (
    Parser,
    boolean,
    choice,
    identifier,
    identifiers,
    integer,
    mapping,
    number,
    text,
    texts,
)
from app.models.usability import STATES
from app.service.monitor import rules
from app.service.monitor.dependency import MOST_PARENTS


def with_policy(parser: Parser) -> Parser:
    """What decides when a monitor's samples become an incident."""
    return (
        parser.add("confirm_count", integer(*rules.RUNS), help="Failures in a row that open an incident.")
        .add("recover_count", integer(*rules.RUNS), help="Successes in a row that close it.")
        .add(
            "retry_seconds",
            integer(1, rules.INTERVALS[1]),
            nullable=True,
            help="How soon a first failure is looked at again; null: with the next check.",
        )
        .add(
            "slow_ms",
            integer(*rules.SLOW_MS),
            nullable=True,
            help="What takes longer is slow; null: nothing.",
        )
        .add(
            "slow_factor",
            number(*rules.SLOW_FACTORS),
            nullable=True,
            help="What takes so many times what is usual at that hour of the week is slow; null: nothing.",
        )
        .add(
            "locations",
            texts(rules.MOST_LOCATIONS, 32),
            help="Codes of the locations that check it; empty: the installation's own.",
        )
        .add(
            "quorum",
            integer(1, rules.MOST_LOCATIONS),
            nullable=True,
            help="How many of them have to agree; null: more than half.",
        )
    )


def with_values(parser: Parser, *, required: bool) -> Parser:
    parser = (
        parser.add("name", text(1, 200), required=required)
        .add("config", mapping(), required=required, help="By the type's own schema; see `/usability/types`.")
        .add("interval_seconds", integer(*rules.INTERVALS))
        .add(
            "timeout_seconds",
            integer(*rules.TIMEOUTS),
            nullable=True,
            help="null: 80 % of the interval, at most 10 s.",
        )
    )
    return (
        with_policy(parser)
        .add("is_inverted", boolean(), help="Good means bad and the other way round.")
        .add("escalation_id", identifier(), nullable=True, help="Who is told; null: every channel at once.")
        .add(
            "dependencies",
            identifiers(MOST_PARENTS, least=0),
            help="While one of these monitors is in trouble, nobody is told of this one.",
        )
    )


def with_filter(parser: Parser) -> Parser:
    return (
        parser.add("site_id", identifier())
        .add("state", choice(*STATES))
        .add("type", text(1, 32))
        .add("tag", text(1, 50), help="Of the monitor's site.")
    )
