"""SNMP agents for tests: a real snmpd, and a UDP peer that answers what it is told."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.engine.usability.snmp import ber
from app.engine.usability.snmp.pdu import community_message, get_pdu
from tests.engine.datagrams import UdpServer
from tests.servers import Server, free_port, need, running

CONFIGURATION = """
rocommunity letmein 127.0.0.1
sysName the-switch
sysContact admin@example.org
sysServices 72
createUser signer SHA signpass12
createUser hidden SHA-256 signpass12 AES hidepass12
createUser strong SHA-512 signpass12 AES hidepass12
createUser older MD5 signpass12 DES hidepass12
createUser bare
rouser signer auth
rouser hidden priv
rouser strong priv
rouser older priv
rouser bare noauth
"""


@contextmanager
def snmpd(folder: Path) -> Iterator[int]:
    """A real agent; gives its port."""
    program = need("snmpd", package="snmpd")
    (folder / "snmpd.conf").write_text(CONFIGURATION)
    port = free_port()
    words = [
        "env",
        f"SNMP_PERSISTENT_DIR={folder / 'state'}",
        "MIBS=",
        program,
        *("-f", "-Lf", str(folder / "snmpd.log"), "-C", "-c", str(folder / "snmpd.conf")),
        *(
            "-p",
            str(folder / "snmpd.pid"),
            "-I",
            "system_mib,sysORTable,usmConf,usmUser,vacm_conf,vacm_context",
        ),
        f"udp:127.0.0.1:{port}",
    ]
    with running(Server(words, folder, lambda: _answers(port))):
        yield port


def _answers(port: int) -> bool:
    wire = community_message("2c", "letmein", get_pdu(1, "1.3.6.1.2.1.1.5.0"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(0.3)
        asker.connect(("127.0.0.1", port))
        try:
            asker.send(wire)
            return bool(asker.recv(2000))
        except OSError:
            return False


Respond = Callable[[bytes], Sequence[bytes]]


class UdpPeer(UdpServer):
    """Sends back what `respond` makes of each datagram; `heard` keeps them."""

    def __init__(self, respond: Respond) -> None:
        self.heard: list[bytes] = []
        self._respond = respond
        super().__init__()

    def _take(self, wire: bytes, sender: Any) -> None:
        self.heard.append(wire)
        for each in self._respond(wire):
            self._udp.sendto(each, sender)


def answering(
    value: bytes, *, status: int = 0, oid: str | None = None, shift: int = 0, community: bytes | None = None
) -> Respond:
    """An agent of version 1 or 2c with this one value (a whole element); `shift` spoils the request id."""

    def respond(wire: bytes) -> Sequence[bytes]:
        outer = ber.Reader(wire).inside()
        version, known = outer.integer(), outer.expect(ber.OCTETS)
        asked = ber.Reader(outer.take()[1])
        number = asked.integer() + shift
        asked.integer()
        asked.integer()
        name = asked.inside().inside().expect(ber.OID)
        bound = ber.sequence(ber.oid(oid) if oid else ber.tlv(ber.OID, name), value)
        head = ber.integer(number) + ber.integer(status) + ber.integer(0)
        pdu = ber.sequence(head, ber.sequence(bound), tag=0xA2)
        return [ber.sequence(ber.integer(version), ber.octets(community or known), pdu)]

    return respond
