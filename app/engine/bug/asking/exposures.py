"""Look for things that may lie open: ask for their paths, and believe only what their signatures prove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.engine.bug.asking.answers import Answers
from app.engine.bug.asking.places import bases_of, folders_of
from app.engine.bug.asking.soft404 import Missing
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.signatures import Exposure, exposures_of
from app.engine.bug.types import Hit, Response
from app.engine.net.urls import is_address, site_of

_ELSEWHERE = {"root": 1, "seen": 2}
"""How many of an exposure's names are asked for in folders other than the root."""
_MAX_ABOVE = 6
_MAX_SEEN = {"standard": 3, "full": 12}


@dataclass(frozen=True, slots=True)
class _Ask:
    """One address, the exposures that might be there, and the folder it stands in."""

    url: str
    base: str
    exposures: tuple[Exposure, ...]


def look_for(
    asker: Asker, gathered: Gathered, check: str, *, names: Mapping[str, Sequence[str]] | None = None
) -> Iterator[Hit]:
    """Hits of the exposures in the check's signatures. `names` are what `{…}` in paths stands for.

    Raises ScanOverError; what was found until then has been given.
    """
    answers, missing = Answers(asker, gathered), Missing(asker, gathered)
    wanted = _wanted(gathered, exposures_of(check), names or {})
    done: set[tuple[int, str]] = set()
    for wish, first in zip(wanted, answers.each([each.url for each in wanted]), strict=True):
        response = answers.deeper(first)
        for exposure in wish.exposures:
            if (id(exposure), wish.base) in done:
                continue
            proof = exposure.proof_in(response)
            if proof is None or missing.is_like_missing(response):
                continue
            if not exposure.is_each:
                done.add((id(exposure), wish.base))
            yield hit_of(check, exposure, response, proof)
            break


def hit_of(check: str, exposure: Exposure, response: Response, proof: str) -> Hit:
    path = urlsplit(response.url).path
    return Hit(
        f"{check}.{exposure.rule}",
        response.url,
        proof,
        component=exposure.product.lower() or None,
        detail={"path": path, "product": exposure.product or path},
        response=response,
    )


def _wanted(
    gathered: Gathered, exposures: Iterable[Exposure], names: Mapping[str, Sequence[str]]
) -> list[_Ask]:
    """What to ask for: where findings are known first, then the likely, in a full scan also the less likely.

    A retest asks for nothing else than where its finding was.
    """
    plan = gathered.plan
    bases = bases_of(gathered)
    seen = folders_of(gathered, _MAX_SEEN.get(plan.profile, 0))
    again = gathered.known_places
    above = dict.fromkeys([*bases, *(base for url in again for base in _folders_above(url))])
    likely: dict[str, tuple[str, list[Exposure]]] = {}
    known: dict[str, tuple[str, list[Exposure]]] = {}
    for exposure in exposures:
        likely_paths = [*exposure.paths, *(exposure.more if plan.profile == "full" else ())]
        for base in [*bases, *(seen if exposure.where == "seen" else ())]:
            # Below the root everything, in other folders the likeliest names only.
            here = likely_paths if base == bases[0] else exposure.paths[: _ELSEWHERE[exposure.where]]
            _note(likely, exposure, base, here, names)
        for base in above:
            _note(known, exposure, base, [*exposure.paths, *exposure.more], names, only=frozenset(again))
    found = known if plan.only and again else {**known, **likely}
    return [
        _Ask(url, base, tuple({id(each): each for each in fitting}.values()))
        for url, (base, fitting) in found.items()
    ]


def _note(
    found: dict[str, tuple[str, list[Exposure]]],
    exposure: Exposure,
    base: str,
    paths: Iterable[str],
    names: Mapping[str, Sequence[str]],
    *,
    only: frozenset[str] | None = None,
) -> None:
    """Add an exposure's addresses below a base; `only`: those among these."""
    for path in (name for each in paths for name in _filled(each, names)):
        if only is None or base + path in only:
            found.setdefault(base + path, (base, []))[1].append(exposure)


def _folders_above(url: str) -> Iterator[str]:
    """`https://a.example/x/y/z` → `https://a.example/x/y/`, `https://a.example/x/`, `https://a.example/`."""
    folder = url.partition("?")[0].rpartition("/")[0]
    for _ in range(_MAX_ABOVE):
        if folder.count("/") < 2:
            return
        yield folder + "/"
        folder = folder.rpartition("/")[0]


def _filled(path: str, names: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The path with each value of the name in its braces; paths without one as they are."""
    before, brace, rest = path.partition("{")
    if not brace:
        yield path
        return
    name, _, after = rest.partition("}")
    for value in names.get(name, ()):
        yield f"{before}{value}{after}"


def names_of(gathered: Gathered) -> dict[str, list[str]]:
    """What `{host}` and `{label}` stand for: `www.tea.example` and `tea`."""
    host = gathered.host
    label = "" if is_address(host) else site_of(host).partition(".")[0]
    return {"host": [host] if host else [], "label": [label] if label else []}
