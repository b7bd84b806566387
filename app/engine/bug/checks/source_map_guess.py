"""Source maps that no script names, but that lie beside it all the same."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from app.engine.bug.asking.answers import Answers
from app.engine.bug.asking.judges import source_map
from app.engine.bug.asking.soft404 import Missing
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit

_MAX = {"standard": 5, "full": 30}


@probe("source_map_guess", order=42)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    answers, missing = Answers(asker, gathered), Missing(asker, gathered)
    for response in answers.each(_candidates(gathered)):
        text = response.text[:65_536]
        is_map = text.lstrip()[:1] == "{" and '"sources"' in text and '"version"' in text
        proof = source_map(text, response) if response.status == 200 and is_map else None
        if proof and not missing.is_like_missing(response):
            path = urlsplit(response.url).path
            yield Hit("source_map_guess.map", response.url, proof, detail={"path": path}, response=response)


def _candidates(gathered: Gathered) -> list[str]:
    """Beside the site's own scripts and style sheets, when they do not name a map themselves."""
    found = [
        url.partition("?")[0] + ".map"
        for url, page in gathered.files.items()
        if gathered.is_ours(url)
        and urlsplit(url).path.endswith((".js", ".css", ".mjs"))
        and "sourceMappingURL=" not in page.text[-2_000:]
    ]
    scripts_first = sorted(dict.fromkeys(found), key=lambda url: url.endswith(".css.map"))
    return scripts_first[: _MAX.get(gathered.plan.profile, 0)]
