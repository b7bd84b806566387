"""The default gateway, as far as an ordinary process may know it: its address, and whether it answers ARP."""

from __future__ import annotations

import socket
from pathlib import Path

ROUTES, NEIGHBOURS = Path("/proc/net/route"), Path("/proc/net/arp")
_COMPLETE = 0x2
_GATEWAY_FLAG = 0x2
_DISCARD_PORT = 9


def default_gateway(routes: Path = ROUTES) -> str | None:
    """The IPv4 address of the default route's gateway (proc(5): hexadecimal, in the host's byte order)."""
    try:
        lines = routes.read_text().splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if len(fields) > 3 and fields[1] == "00000000" and int(fields[3], 16) & _GATEWAY_FLAG:
            return socket.inet_ntoa(int(fields[2], 16).to_bytes(4, "little"))
    return None


def poke(address: str) -> None:
    """Send one byte to the discard port (RFC 863), so that the kernel asks for the neighbour again."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sock:
            sock.sendto(b"\0", (address, _DISCARD_PORT))
    except OSError:
        pass


def is_neighbour(address: str, neighbours: Path = NEIGHBOURS) -> bool | None:
    """Whether the machine next door answers; None where the kernel has not asked."""
    try:
        lines = neighbours.read_text().splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if len(fields) > 2 and fields[0] == address:
            return bool(int(fields[2], 16) & _COMPLETE)
    return None
