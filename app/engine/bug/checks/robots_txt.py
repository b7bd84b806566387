"""Hidden places that robots.txt names: it asks robots to stay away, and tells everybody where to look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.registry import site_check
from app.engine.bug.types import Hit

_LINE = re.compile(r"(?im)^[ \t]*disallow[ \t]*:[ \t]*(\S{2,200})")
_GRAVE = re.compile(
    r"backup|\bbak\b|\.bak|\.sql|dump|secret|private|internal|confidential|hidden|staging|/(?:dev|devel|test|tmp|old|logs?)/?$|\.git|\.svn|\.env|"
    r"phpmyadmin|adminer|\bconfig|credential|password|passwd|\bdb\b|database|\.log$|payroll|salary|invoice|"
    r"debug|restricted|intranet|机密|内部|备份",
    re.I,
)
_USUAL = re.compile(
    r"admin|login|manage|account|wp-(?:admin|includes|login)|user|cgi-bin|console|panel|后台", re.I
)
# What content management systems write there by themselves says nothing that their name does not.
_STOCK = re.compile(
    r"^/(?:wp-admin|wp-includes|wp-content|wp-login\.php|admin|user/(?:login|register|password|logout)|administrator|cgi-bin|"
    r"core|profiles|node/add|search|includes|misc|modules|themes|scripts|cache|bin|cli|components|installation|language|"
    r"layouts|libraries|logs|plugins|tmp|account|cart|checkout|customer|catalogsearch|filter|comment/reply|admin/\S{0,0})/?\*?\$?$",
    re.I,
)


@site_check("robots_txt")
def look(gathered: Gathered) -> Iterator[Hit]:
    response = gathered.robots_txt
    if response is None or response.status != 200 or response.is_html or response.error is not None:
        return
    paths = list(dict.fromkeys(found[1] for found in _LINE.finditer(response.text[:100_000])))
    told = [path for path in paths if not _STOCK.match(path)]
    grave = [path for path in told if _GRAVE.search(path)] + [path for path in told if _is_admin(path)]
    usual = [path for path in paths if path not in grave and (_USUAL.search(path) or _STOCK.match(path))]
    for rule, those in (("sensitive-path", list(dict.fromkeys(grave))), ("usual-path", usual)):
        if those:
            shown = ", ".join(those[:12])
            yield Hit(
                f"robots_txt.{rule}",
                response.url,
                evidence=f"Disallow: {shown}"[:300],
                detail={"paths": shown[:200]},
                response=response,
            )


def _is_admin(path: str) -> bool:
    """Administration under a name that is not everybody's."""
    return bool(re.search(r"admin|manage|console|panel", path, re.I)) and not _GRAVE.search(path)
