"""GraphQL that describes itself to everybody, and the pages to try it on.

The question goes by GET; only where that is refused by something that speaks GraphQL or wants another method,
by POST. It asks for names and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, urljoin, urlsplit

from app.engine.bug.asking.answers import Answers, anonymous
from app.engine.bug.asking.places import bases_of
from app.engine.bug.asking.soft404 import Missing
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.signatures import names_for
from app.engine.bug.types import Hit, Request, Response

_QUESTION = "{__schema{queryType{name} types{name}}}"
_SCHEMA = re.compile(r'"__schema"\s{0,5}:\s{0,5}\{[\s\S]{0,200}?"(?:queryType|types|name)"')
_SPEAKS = re.compile(
    r'(?i)"errors"\s{0,5}:|must provide query|graphql|query (?:string )?(?:is )?(?:missing|required)'
)
_PAGE = re.compile(
    r"(?i)<title>[^<]{0,60}(?:GraphiQL|GraphQL Playground|Altair|GraphQL Voyager"
    r"|Apollo (?:Server|Sandbox))[^<]{0,60}</title>"
)
_PAGE_CODE = re.compile(
    r"(?i)graphiql(?:\.min)?\.(?:js|css)|GraphiQL\s{0,3}[,.(]|GraphQLPlayground\.init|playground/middleware|altair"
    r"|GraphQLVoyager|embeddable-sandbox"
)
_LIKELY = re.compile(r"(?i)/[\w-]{0,20}(?:graph|gql|playground|altair|voyager)[\w-]{0,20}/?$")
_JSON = (("Content-Type", "application/json"), ("Accept", "application/json"))


@probe("graphql", order=10, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    answers, missing = Answers(asker, gathered), Missing(asker, gathered)
    query = f"?query={quote(_QUESTION)}"
    for url in _candidates(gathered):
        page = answers.deeper(answers.get(url))
        if page.status == 200 and _PAGE.search(page.text[:20_000]) and _PAGE_CODE.search(page.text[:65_536]):
            if not missing.is_like_missing(page):
                yield _hit("ide", page, "a page to write queries on")
                # Servers show the page to whoever takes HTML; the interface behind it answers the rest.
                response = _posted(asker, url)
                if response is not None:
                    yield _hit("introspection", response, '"__schema" with the names of its types')
        elif _is_worth_asking(page):
            response = _described(asker, answers.get(url + query), url)
            if response is not None:
                yield _hit("introspection", response, '"__schema" with the names of its types')


def _candidates(gathered: Gathered) -> list[str]:
    is_full = gathered.plan.profile == "full"
    names = names_for("graphql", full=is_full)
    seen = [
        page.url.partition("?")[0]
        for page in gathered.everything
        if "graphql" in urlsplit(page.url).path.lower() and not page.url.endswith((".js", ".css", ".html"))
    ]
    usual = [urljoin(base, name) for base in bases_of(gathered)[: 1 + is_full] for name in names]
    again = [
        url.partition("?")[0] for url in gathered.known_places if "?query=" in url or _LIKELY.search(url)
    ]
    again = list(filter(gathered.is_ours, again))
    if gathered.plan.only and again:
        return list(dict.fromkeys(again))
    return list(dict.fromkeys([*again, *seen[:5], *usual]))


def _is_worth_asking(response: Response) -> bool:
    """Something answers there: not nothing, and not a refusal."""
    return response.error is None and response.status in (200, 400, 405, 415, 422)


def _described(asker: Asker, by_get: Response, url: str) -> Response | None:
    if _has_schema(by_get):
        return by_get
    wants_post = by_get.status == 405 or (by_get.status < 500 and _SPEAKS.search(by_get.text[:4_000]))
    if not wants_post or by_get.is_html or not by_get.is_answer:
        return None
    return _posted(asker, url)


def _posted(asker: Asker, url: str) -> Response | None:
    body = f'{{"query":"{_QUESTION}"}}'.encode()
    with anonymous(asker):
        by_post = asker.ask(Request(url, "POST", _JSON, body, max_bytes=65_536))
    return by_post if _has_schema(by_post) else None


def _has_schema(response: Response) -> bool:
    """An answer in JSON that does not merely repeat the question."""
    text = response.text[:65_536]
    return (
        response.error is None
        and response.status == 200
        and text.lstrip()[:1] == "{"
        and bool(_SCHEMA.search(text))
    )


def _hit(rule: str, response: Response, proof: str) -> Hit:
    path = urlsplit(response.url).path
    method = response.request.method
    return Hit(
        f"graphql.{rule}", response.url, proof, method=method, detail={"path": path}, response=response
    )
