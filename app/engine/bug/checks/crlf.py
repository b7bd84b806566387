"""Parameters by which headers can be added to the answer: a line end in the value makes one. By consent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from urllib.parse import quote, urljoin, urlsplit

from app.engine.bug.asking.inputs import inputs_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit, Request

_MAX = {"standard": 20, "full": 100}
_ENDS = ("%0d%0a", "%0a")


@probe("crlf", consent="crlf", order=64)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    for each in inputs_of(gathered)[: _MAX.get(gathered.plan.profile, 0)]:
        value = quote(each.value or "1", safe="")
        yield from _tried(asker, [each.address(f"{value}{end}{{header}}") for end in _ENDS], each.name)
    yield from _tried(asker, [urljoin(gathered.base_url, f"/{end}{{header}}") for end in _ENDS], None)


def _tried(asker: Asker, addresses: list[str], parameter: str | None) -> Iterator[Hit]:
    """The first address whose header comes back as a header of the answer. `{header}` stands for it."""
    for address in addresses:
        name = f"X-Cloudeye-{secrets.token_hex(4)}"
        url = address.replace("{header}", f"{name}:%20split")
        response = asker.ask(Request(url, max_bytes=4_000))
        if response.error is None and response.header(name) == "split":
            path = urlsplit(url).path if parameter else "/"
            detail = {"parameter": parameter or "path", "path": path}
            proof = f"the answer has the header {name}: split"
            place = url if parameter else urljoin(url, "/")
            yield Hit(
                "crlf.header", place, proof, parameter=parameter or "path", detail=detail, response=response
            )
            return
