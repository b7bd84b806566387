"""What the site is made of, whether it tells versions, and what of it is out of support."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.registry import site_check
from app.engine.bug.technologies import Sighting, in_error_page, is_below, signatures, support
from app.engine.bug.types import Hit, Response

HEADERS = {
    each.lower(): each
    for each in (
        "Server",
        "X-Powered-By",
        "X-AspNet-Version",
        "X-AspNetMvc-Version",
        "X-Generator",
        "X-Powered-CMS",
        "X-Rails-Version",
        "X-Umbraco-Version",
        "X-OWA-Version",
        "X-Jenkins",
        "Liferay-Portal",
        "MicrosoftSharePointTeamServices",
    )
}
"""Headers that tell versions, as they are written."""
_NAMING = frozenset({"x-powered-by"})
_VERSION = re.compile(r"\d{1,9}\.\d")
_MOST_PLACES = 10
_MOST_ANSWERS = 300


@site_check("technologies")
def technologies(gathered: Gathered) -> Iterator[Hit]:
    answers = _answers(gathered)
    yield from _few(hit for answer in answers for hit in _headers(answer))
    sightings = [each for answer in answers for each in signatures().in_response(answer)]
    for page in gathered.html:
        sightings += signatures().in_page(page)
    telling = [seen for answer in answers if (seen := in_error_page(answer)) is not None]
    yield from _few(_generators(gathered))
    yield from _few(_error_page(seen) for seen in telling)
    sightings += telling
    _note(gathered, sightings)
    yield from _few(hit for seen in sightings for hit in _old(seen))


def _answers(gathered: Gathered) -> list[Response]:
    """Every answer of the site itself, the home page's first."""
    pages = [answer for page in gathered.everything for answer in (page.response, *page.redirects)]
    others = [*gathered.missing, *gathered.http_chain, *gathered.https_chain]
    ours = [each for each in (*pages, *others) if each.error is None and gathered.is_ours(each.url)]
    return ours[:_MOST_ANSWERS]


def _headers(answer: Response) -> Iterator[Hit]:
    for name, value in answer.headers:
        written = HEADERS.get(name.lower())
        if written is None or not value:
            continue
        rule = "version-disclosed" if _VERSION.search(value) else "powered-by"
        if rule == "version-disclosed" or name.lower() in _NAMING:
            yield Hit(
                f"technologies.{rule}",
                answer.url,
                evidence=f"{written}: {value}"[:300],
                parameter=written,
                detail={"header": written, "value": value[:120]},
                response=answer,
            )


def _generators(gathered: Gathered) -> Iterator[Hit]:
    for page in gathered.html:
        value = page.metas.get("generator", "")
        if _VERSION.search(value[:120]):
            yield Hit(
                "technologies.version-disclosed",
                page.url,
                evidence=f'<meta name="generator" content="{value[:200]}">',
                parameter="generator",
                detail={"header": "generator", "value": value[:120]},
                response=page.response,
            )


def _error_page(seen: Sighting) -> Hit:
    return Hit(
        "technologies.version-in-error-page",
        seen.url,
        evidence=seen.proof[:300],
        component=seen.name,
        detail={"software": seen.name, "value": seen.proof[:120]},
    )


def _old(seen: Sighting) -> Iterator[Hit]:
    known = support().get(seen.name)
    if known is None or not seen.version:
        return
    detail = {"software": seen.name, "version": seen.version}
    if cve := known.holes.get(seen.version):
        yield _aged("known-hole", seen, {**detail, "cve": cve}, f"https://nvd.nist.gov/vuln/detail/{cve}")
    elif is_below(seen.version, known.below):
        detail |= {"supported": known.below, "since": known.since}
        yield _aged("end-of-life", seen, detail, known.source)
    elif known.behind and is_below(seen.version, known.behind):
        detail |= {"newer": known.behind, "since": known.behind_since}
        yield _aged("old-release", seen, detail, known.source)


def _aged(rule: str, seen: Sighting, detail: dict[str, str], reference: str) -> Hit:
    return Hit(
        f"technologies.{rule}",
        seen.url,
        evidence=seen.proof[:300],
        component=seen.name,
        detail=detail,
        references=(reference,),
    )


def _few(hits: Iterator[Hit]) -> Iterator[Hit]:
    """Some places of each are enough: a header stands on every page."""
    counts: Counter[tuple[str, str | None, str | None]] = Counter()
    for hit in hits:
        key = (hit.rule, hit.parameter, hit.component)
        counts[key] += 1
        if counts[key] <= _MOST_PLACES:
            yield hit


def _note(gathered: Gathered, sightings: list[Sighting]) -> None:
    """Names with versions, for other checks and for whoever reads the report."""
    found = gathered.technologies
    for seen in sightings:
        found[seen.name] = found.get(seen.name) or seen.version
        waiting = list(signatures().implied.get(seen.name, ()))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = ""
                waiting += signatures().implied.get(name, ())
