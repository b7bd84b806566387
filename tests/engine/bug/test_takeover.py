"""A name that points at nobody is found, and one that points at somebody is left alone."""

from __future__ import annotations

import time
from dataclasses import replace
from time import monotonic

import certifi
import pytest

from app.engine.bug.scan import scan
from app.engine.bug.signatures.takeover import service_of, services
from app.engine.bug.types import Finding, Plan, Report
from app.engine.net.names import ask_names
from tests.bug.serving import Answer, Asked, SiteServer
from tests.engine.bug.zones import ZoneServer

HOST = "www.shop.example"
HERE = {f"{HOST} A": ["127.0.0.1"]}
NOBODY = "<html><h1>404</h1><p><strong>There isn't a GitHub Pages site here.</strong></p></html>"
Zone = dict[str, list[str]]


def site(body: str = "<title>Shop</title>", status: int = 200) -> SiteServer:
    def app(asked: Asked) -> Answer:
        return Answer(body, status) if asked.path == "/" else Answer("nothing here", 404)

    return SiteServer(app)


def report_of(server: SiteServer, zone: Zone, **values: object) -> tuple[Report, list[str]]:
    """The report of a scan, and what the name server was asked."""
    with server, ZoneServer(zone) as names:
        plan = Plan(
            f"http://{HOST}:{server.port}/",
            rate=1000,
            allow=("127.0.0.0/8",),
            ca_file=certifi.where(),
            hosts=frozenset({HOST}),
            only=frozenset({"takeover"}),
            dns_servers=(names.address,),
        )
        return scan(replace(plan, **values), now=time.time), names.asked  # type: ignore[arg-type]


def found(server: SiteServer, zone: Zone) -> dict[str, Finding]:
    report, _ = report_of(server, zone)
    return {each.check: each for each in report.findings}


def linking(*hosts: str) -> SiteServer:
    return site("".join(f'<a href="https://{host}/">there</a>' for host in hosts))


def test_a_site_with_an_address_has_nothing_to_take_over() -> None:
    assert found(site(), HERE) == {}


def test_a_service_that_knows_nobody_by_the_name_is_found() -> None:
    zone = {f"{HOST} CNAME": ["shop.github.io"], "shop.github.io A": ["127.0.0.1"]}
    finding = found(site(NOBODY, 404), zone)["takeover.unclaimed-service"]
    assert (finding.cls, finding.confidence, finding.parameter) == ("subdomain_takeover", "certain", HOST)
    assert finding.detail["service"] == "GitHub Pages"


@pytest.mark.parametrize(
    ("body", "status", "target"),
    [
        ("<title>Shop</title>", 200, "shop.github.io"),
        (NOBODY, 200, "shop.github.io"),
        (NOBODY, 404, "shop.elsewhere.example"),
        ("<p>There isn't a page here.</p>", 404, "shop.github.io"),
    ],
)
def test_a_claimed_name_or_one_that_only_looks_like_it_is_not(body: str, status: int, target: str) -> None:
    zone = {f"{HOST} CNAME": [target], f"{target} A": ["127.0.0.1"]}
    assert found(site(body, status), zone) == {}


def test_a_linked_name_that_the_service_no_longer_has_is_found() -> None:
    zone = {**HERE, "old.shop.example CNAME": ["old-shop.azurewebsites.net"]}
    finding = found(linking("old.shop.example"), zone)["takeover.unclaimed-service"]
    assert (finding.parameter, finding.severity) == ("old.shop.example", "high")


def test_an_alias_of_a_domain_that_is_free_is_found() -> None:
    zone = {**HERE, "old.shop.example CNAME": ["campaign.gone-agency.example"]}
    finding = found(linking("old.shop.example"), zone)["takeover.unregistered-domain"]
    assert finding.detail["domain"] == "gone-agency.example"


def test_an_alias_within_a_domain_that_somebody_has_is_only_loose() -> None:
    zone = {
        **HERE,
        "old.shop.example CNAME": ["gone.agency.example"],
        "agency.example NS": ["ns.agency.example."],
    }
    assert set(found(linking("old.shop.example"), zone)) == {"takeover.dangling-alias"}


def test_a_name_of_a_service_that_gives_its_names_itself_is_only_loose() -> None:
    zone = {**HERE, "old.shop.example CNAME": ["lb-123.eu-west-1.elb.amazonaws.com"]}
    assert set(found(linking("old.shop.example"), zone)) == {"takeover.dangling-alias"}


def test_an_alias_of_an_own_name_that_is_missing_is_nobodys_chance() -> None:
    zone = {**HERE, "old.shop.example CNAME": ["gone.shop.example"]}
    assert found(linking("old.shop.example"), zone) == {}


def test_a_name_that_does_not_exist_at_all_is_no_finding() -> None:
    assert found(linking("never.shop.example"), HERE) == {}


def test_names_of_others_are_not_looked_at() -> None:
    _, asked = report_of(linking("www.other.example", "shop.example.evil.example"), HERE)
    assert {each.split(" ")[0] for each in asked} <= {HOST, "shop.example"}


def test_at_most_twenty_names_are_looked_at() -> None:
    names = [f"n{number}.shop.example" for number in range(50)]
    _, asked = report_of(linking(*names), HERE)
    assert len({each for each in asked if each.startswith("n")}) == 19


def test_linked_hosts_are_never_asked_by_http() -> None:
    server = linking("old.shop.example")
    zone = {**HERE, "old.shop.example CNAME": ["x.github.io"], "x.github.io A": ["127.0.0.1"]}
    report_of(server, zone)
    assert all(asked.headers.get("host", "").startswith(HOST) for asked in server.asked)


def test_two_sites_names_give_two_findings_that_stay_the_same() -> None:
    zone = {
        **HERE,
        "a.shop.example CNAME": ["a.azurewebsites.net"],
        "b.shop.example CNAME": ["b.azurewebsites.net"],
    }
    report, _ = report_of(linking("a.shop.example", "b.shop.example"), zone)
    assert len({each.fingerprint for each in report.findings}) == 2


def test_an_address_has_no_names() -> None:
    with site() as server:
        plan = Plan(server.url(), rate=1000, allow=("127.0.0.0/8",), ca_file=certifi.where())
        plan = replace(plan, hosts=frozenset({"127.0.0.1"}), only=frozenset({"takeover"}))
        assert scan(plan, now=time.time).findings == ()


def test_a_silent_name_server_costs_its_time_and_no_more() -> None:
    with ZoneServer({}, is_silent=True) as zone:
        begun = monotonic()
        said = ask_names("a.shop.example", "A", dns_servers=(zone.address,), timeout=0.4)
        assert monotonic() - begun < 3
    assert said.state == "timeout"


def test_what_is_no_name_does_not_exist() -> None:
    assert ask_names("a..example", "A", dns_servers=("127.0.0.1:1",), timeout=0.2).state == "no_name"


def test_every_service_can_be_recognised_by_something() -> None:
    assert all(each.aliases and (each.texts or each.unclaimed_when_missing) for each in services())
    assert service_of(("cdn.example", "shop.myshopify.com")) is not None
    assert service_of(("notgithub.io",)) is None
