"""Parameters that reach a database unguarded: a single quotation mark brings an error of it. By consent.

An error's words count when the untouched address does not have them. Without words, the mark must make a
fault (5xx) twice, while two marks, which a database reads as one character, make none.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote as escape
from urllib.parse import urlsplit

from app.engine.bug.asking.inputs import Input, inputs_of
from app.engine.bug.asking.soft404 import is_alike
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.reading.excerpt import line_of
from app.engine.bug.reading.signs import any_of
from app.engine.bug.registry import probe
from app.engine.bug.signatures.databases import DATABASES
from app.engine.bug.types import Hit, Request, Response

_MAX = {"standard": 20, "full": 100}
_MAX_TEXT = 200_000


@probe("quote", consent="quote", order=62)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    for each in inputs_of(gathered)[: _MAX.get(gathered.plan.profile, 0)]:
        response = _ask(asker, each, "'")
        if response.error is not None or response.status in (403, 404, 429):
            continue
        seen = any_of(response.text[:_MAX_TEXT], DATABASES)
        if seen is not None and any_of(_ask(asker, each, "").text[:_MAX_TEXT], DATABASES) is None:
            proof = line_of(response.text[:_MAX_TEXT], seen.start, seen.end)
            yield _hit("error", each, response, proof, seen.name)
        elif seen is None and response.status >= 500 and _is_the_quote(asker, each):
            proof = f"status {response.status} with one quotation mark, none with two"
            yield _hit("fault", each, response, proof, "")


def _is_the_quote(asker: Asker, each: Input) -> bool:
    plain, twice, again = (_ask(asker, each, mark) for mark in ("", "''", "'"))
    is_well = all(one.error is None and one.status < 400 for one in (plain, twice))
    return is_well and again.error is None and again.status >= 500 and is_alike(plain, twice)


def _ask(asker: Asker, each: Input, mark: str) -> Response:
    return asker.ask(
        Request(each.address(escape(f"{each.value or '1'}{mark}", safe="")), max_bytes=_MAX_TEXT)
    )


def _hit(rule: str, each: Input, response: Response, proof: str, database: str) -> Hit:
    detail = {"parameter": each.name, "path": urlsplit(each.url).path, "database": database}
    return Hit(f"quote.{rule}", response.url, proof, parameter=each.name, detail=detail, response=response)
