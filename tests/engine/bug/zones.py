"""A tiny name server on loopback that says what a test wants of any name and type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.engine.datagrams import UdpServer


class ZoneServer(UdpServer):
    """`records` maps "name TYPE" to values, such as {"a.example CNAME": ["b.example"]}; names that stand
    nowhere are NXDOMAIN. Aliases are followed as a resolver does, with the state of their end. `piece` cuts
    texts into strings of that size, `is_silent` swallows questions, `garbage` is sent instead of an
    answer."""

    def __init__(
        self,
        records: Mapping[str, Sequence[str]],
        *,
        piece: int = 255,
        is_silent: bool = False,
        garbage: bytes = b"",
    ) -> None:
        self.records = {key: list(values) for key, values in records.items()}
        self.asked: list[str] = []
        self._piece, self._is_silent, self._garbage = piece, is_silent, garbage
        super().__init__()

    def _take(self, wire: bytes, sender: Any) -> None:
        if not self._is_silent:
            self._udp.sendto(self._garbage or self._answer(wire), sender)

    def _answer(self, wire: bytes) -> bytes:
        question = dns.message.from_wire(wire)
        reply = dns.message.make_response(question)
        asked = question.question[0]
        owner = asked.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(asked.rdtype)
        self.asked.append(f"{owner} {kind}")
        while target := self.records.get(f"{owner} CNAME"):
            self._add(reply, owner, "CNAME", [target[0] + "."])
            owner = target[0]
        if values := self.records.get(f"{owner} {kind}"):
            self._add(reply, owner, kind, values)
        elif not any(key.startswith(owner + " ") for key in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()

    def _add(self, reply: dns.message.Message, owner: str, kind: str, values: Sequence[str]) -> None:
        texts = [self._quoted(value) for value in values] if kind == "TXT" else list(values)
        name = dns.name.from_text(owner)
        reply.answer.append(dns.rrset.from_text_list(name, 60, "IN", kind, texts))

    def _quoted(self, text: str) -> str:
        pieces = [text[place : place + self._piece] for place in range(0, len(text), self._piece)]
        return " ".join(f'"{each}"' for each in pieces)
