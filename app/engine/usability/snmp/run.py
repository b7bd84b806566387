"""One SNMP check from question to verdict."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.engine.usability.snmp import ber
from app.engine.usability.snmp.compare import is_as_wanted
from app.engine.usability.snmp.pdu import Pdu, community_message, get_pdu, read_community
from app.engine.usability.snmp.usm import User
from app.engine.usability.snmp.v3 import REPORTS, Session, UnauthenticError
from app.engine.usability.stream.datagram import Datagram, datagram
from app.engine.usability.stream.talk import Net, TalkError
from app.engine.usability.types import Outcome

if TYPE_CHECKING:
    from app.engine.usability.probes.snmp import SnmpConfig

_MOST_PATIENCE = 3.0
# Datagrams that are no answer to us, after which an agent counts as one that talks nonsense.
_MOST_NONSENSE = 50
_MOST_SHOWN = 64
_REFUSALS = {
    "unknownUserNames": "snmp_unknown_user",
    "wrongDigests": "snmp_wrong_password",
    "decryptionErrors": "snmp_wrong_password",
    "unsupportedSecLevels": "snmp_security_level",
}
Read = Callable[[bytes], Pdu]


async def check_object(net: Net, config: SnmpConfig) -> Outcome:
    """Ask for the object and judge its value. Raises TalkError."""
    with await datagram(net, config.host, config.port, config.ip_version) as udp:
        conversation = _Conversation(net, config, udp)
        pdu = await (conversation.by_user() if config.version == "3" else conversation.by_community())
    return _judged(net, config, pdu)


class _Conversation:
    def __init__(self, net: Net, config: SnmpConfig, udp: Datagram) -> None:
        self._net = net
        self._config = config
        self._udp = udp
        self._silence = "snmp_timeout"

    async def by_community(self) -> Pdu:
        config, number = self._config, _number()
        wire = community_message(config.version, config.community, get_pdu(number, config.oid))

        def read(answer: bytes) -> Pdu:
            return _same(read_community(answer, config.version, config.community), number)

        return await self._exchange(wire, read)

    async def by_user(self) -> Pdu:
        config = self._config
        user = User(
            config.user,
            config.auth_protocol,
            config.auth_password,
            config.priv_protocol,
            config.priv_password,
        )
        session = Session(user, config.context)
        number = _number()
        found = await self._exchange(
            session.discovery(number, get_pdu(number, None)), lambda wire: session.read(wire, number)
        )
        if found.kind != "report":
            raise TalkError("snmp_bad_answer", self._about("no report of its engine"))
        self._silence = "snmp_no_answer_to_user"
        for _ in range(2):
            found = await self._ask(session)
            if found.kind == "response":
                return found
            if REPORTS.get(found.oid) != "notInTimeWindows":
                break
        name = REPORTS.get(found.oid, found.oid)
        facts = {"evidence": {"report": name, "user": config.user}}
        raise TalkError(_REFUSALS.get(name, "snmp_refused"), self._about(name), facts=facts)

    async def _ask(self, session: Session) -> Pdu:
        number = _number()

        def read(answer: bytes) -> Pdu:
            pdu = session.read(answer, number)
            return pdu if pdu.kind == "report" else _same(pdu, number)

        return await self._exchange(session.request(number, get_pdu(number, self._config.oid)), read)

    async def _exchange(self, wire: bytes, read: Read) -> Pdu:
        """Send until an answer comes. Raises TalkError."""
        self._net.stages.enter("first_byte")
        tries = self._config.retries + 1
        last, evidence = "", {"questions": str(tries)}
        for number in range(tries):
            patience = min(_MOST_PATIENCE, 0.95 * self._net.left / (tries - number))
            self._udp.send(wire)
            until = self._net.left - patience
            for _ in range(_MOST_NONSENSE):
                answer = await self._udp.receive(max(self._net.left - until, 0.0))
                if answer is None:
                    break
                try:
                    found = read(answer)
                    self._net.stages.stop(is_finished=True)
                    return found
                except UnauthenticError as error:
                    raise TalkError("snmp_not_authentic", self._about(str(error))) from None
                except ber.BerError as error:
                    last = str(error)
                    evidence["received"] = f"{len(answer)} bytes: {answer[:_MOST_SHOWN].hex(' ')}"
        reason = "snmp_bad_answer" if last else self._silence
        raise TalkError(reason, self._about(last), facts={"evidence": evidence})

    def _about(self, error: str) -> dict[str, Any]:
        return {**self._net.where, "error": error, "user": self._config.user, "oid": self._config.oid}


def _number() -> int:
    return secrets.randbelow((1 << 31) - 1) + 1


def _same(pdu: Pdu, number: int) -> Pdu:
    if pdu.request_id != number:
        raise ber.BerError("an answer to another question")
    return pdu


def _judged(net: Net, config: SnmpConfig, pdu: Pdu) -> Outcome:
    detail: dict[str, Any] = {**net.where, "oid": config.oid}
    if pdu.error and pdu.error != "noSuchName":
        raise _failed("snmp_error", {**detail, "error": pdu.error}, pdu)
    missing = pdu.error or pdu.missing
    if missing:
        raise _failed("snmp_no_object", {**detail, "error": missing}, pdu)
    if pdu.oid != config.oid:
        raise _failed("snmp_bad_answer", {**detail, "error": f"an answer about {pdu.oid[:60]}"}, pdu)
    net.facts |= {"oid": pdu.oid, "type": pdu.type, "value": pdu.value}
    wanted = f"{config.comparison} {config.value}"
    if not is_as_wanted(config.comparison, config.value, pdu):
        raise _failed("snmp_value", {**detail, "value": pdu.value[:200], "wanted": wanted}, pdu)
    return Outcome("up")


def _failed(reason: str, detail: dict[str, Any], pdu: Pdu) -> TalkError:
    evidence = {"oid": pdu.oid, "type": pdu.type, "value": pdu.value, "error": pdu.error or pdu.missing}
    return TalkError(
        reason, detail, facts={"evidence": {name: each for name, each in evidence.items() if each}}
    )
