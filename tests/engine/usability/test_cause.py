"""Whose fault an incident is: a table of cases, and that every rule, reason and sentence is known."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import pytest

from app.engine.usability.cause import groups
from app.engine.usability.cause.case import CATEGORIES, Around, Before, Case, Look, Trace
from app.engine.usability.cause.judge import RULES, judge
from app.engine.usability.cause.sentences import SENTENCES, cause_sentence
from app.engine.usability.reasons import REASONS


def bad(reason: str, location: str = "home", **more: Any) -> Look:
    return Look(location, "down", reason, **more)


def good(location: str = "paris", address: str | None = "192.0.2.1") -> Look:
    return Look(location, "up", address=address)


def case(reason: str, *looks: Look, **more: Any) -> Case:
    return Case("http", "down", reason, looks=looks or (bad(reason),), **more)


def status(code: int) -> Case:
    return case("http_status", bad("http_status", http_status=code), detail={"status": code})


def slow(phase: str) -> Case:
    phases = {"dns": 5.0, "connect": 10.0, "tls": 20.0, "first_byte": 80.0, "transfer": 5.0}
    look = Look("home", "degraded", "slow", phases={**phases, phase: 3_000.0})
    return case("slow", look, before=Before(phases=phases))


CONNECTED = {"connect": 3.0}
OFFLINE = bad("connect_timeout", network="offline")
FAILING = Around(sites_failing=9, sites_probed=10)
OTHER = Before(addresses=("192.0.2.1",), issuer="A", fingerprint="aa")
TABLE: list[tuple[str, str | None, Case]] = [
    ("own_network", "our_network", case("connect_timeout", OFFLINE)),
    ("own_network", "our_network", case("probe_offline")),
    ("everything_fails_here", "our_network", case("connect_timeout", around=FAILING)),
    (
        "refuses_some_places",
        "application",
        case("http_status", bad("http_status", http_status=403), good()),
    ),
    ("name_differs_by_place", "dns", case("dns_not_found", bad("dns_not_found"), good())),
    (
        "address_differs_by_place",
        "dns",
        case("connect_refused", bad("connect_refused", address="192.0.2.9"), good()),
    ),
    ("path_from_some_places", "route", case("connect_timeout", bad("connect_timeout"), good())),
    ("path_from_some_places", "route", case("timeout", bad("timeout", address="192.0.2.1"), good())),
    ("registration", "dns", case("domain_expired", detail={"domain": "example.org"})),
    ("name_gone", "dns", case("dns_not_found", before=OTHER)),
    ("name_missing", "dns", case("dns_not_found")),
    ("name_missing", "dns", case("dns_no_data")),
    ("name_servers", "dns", case("dns_timeout")),
    ("name_servers", "dns", case("dns_servfail")),
    ("name_says_otherwise", "dns", case("dns_wrong_answer")),
    ("name_leads_inside", "dns", case("address_refused", detail={"address": "10.0.0.1"})),
    (
        "address_changed",
        "dns",
        case("connect_timeout", bad("connect_timeout", address="192.0.2.9"), before=OTHER),
    ),
    ("certificate_over", "tls", case("tls_expired")),
    ("certificate_early", "tls", case("tls_not_yet_valid")),
    ("certificate_changed", "tls", case("tls_untrusted", before=OTHER, around=Around(fingerprint="bb"))),
    ("certificate_wrong", "tls", case("tls_wrong_host")),
    ("handshake", "tls", case("tls_failed")),
    ("handshake_hangs", "server", case("tls_timeout")),
    ("port_closed", "server", case("connect_refused")),
    ("host_up_port_silent", "server", case("connect_timeout", traces=(Trace("home", True, 5, "192.0.2.1"),))),
    ("host_up_port_silent", "server", case("connect_timeout", around=Around(same_host_up=1))),
    ("path_ends", "route", case("connect_timeout", traces=(Trace("home", False, 4, "198.51.100.1"),))),
    ("whole_site_silent", "server", case("connect_timeout", around=Around(others_down=3))),
    ("host_silent", "server", case("connect_timeout")),
    ("host_silent", "server", case("ping_loss")),
    ("tampered", "content", case("keyword_missing", around=Around(tampered="home page"))),
    ("after_release", "application", replace(status(500), around=Around(deployment_minutes=4))),
    ("gateway", "application", status(502)),
    ("too_many_requests", "application", status(429)),
    ("refuses", "application", status(403)),
    ("refuses", "application", case("login_refused")),
    ("gone", "content", status(404)),
    ("application_error", "application", status(500)),
    ("other_status", "application", status(302)),
    (
        "slower_and_slower",
        "application",
        case("timeout", bad("timeout", phases=CONNECTED), before=Before(rise=6.0)),
    ),
    ("no_answer_in_time", "application", case("timeout", bad("timeout", phases=CONNECTED))),
    (
        "stalls",
        "server",
        case("timeout", bad("timeout", phases=CONNECTED), detail={"phase": "transfer"}),
    ),
    ("cut_off", "server", case("connection_reset")),
    ("cut_off", "server", case("body_incomplete")),
    ("busy", "server", case("too_many_connections")),
    ("proxy", "route", case("proxy_refused")),
    ("slow_name", "dns", slow("dns")),
    ("slow_path", "route", slow("connect")),
    ("slow_handshake", "server", slow("tls")),
    ("slow_application", "application", slow("first_byte")),
    ("slow_transfer", "route", slow("transfer")),
    ("redirects", "application", case("redirect_loop")),
    ("says_otherwise", "content", case("keyword_missing")),
    ("says_otherwise", "content", case("json_equals")),
    ("service_error", "application", case("query_failed")),
    ("job_silent", "application", case("heartbeat_missed")),
    ("other_failure", "application", case("http_version")),
    ("unclear", None, case("config_invalid")),
]


@pytest.mark.parametrize(("name", "category", "given"), TABLE)
def test_it_names_the_cause(name: str, category: str | None, given: Case) -> None:
    found = judge(given)
    assert (found.rule, found.category) == (name, category)


def test_every_rule_is_tried() -> None:
    assert {each.name for each in RULES} <= {name for name, _, _ in TABLE}


@pytest.mark.parametrize("name", [each.name for each in RULES] + ["unclear"])
def test_every_rule_has_its_sentence_in_both_languages(name: str) -> None:
    assert set(SENTENCES[name]) == {"en", "zh"}
    names = [
        {field for _, field, _, _ in string.Formatter().parse(text) if field}
        for text in SENTENCES[name].values()
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize(("name", "category", "given"), TABLE)
def test_a_sentence_names_only_what_its_rule_gives(name: str, category: str | None, given: Case) -> None:
    values = judge(given).values
    asked = {field for _, field, _, _ in string.Formatter().parse(SENTENCES[name]["en"]) if field}
    assert asked <= set(values)


def test_no_failure_of_a_target_is_left_without_a_cause() -> None:
    left = [reason for reason in REASONS if judge(case(reason)).rule == "unclear"]
    assert [each for each in left if not each.startswith(groups.NOT_THE_TARGETS)] == []


def test_nothing_is_blamed_on_the_target_while_we_are_offline() -> None:
    for reason in REASONS:
        assert judge(case(reason, bad(reason, network="offline"))).category == "our_network"


def test_the_order_of_places_does_not_matter() -> None:
    looks = [bad("connect_timeout", "home"), good("paris"), bad("timeout", "tokyo")]
    assert judge(case("connect_timeout", *looks)).rule == judge(case("connect_timeout", *looks[::-1])).rule


def test_an_unknown_rule_is_shown_by_its_name() -> None:
    assert cause_sentence("of_tomorrow", {}) == "of_tomorrow"
    assert "?" in cause_sentence("gateway", {}, "zh_Hans_CN")


def test_every_category_has_a_rule() -> None:
    assert {each.category for each in RULES} == set(CATEGORIES)
