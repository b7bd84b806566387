"""Names that point at nobody: whoever claims what they point at speaks in the site's name.

Looked at are the site's own host and the hosts of its registrable domain that its pages name. Of those only
the name servers are asked, except for the site's own, whose answer is there already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.engine.bug.registry import probe
from app.engine.bug.signatures.takeover import Service, service_of
from app.engine.bug.types import Hit, Response, Skip
from app.engine.net.names import Names, ask_names
from app.engine.net.urls import host_of, is_address, site_of

if TYPE_CHECKING:
    from app.engine.bug.gathered import Gathered
    from app.engine.bug.http.asker import Asker

_MAX_HOSTS = 20
# Short enough that a word to stop is heard within a second.
_SECONDS = 0.9
_MAX_SILENCES = 2


@probe("takeover", profile="standard", order=40)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    silences = 0
    for host, where in hosts_of(gathered):
        asker.wait_turn()
        said = ask_names(host, "A", dns_servers=asker.plan.dns_servers, timeout=_SECONDS)
        silences = silences + 1 if said.state in ("timeout", "failed") else 0
        if silences >= _MAX_SILENCES:
            skip = Skip("takeover", "no_name_service", {"host": host})
            gathered.shared.setdefault("skips", []).append(skip)
            return
        if not said.aliases:
            continue
        service = service_of(said.aliases)
        if said.state == "no_name":
            asker.wait_turn()
            yield from _of_missing_name(asker, host, where, said, service)
        elif service is not None and host == gathered.host:
            yield from _of_answer(asker, gathered, host, said, service)


def hosts_of(gathered: Gathered) -> Iterator[tuple[str, str]]:
    """Each host to look at with the page that names it: the site's own first, 20 at most. Addresses and names
    of one word have no zone that could be wrong."""
    domain = site_of(gathered.host)
    seen: dict[str, str] = {}
    if "." in domain and not is_address(gathered.host):
        seen[gathered.host] = gathered.base_url
        for page in gathered.pages:
            addresses = [link.url for link in page.links] + [script.url for script in page.scripts]
            for host in map(host_of, addresses):
                if host and site_of(host) == domain:
                    seen.setdefault(host, page.url)
    yield from list(seen.items())[:_MAX_HOSTS]


def _of_missing_name(
    asker: Asker, host: str, where: str, said: Names, service: Service | None
) -> Iterator[Hit]:
    """The name is an alias of one that does not exist."""
    target = said.aliases[-1]
    detail = {"host": host, "target": target, "service": service.name if service else ""}
    evidence = f"{host} is an alias of {target}, which does not exist (NXDOMAIN)"
    if service is not None:
        if service.unclaimed_when_missing:
            yield Hit("takeover.unclaimed-service", where, evidence, parameter=host, detail=detail)
        else:
            yield Hit("takeover.dangling-alias", where, evidence, parameter=host, detail=detail)
        return
    domain = site_of(target)
    if domain == site_of(host) or "." not in domain:
        return
    registered = ask_names(domain, "NS", dns_servers=asker.plan.dns_servers, timeout=_SECONDS)
    is_free = registered.state == "no_name"
    rule = "takeover.unregistered-domain" if is_free else "takeover.dangling-alias"
    yield Hit(rule, where, evidence, parameter=host, detail={**detail, "domain": domain})


def _of_answer(asker: Asker, gathered: Gathered, host: str, said: Names, service: Service) -> Iterator[Hit]:
    """The name leads to a service that may say that it knows nobody by it."""
    response = _home_of(asker, gathered)
    sign = service.sign_in(response) if response is not None and response.error is None else ""
    if sign:
        detail = {"host": host, "target": said.aliases[-1], "service": service.name}
        evidence = f"{host} is an alias of {said.aliases[-1]}; answered: {sign}"
        yield Hit(
            "takeover.unclaimed-service",
            gathered.base_url,
            evidence,
            parameter=host,
            detail=detail,
            response=response,
            confidence="certain",
        )


def _home_of(asker: Asker, gathered: Gathered) -> Response | None:
    home = gathered.home
    if home is not None:
        return home.response
    url = gathered.at("/")
    return asker.ask(url) if asker.is_in_scope(url) else None
