"""What a site's robots.txt permits: the Robots Exclusion Protocol (RFC 9309), with Crawl-delay and Sitemap.

The urllib parser of Python's own library takes the first rule that fits; the RFC wants the longest, and
knows `*` and `$` in paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

MAX_ROBOTS = 500_000
MAX_DELAY = 10.0
_MAX_RULES = 2000
_MAX_PATTERN = 2000
_MAX_SITEMAPS = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """A path pattern and what it says of the paths that it fits."""

    pattern: str
    is_allowed: bool

    def fits(self, path: str) -> bool:
        """Whether the path begins so. `*` stands for anything, `$` at the end for the path's end."""
        is_whole = self.pattern.endswith("$")
        first, *others = (self.pattern[:-1] if is_whole else self.pattern).split("*")
        if not path.startswith(first):
            return False
        if is_whole and not others:
            return path == first
        place = len(first)
        *middle, last = others or [""]
        for part in middle:
            found = path.find(part, place)
            if found < 0:
                return False
            place = found + len(part)
        if is_whole:
            return path.endswith(last) and len(path) - len(last) >= place
        return path.find(last, place) >= 0


@dataclass(frozen=True, slots=True)
class Robots:
    """`delay_seconds` is how long to wait between requests, at most ten; `sitemaps` are addresses."""

    rules: tuple[Rule, ...] = ()
    delay_seconds: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def permits(self, path: str) -> bool:
        """Whether a path with its query may be asked for. The longest rule decides; in a tie, to allow."""
        path = _plain(path)
        fitting = [(len(rule.pattern), rule.is_allowed) for rule in self.rules if rule.fits(path)]
        return max(fitting)[1] if fitting else True


EVERYTHING = Robots()
NOTHING = Robots((Rule("/", is_allowed=False),))


@dataclass(slots=True)
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    delay: float = 0.0


def robots_of(status: int, body: bytes, error: str | None, agent: str) -> Robots:
    """What a fetch of robots.txt means (RFC 9309 §2.3.1): none there permits all, none reached nothing."""
    if error is not None or status >= 500 or status == 0:
        return NOTHING
    if not 200 <= status < 300:
        return EVERYTHING
    return parse_robots(body[:MAX_ROBOTS].decode("utf-8", "replace"), agent)


def parse_robots(text: str, agent: str) -> Robots:
    """The rules for a product token such as `CloudEye`. Lines that cannot be read are skipped."""
    groups, sitemaps = _groups(text)
    own = [group for group in groups if agent.lower() in group.agents]
    chosen = own or [group for group in groups if "*" in group.agents]
    rules = tuple(rule for group in chosen for rule in group.rules)[:_MAX_RULES]
    delay = max((group.delay for group in chosen), default=0.0)
    return Robots(rules, min(delay, MAX_DELAY), tuple(sitemaps[:_MAX_SITEMAPS]))


def _groups(text: str) -> tuple[Sequence[_Group], list[str]]:
    groups: list[_Group] = []
    sitemaps: list[str] = []
    is_in_agents = False
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if not is_in_agents:
                groups.append(_Group())
            groups[-1].agents.append(_token(value))
            is_in_agents = True
        elif key == "sitemap":
            sitemaps.append(value)
        elif groups:
            is_in_agents = False
            _take(groups[-1], key, value)
    return groups, sitemaps


def _take(group: _Group, key: str, value: str) -> None:
    if key in ("allow", "disallow") and value and len(value) <= _MAX_PATTERN:
        group.rules.append(Rule(_plain(value), key == "allow"))
    elif key == "crawl-delay":
        try:
            # In this order, so that "nan" is nought.
            group.delay = min(max(0.0, float(value)), MAX_DELAY)
        except ValueError:
            return


def _token(agent: str) -> str:
    """`CloudEye/1.0` → `cloudeye`."""
    return agent.split("/")[0].split(" ")[0].lower()


def _plain(path: str) -> str:
    """Paths are compared after decoding, so that `/%E4%BA%91` and `/云` are one (RFC 9309 §2.2.2)."""
    return unquote(path, errors="replace")
