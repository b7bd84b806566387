"""What the machine itself knows about names: `/etc/hosts`, `localhost` and its name servers."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Server = tuple[str, int]
Value = TypeVar("Value")
_LOOK_AGAIN_SECONDS = 5.0


class WatchedFile(Generic[Value]):
    """A file's parsed content, read again when the file has changed; looked at every five seconds at most.

    Any thread may ask. What is put off is the next look only: who comes first reads, the others wait for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._look_at = 0.0
        self._lock = Lock()
        self._value = self.parse("")

    def parse(self, text: str) -> Value:
        raise NotImplementedError

    def get(self) -> Value:
        if monotonic() >= self._look_at:
            with self._lock:
                if monotonic() >= self._look_at:
                    self._refresh()
                    self._look_at = monotonic() + _LOOK_AGAIN_SECONDS
        return self._value

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                self._value = self.parse(self._path.read_text(errors="replace"))
                self._stamp = stamp
        except OSError:
            # Without the file nothing is known from it; that is how libc sees it too.
            self._value = self.parse("")
            self._stamp = None


class HostsFile(WatchedFile[dict[str, tuple[str, ...]]]):
    """`/etc/hosts`: name → addresses."""

    def __init__(self, path: Path = Path("/etc/hosts")) -> None:
        super().__init__(path)

    def parse(self, text: str) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for line in text.splitlines():
            address, *names = line.partition("#")[0].split() or [""]
            if is_address(address):
                for name in names:
                    found[name.lower()] = (*found.get(name.lower(), ()), address)
        return found

    def lookup(self, name: str) -> tuple[str, ...]:
        """The addresses of the name, empty when unknown. `*.localhost` is loopback (RFC 6761)."""
        known = self.get().get(name)
        if known:
            return known
        return ("127.0.0.1", "::1") if name == "localhost" or name.endswith(".localhost") else ()


class ResolvConf(WatchedFile[tuple[Server, ...]]):
    """The name servers of `/etc/resolv.conf`; this machine itself when none is named, as libc does."""

    def __init__(self, path: Path = Path("/etc/resolv.conf")) -> None:
        super().__init__(path)

    def parse(self, text: str) -> tuple[Server, ...]:
        words = (line.split() for line in text.splitlines())
        named = [each[1] for each in words if len(each) > 1 and each[0] == "nameserver"]
        return tuple((each, 53) for each in named if is_address(each)) or (("127.0.0.1", 53),)


def read_servers(texts: Sequence[str]) -> tuple[Server, ...]:
    """Name servers as people write them: `1.1.1.1`, `1.1.1.1:5353`, `[::1]:53`. Raises ValueError."""
    return tuple(_read_server(text.strip()) for text in texts if text.strip())


def _read_server(text: str) -> Server:
    if is_address(text):
        return text, 53
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not is_address(host) or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} is no name server: write an IP address, or address:port")
    return host, int(port)


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
