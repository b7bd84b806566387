"""Which addresses belong to a scan: the very host, by http and https, and never another port by chance."""

from __future__ import annotations

from app.engine.net.target import DEFAULT_PORT, Target, TargetError, parse_target


class Scope:
    """Begins with the origin of the start address. On default ports it has both schemes' origins of the host
    with and without `www.`; on another port by https, plain http of that port.
    """

    def __init__(self, url: str) -> None:
        start = parse_target(url)
        self.hosts = {start.host}
        self._origins = {start.origin}
        if start.port == DEFAULT_PORT[start.scheme]:
            self.hosts.add(_sibling(start))
            self._origins = {f"{scheme}://{host}" for scheme in DEFAULT_PORT for host in self.hosts}
        elif start.scheme == "https":
            self._origins.add(f"http://{start.authority}")
        self._first = frozenset(self._origins)

    def admit(self, url: str) -> None:
        """Take in where the home page's redirects lead: to another port of a host of the scan, by https."""
        target = _target(url)
        if target is not None and target.host in self.hosts and target.scheme == "https":
            self._origins.add(target.origin)

    def narrow(self, hosts: frozenset[str]) -> None:
        """From now on only these hosts (for active checks: the verified ones)."""
        self._origins = {each for each in self._origins if self.is_among(each, hosts)}
        self.hosts &= {parse_target(each).host for each in self._origins}

    def is_among(self, url: str, hosts: frozenset[str]) -> bool:
        """Whether the address is of one of these hosts. A name speaks for the ports that the scan began with;
        what was taken in later may be somebody else's, so it must be named with its port.
        """
        target = _target(url)
        if target is None:
            return False
        return target.authority in hosts or (target.host in hosts and target.origin in self._first)

    def has(self, url: str) -> bool:
        target = _target(url)
        return target is not None and target.origin in self._origins


def _target(url: str) -> Target | None:
    try:
        return parse_target(url)
    except TargetError:
        return None


def _sibling(target: Target) -> str:
    if target.is_address or "." not in target.host:
        return target.host
    return target.host.removeprefix("www.") if target.host.startswith("www.") else f"www.{target.host}"
