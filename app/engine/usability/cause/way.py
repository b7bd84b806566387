"""Rules of the way to the target: our own network, some places only, names, certificates, the connection."""

from __future__ import annotations

from app.engine.usability.cause import groups
from app.engine.usability.cause.case import Case
from app.engine.usability.cause.table import Values, places, rule, when

MOST_FAIL_SHARE = 0.5
LEAST_SITES = 4

# Our own network


@rule("own_network", "our_network", "certain")
def _own_network(case: Case) -> Values:
    gone = [look.location for look in case.bad if look.network == "offline"]
    is_ours = case.reason in groups.OWN or (bool(gone) and len(gone) == len(case.bad))
    return when(is_ours, places=", ".join(gone) or places(case))


@rule("everything_fails_here", "our_network", "likely")
def _everything_fails(case: Case) -> Values:
    """Unrelated sites fail from the same places at once, and no other place sees this one well or ill."""
    around = case.around
    enough = around.sites_probed >= LEAST_SITES
    share = around.sites_failing / around.sites_probed if enough else 0.0
    fits = case.reason in groups.NETWORK and share > MOST_FAIL_SHARE and not case.good
    return when(fits, failing=around.sites_failing, sites=around.sites_probed)


# Some places only


@rule("refuses_some_places", "application", "likely")
def _refuses_some(case: Case) -> Values:
    refusing = [look for look in case.bad if look.http_status in (401, 403, 429, 451)]
    fits = bool(case.good) and bool(refusing) and len(refusing) == len(case.bad)
    return when(fits, places=places(case), status=refusing[0].http_status if refusing else None)


@rule("name_differs_by_place", "dns", "likely")
def _name_by_place(case: Case) -> Values:
    fits = bool(case.good) and bool(case.bad) and all((look.reason or "") in groups.NAME for look in case.bad)
    return when(fits, places=places(case))


@rule("address_differs_by_place", "dns", "possible")
def _address_by_place(case: Case) -> Values:
    bad = {look.address for look in case.bad if look.address}
    good = {look.address for look in case.good if look.address}
    fits = bool(bad and good) and not bad & good
    return when(fits, places=places(case), address=", ".join(sorted(bad)), other=", ".join(sorted(good)))


@rule("path_from_some_places", "route", "likely")
def _path_from_some(case: Case) -> Values:
    fits = bool(case.good) and bool(case.bad)
    fits = fits and all((look.reason or "") in groups.NETWORK for look in case.bad)
    good = ", ".join(look.location for look in case.good)
    return when(fits, places=places(case), good=good)


# Names


@rule("registration", "dns", "certain")
def _registration(case: Case) -> Values:
    return when(case.reason in groups.REGISTRATION, domain=case.detail.get("domain", "?"))


@rule("name_gone", "dns", "certain")
def _name_gone(case: Case) -> Values:
    known = case.before.addresses
    fits = case.reason in groups.NAME_MISSING and bool(known)
    return when(fits, host=case.detail.get("host", "?"), address=", ".join(known))


@rule("name_missing", "dns", "certain")
def _name_missing(case: Case) -> Values:
    """Where it led to, nobody has ever seen: it need not have been there."""
    return when(case.reason in groups.NAME_MISSING, host=case.detail.get("host", "?"))


@rule("name_servers", "dns", "likely")
def _name_servers(case: Case) -> Values:
    return when(case.reason in groups.NAME, host=case.detail.get("host", "?"))


@rule("name_says_otherwise", "dns", "certain")
def _name_otherwise(case: Case) -> Values:
    return when(case.reason in groups.NAME_CONTENT)


@rule("name_leads_inside", "dns", "certain")
def _name_leads_inside(case: Case) -> Values:
    return when(case.reason == "address_refused", address=case.detail.get("address", "?"))


@rule("address_changed", "dns", "likely")
def _address_changed(case: Case) -> Values:
    known = case.before.addresses
    fits = bool(known) and case.address is not None and case.address not in known
    fits = fits and not groups.is_content(case.reason) and case.reason != "slow"
    return when(fits, address=case.address, before=", ".join(known[:3]))


# TLS


@rule("certificate_over", "tls", "certain")
def _certificate_over(case: Case) -> Values:
    return when(case.reason in groups.CERTIFICATE_TIME)


@rule("certificate_early", "tls", "likely")
def _certificate_early(case: Case) -> Values:
    return when(case.reason == "tls_not_yet_valid")


@rule("certificate_changed", "tls", "certain")
def _certificate_changed(case: Case) -> Values:
    before, around = case.before, case.around
    is_other = bool(before.fingerprint and around.fingerprint) and before.fingerprint != around.fingerprint
    fits = case.reason in groups.CERTIFICATE and is_other
    return when(fits, issuer=around.issuer or "?", before=before.issuer or "?")


@rule("certificate_wrong", "tls", "certain")
def _certificate_wrong(case: Case) -> Values:
    return when(case.reason in groups.CERTIFICATE)


@rule("handshake", "tls", "likely")
def _handshake(case: Case) -> Values:
    return when(case.reason in groups.HANDSHAKE - {"tls_timeout"})


@rule("handshake_hangs", "server", "likely")
def _handshake_hangs(case: Case) -> Values:
    return when(case.reason == "tls_timeout")


# The connection


@rule("port_closed", "server", "certain")
def _port_closed(case: Case) -> Values:
    fits = case.reason in ("connect_refused", "ping_prohibited")
    return when(fits, address=case.address or "?", port=case.detail.get("port", "?"))


@rule("host_up_port_silent", "server", "likely")
def _host_up(case: Case) -> Values:
    """The machine answers, on the way or by another service, and this port does not."""
    reached = any(trace.has_reached for trace in case.traces) or case.around.same_host_up > 0
    fits = case.reason in groups.SILENT and reached
    return when(fits, address=case.address or "?", port=case.detail.get("port", "?"))


@rule("path_ends", "route", "likely")
def _path_ends(case: Case) -> Values:
    """Packets come some way, and end at a hop that is not the target's."""
    ended = [trace for trace in case.traces if not trace.has_reached and trace.last]
    fits = case.reason in groups.SILENT and bool(ended) and len(ended) == len(case.traces)
    return when(fits, last=ended[0].last if ended else "?", hops=ended[0].hops if ended else 0)


@rule("whole_site_silent", "server", "likely")
def _whole_site(case: Case) -> Values:
    around = case.around
    fits = case.reason in groups.SILENT and around.others_down > 0 and around.others_up == 0
    return when(fits, others=around.others_down)


@rule("host_silent", "server", "possible")
def _host_silent(case: Case) -> Values:
    return when(case.reason in groups.SILENT or case.reason.startswith("ping_"), address=case.address or "?")
