"""Links that give the page they open a handle on the page they stand on.

Browsers of 2021 and later imply `noopener` for target=_blank; who writes `opener` gives the handle away.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Link, Page
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.registry import page_check
from app.engine.bug.types import Hit
from app.engine.net.urls import host_of


@page_check("tabnabbing")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    if not page.is_html or page.response.status >= 400:
        return
    links = [link for link in page.links if _opens_foreign(link, gathered)]
    for rule, those in (
        ("opener", [link for link in links if "opener" in link.rel.split()]),
        (
            "implied",
            [link for link in links if not {"opener", "noopener", "noreferrer"} & set(link.rel.split())],
        ),
    ):
        if those:
            shown = ", ".join(dict.fromkeys(link.url for link in those[:5]))
            yield Hit(
                f"tabnabbing.{rule}",
                page.url,
                evidence=clipped(f'target="_blank": {shown}'),
                detail={"count": len(those)},
                response=page.response,
            )


def _opens_foreign(link: Link, gathered: Gathered) -> bool:
    if link.tag not in ("a", "area") or link.target.lower() != "_blank":
        return False
    return bool(host_of(link.url)) and not gathered.is_related(link.url)
