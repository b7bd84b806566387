"""A name server for tests that knows every type of record, and can be made to misbehave."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.engine.datagrams import DnsServer

Zone = Mapping[tuple[str, str], Sequence[str]]
# Makes of the right answer's bytes what is sent instead, datagram by datagram.
Mangle = Callable[[bytes], Sequence[bytes]]


class ZoneServer(DnsServer):
    """Answers over UDP and TCP from `zone`: (name, type) → texts of records; other names are NXDOMAIN.

    `rcode` overrules the answer, `mangle` sends something else over UDP, `truncates` sends UDP answers with
    the TC bit alone, `validates` sets AD, `refuses_edns` answers FORMERR to EDNS, `forgery` is a second,
    good-looking answer that comes from another port first. `asked` lists the questions.
    """

    def __init__(self, zone: Zone, *, ttl: int = 300, host: str = "127.0.0.1", port: int = 0) -> None:
        self.zone = dict(zone)
        self.ttl = ttl
        self.rcode: dns.rcode.Rcode | None = None
        self.mangle: Mangle | None = None
        self.truncates = self.validates = self.refuses_edns = False
        self.forgery: bytes | None = None
        self.asked: list[str] = []
        super().__init__(host=host, port=port)

    def answer(self, question: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(question)
        asked = question.question[0]
        reply.flags |= dns.flags.AA
        if self.validates:
            reply.flags |= dns.flags.AD
        if self.refuses_edns and question.edns >= 0:
            reply = dns.message.make_response(dns.message.make_query(asked.name, asked.rdtype))
            reply.id = question.id
            reply.set_rcode(dns.rcode.FORMERR)
        elif self.rcode is not None:
            reply.set_rcode(self.rcode)
        elif not self._fill(reply, asked.name, dns.rdatatype.to_text(asked.rdtype)):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply

    def _fill(self, reply: dns.message.Message, name: dns.name.Name, kind: str) -> bool:
        """Put what the zone has into the reply, behind aliases too. False when it knows no such name."""
        owner = name.to_text(omit_final_dot=True).lower()
        if not any(each == owner for each, _kind in self.zone):
            return False
        for wanted in (kind, "CNAME"):
            records = self.zone.get((owner, wanted))
            if records:
                reply.answer.append(dns.rrset.from_text_list(name, self.ttl, "IN", wanted, records))
                if wanted != kind:
                    self._fill(reply, dns.name.from_text(records[0]), kind)
                break
        return True

    def _take(self, wire: bytes, sender: Any) -> None:
        question = dns.message.from_wire(wire)
        asked = question.question[0]
        self.asked.append(f"{asked.name} {dns.rdatatype.to_text(asked.rdtype)}")
        reply = self.answer(question)
        if self.truncates:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
        answer = reply.to_wire()
        if self.forgery is not None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(answer[:2] + self.forgery[2:], sender)
        for each in self.mangle(answer) if self.mangle else (answer,):
            self._udp.sendto(each, sender)
