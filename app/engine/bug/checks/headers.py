"""Response headers: what the HTTP Observatory's tests find amiss, page by page, and the site's grade.

Cookies are looked at one by one by `cookies`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.observatory import Seen, UngradableError, cors, grade, hsts, referrer_policy, sri
from app.engine.bug.observatory.csp import BROAD, look_at
from app.engine.bug.observatory.csp_faults import faults_of
from app.engine.bug.observatory.exchange import document_of
from app.engine.bug.observatory.seen import host_of, scheme_of
from app.engine.bug.observatory.site import seen_of_page, seen_of_site
from app.engine.bug.observatory.words import known
from app.engine.bug.page import MAX_ITEMS, Page
from app.engine.bug.registry import site_check
from app.engine.bug.types import Hit
from app.engine.net.target import DEFAULT_PORT, TargetError, parse_target

_MOST_LOCATIONS = 20
"""Places of one finding that are told."""
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,18})", re.I)
_ISOLATION = {
    "missing-corp": "Cross-Origin-Resource-Policy",
    "missing-coop": "Cross-Origin-Opener-Policy",
    "missing-coep": "Cross-Origin-Embedder-Policy",
    "missing-permissions-policy": "Permissions-Policy",
}


@site_check("headers")
def look(gathered: Gathered) -> Iterator[Hit]:
    told: dict[tuple[str, str | None], int] = {}
    for hit in _all(gathered):
        key = (hit.rule, hit.parameter)
        told[key] = told.get(key, 0) + 1
        if told[key] <= _MOST_LOCATIONS:
            yield hit


def _all(gathered: Gathered) -> Iterator[Hit]:
    seen = seen_of_site(gathered)
    if seen is not None:
        _keep_grade(gathered, seen)
        yield from _redirection(gathered, seen)
        yield from _cors(gathered, seen)
    pages = [page for page in gathered.html if page.response.status == 200 and gathered.is_ours(page.url)]
    for page in pages:
        yield from _of_page(page)
    if pages:
        yield from _transport(pages[0])
        yield from _isolation(pages[0])


def _keep_grade(gathered: Gathered, seen: Seen) -> None:
    try:
        gathered.shared["headers"] = document_of(grade(seen))
    except UngradableError:
        return


def _of_page(page: Page) -> Iterator[Hit]:
    seen = seen_of_page(page)
    yield from _csp(page, seen)
    yield from _framing(page, seen)
    yield from _sniffing(page)
    yield from _referrer(page, seen)
    yield from _integrity(page, seen)


def _csp(page: Page, seen: Seen) -> Iterator[Hit]:
    policy = seen.page.header("content-security-policy") or ", ".join(seen.meta_policies)
    for fault in faults_of(seen):
        if fault.kind == "missing":
            yield _missing(page, "missing-csp", "Content-Security-Policy")
            continue
        if fault.kind == "report-only":
            policy = seen.page.header("content-security-policy-report-only") or ""
        yield Hit(
            f"headers.csp-{fault.kind}",
            page.url,
            f"Content-Security-Policy: {policy}"[:300],
            parameter="Content-Security-Policy",
            detail={"directive": fault.directive, "sources": " ".join(fault.sources)[:200]},
            response=page.response,
        )


def _framing(page: Page, seen: Seen) -> Iterator[Hit]:
    policies = look_at(seen).policies
    ancestors = policies.directives.get("frame-ancestors") if policies is not None else None
    if ancestors is not None and not ancestors & BROAD:
        return
    option = known(seen.page.header("x-frame-options"), 1024)
    if option is None:
        yield _missing(page, "missing-x-frame-options", "X-Frame-Options")
    elif option not in ("deny", "sameorigin"):
        yield _given(page, "invalid-x-frame-options", "X-Frame-Options")


def _sniffing(page: Page) -> Iterator[Hit]:
    option = known(page.response.header("x-content-type-options"))
    if option is None:
        yield _missing(page, "missing-x-content-type-options", "X-Content-Type-Options")
    elif option != "nosniff":
        yield _given(page, "invalid-x-content-type-options", "X-Content-Type-Options")


def _referrer(page: Page, seen: Seen) -> Iterator[Hit]:
    result = referrer_policy.judge(seen)
    if result == "referrer-policy-not-implemented":
        yield _missing(page, "missing-referrer-policy", "Referrer-Policy")
    elif result != "referrer-policy-private":
        policy = page.response.header("referrer-policy") or seen.meta_referrer or ""
        yield _given(page, "unsafe-referrer-policy", "Referrer-Policy", policy)


def _integrity(page: Page, seen: Seen) -> Iterator[Hit]:
    """Scripts of foreign hosts that nothing keeps from changing; one finding a host."""
    for tag in seen.scripts[:MAX_ITEMS]:
        script = sri.loaded(tag.get("src", ""), tag.get("integrity", ""), seen)
        if not script.is_foreign or script.has_integrity:
            continue
        host = host_of(script.url if "://" in script.url else f"https:{script.url}")
        if host and not _is_same_site(host, seen):
            yield Hit(
                "headers.missing-sri",
                page.url,
                f'<script src="{script.url}">'[:300],
                parameter=host,
                detail={"host": host},
                response=page.response,
            )


def _is_same_site(host: str, seen: Seen) -> bool:
    return not sri.loaded(f"https://{host}/", "", seen).is_foreign


def _transport(home: Page) -> Iterator[Hit]:
    header = home.response.header("strict-transport-security")
    if not header:
        # Browsers pass over the header that comes by plain HTTP: there it is not what is missing first.
        rule = "missing-hsts" if home.url.startswith("https:") else "missing-hsts-over-http"
        yield _missing(home, rule, "Strict-Transport-Security")
        return
    age = _MAX_AGE.search(header[:1024])
    if age is None:
        yield _given(home, "invalid-hsts", "Strict-Transport-Security")
    elif int(age[1]) < hsts.SIX_MONTHS:
        days = int(age[1]) // 86_400
        yield _given(home, "short-hsts", "Strict-Transport-Security", header, {"days": days})


def _isolation(home: Page) -> Iterator[Hit]:
    for rule, header in _ISOLATION.items():
        if not home.response.header(header):
            yield _missing(home, rule, header)


def _cors(gathered: Gathered, seen: Seen) -> Iterator[Hit]:
    if gathered.cors is not None and cors.judge(seen).endswith("-universal-access"):
        yield Hit(
            "headers.cors-with-credentials",
            gathered.cors.url,
            f"Origin: {seen.cors_origin} → Access-Control-Allow-Origin: {seen.cors_origin}, "
            "Access-Control-Allow-Credentials: true",
            parameter="Access-Control-Allow-Origin",
            response=gathered.cors,
        )


def _redirection(gathered: Gathered, seen: Seen) -> Iterator[Hit]:
    for route in (seen.http_route, seen.https_route):
        schemes = [scheme_of(url) for url in route]
        if "https" in schemes and "http" in schemes[schemes.index("https") :]:
            yield _route("https-downgrade", route)
    if seen.http is None or seen.http.status >= 400:
        return
    route = seen.http_route
    schemes = [scheme_of(url) for url in route]
    if "https" not in schemes:
        yield _route(_plain_rule(gathered, seen), route)
    elif schemes[1] == "http":
        yield _route("insecure-redirect-chain", route)
    elif host_of(route[0]) != host_of(route[1]):
        yield _route("redirect-off-host", route)


def _plain_rule(gathered: Gathered, seen: Seen) -> str:
    """HTTPS is there and not led to, is not there, or may be there on a port that is not known."""
    if seen.https is not None:
        return "no-https-redirect"
    try:
        target = parse_target(gathered.plan.url)
    except TargetError:
        return "plain-http-port"
    is_default = target.port in DEFAULT_PORT.values() and not target.is_address
    return "plain-http" if is_default else "plain-http-port"


def _route(rule: str, route: tuple[str, ...]) -> Hit:
    return Hit(f"headers.{rule}", route[0], " → ".join(route)[:300], detail={"last": route[-1][:200]})


def _missing(page: Page, rule: str, header: str) -> Hit:
    return Hit(
        f"headers.{rule}",
        page.url,
        f"{page.response.status} without {header}",
        parameter=header,
        response=page.response,
    )


def _given(
    page: Page, rule: str, header: str, value: str | None = None, detail: dict[str, object] | None = None
) -> Hit:
    value = page.response.header(header) if value is None else value
    return Hit(
        f"headers.{rule}",
        page.url,
        f"{header}: {value}"[:300],
        parameter=header,
        detail={"value": value[:100], **(detail or {})},
        response=page.response,
    )
