"""What a scan has gathered, as the tests look at it."""

from __future__ import annotations

from collections.abc import Sequence

from app.engine.bug.gathered import Gathered
from app.engine.bug.observatory.seen import Answer, Seen, scheme_of
from app.engine.bug.page import MAX_PARSED, Page
from app.engine.bug.types import Response
from app.engine.net.urls import host_of, resolve

MAX_READ = 500_000
"""Characters of each page that are looked at for meta and script elements."""
_REDIRECTS = (301, 302, 303, 307, 308)


def seen_of_site(gathered: Gathered) -> Seen | None:
    """The site's front door; None when neither scheme gave an answer."""
    http, https = _last(gathered.http_chain), _last(gathered.https_chain)
    judged = https or http
    if judged is None:
        return None
    is_verified = not gathered.shared.get("tls_error")
    cors = gathered.cors if gathered.cors is not None and gathered.cors.error is None else None
    return Seen(
        site=host_of(gathered.plan.url) or gathered.host,
        scheme="https" if https is not None else "http",
        http=_answer(http, is_verified),
        https=_answer(https, is_verified),
        http_route=route_of(gathered.http_chain),
        https_route=route_of(gathered.https_chain),
        cors=_answer(cors, is_verified),
        cors_origin=dict(cors.request.headers).get("Origin", "") if cors is not None else "",
        set_cookie=_cookies(gathered, judged),
        body=judged.text[:MAX_PARSED],
    )


def seen_of_page(page: Page) -> Seen:
    """A single page, for the tests that look at nothing but its headers and its body."""
    scheme = "https" if scheme_of(page.url) == "https" else "http"
    answer = _answer(page.response, True)
    return Seen(
        site=page.host,
        scheme=scheme,
        http=answer if scheme == "http" else None,
        https=answer if scheme == "https" else None,
        body=page.text[:MAX_READ],
    )


def route_of(chain: Sequence[Response]) -> tuple[str, ...]:
    """The addresses of a chain, and where its last answer leads when that was not followed."""
    route = [response.url for response in chain]
    if chain and chain[-1].status in _REDIRECTS and chain[-1].header("location"):
        route.append(resolve(chain[-1].url, chain[-1].header("location")))
    return tuple(route)


def _last(chain: Sequence[Response]) -> Response | None:
    """Where the chain ended, unless it ended in silence."""
    return chain[-1] if chain and chain[-1].error is None and chain[-1].status else None


def _answer(response: Response | None, is_verified: bool) -> Answer | None:
    if response is None:
        return None
    return Answer(response.status, response.headers, is_verified or scheme_of(response.url) != "https")


def _cookies(gathered: Gathered, judged: Response) -> tuple[str, ...]:
    """All that a visitor of the front page is given, by the site itself."""
    chain = gathered.https_chain if judged in gathered.https_chain else gathered.http_chain
    responses = [each for each in chain if gathered.is_ours(each.url)]
    if gathered.robots_txt is not None:
        responses.append(gathered.robots_txt)
    return tuple(line for response in responses for line in response.values("set-cookie"))
