"""From a domain to its record: RDAP first, WHOIS where there is none or it does not say enough."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from app.engine.usability.domain import rdap, whois
from app.engine.usability.domain.memory import KEEP_BASES_SECONDS, KEEP_FAILURE_SECONDS, Memory
from app.engine.usability.domain.record import NotRegisteredError, Record, UnreadableError
from app.engine.usability.fields.hosts import read_host
from app.engine.usability.http.fetch import Fetched, fetch
from app.engine.usability.stream.stream import Place, connect, printable
from app.engine.usability.stream.talk import Net, TalkError

if TYPE_CHECKING:
    from app.engine.usability.probes.domain import DomainConfig

_MAX_BOOTSTRAP = 4 << 20
_MAX_ANSWER = 1 << 18
_MOST_REFERRALS = 3
_MOST_SHOWN = 500
_SHUT_SECONDS = 3600.0
_LEAST_SHUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the search for a registry begins."""

    bootstrap_url: str = "https://data.iana.org/rdap/dns.json"
    whois_server: tuple[str, int] = ("whois.iana.org", 43)


async def look_up(net: Net, config: DomainConfig, domain: str, memory: Memory, roots: Roots) -> Record:
    """The domain's record, remembered for an hour. Raises NotRegisteredError and TalkError."""
    # Whoever may speak to other networks learns other things.
    key = (domain, config.source, config.rdap_url, config.whois_server, net.check.allow)
    await memory.gate.wait(key)
    learned = memory.get(key, monotonic())
    if learned is None:
        with memory.gate.hold(net, key):
            try:
                learned = await _learn(net, config, domain, memory, roots)
            except (NotRegisteredError, TalkError) as error:
                learned = _copy(error)
            memory.put(key, learned, monotonic())
    if isinstance(learned, Record):
        return learned
    raise _copy(learned)


def _copy(error: NotRegisteredError | TalkError) -> NotRegisteredError | TalkError:
    """The error without its traceback, whose frames would be kept alive for an hour."""
    if isinstance(error, NotRegisteredError):
        return NotRegisteredError(error.source)
    return TalkError(error.reason, dict(error.detail), status=error.status, facts=dict(error.facts))


async def _learn(net: Net, config: DomainConfig, domain: str, memory: Memory, roots: Roots) -> Record:
    trouble: TalkError | None = None
    record: Record | None = None
    if config.source != "whois":
        try:
            record = await _by_rdap(net, config, domain, memory, roots)
        except TalkError as error:
            trouble = error
    if record is not None and (record.expires_ms is not None or config.source == "rdap"):
        return record
    if config.source != "rdap":
        try:
            return await _by_whois(net, config, domain, memory, roots)
        except (TalkError, NotRegisteredError) as error:
            if record is not None:
                return record  # RDAP knows the domain; that it does not tell the date is the result.
            if trouble is None or isinstance(error, NotRegisteredError):
                raise
    raise trouble or TalkError("domain_no_registry", {"domain": domain}, status="unknown")


async def _by_rdap(
    net: Net, config: DomainConfig, domain: str, memory: Memory, roots: Roots
) -> Record | None:
    """None when no registry of this kind is known. Raises NotRegisteredError and TalkError."""
    base: str | None = config.rdap_url
    if not base:
        base = rdap.base_for(domain, await _bases(net, memory, roots))
    if base is None:
        return None
    url = rdap.domain_url(base, domain)
    await _take_turn(net, memory, base)
    answer = await fetch(net, url, headers=rdap.ACCEPT, max_body=_MAX_ANSWER)
    source = base.split("/")[2]
    if answer.status == 404:
        raise NotRegisteredError(source)
    if answer.status == 429:
        raise _limited(memory, base, source, _retry_after(answer))
    if answer.status != 200:
        detail = {"source": source, "status": answer.status}
        raise TalkError("domain_http_status", detail, status="unknown")
    try:
        return rdap.read_domain(answer.body, domain, source)
    except UnreadableError as error:
        raise _bad_answer(source, str(error), answer.body.decode("utf-8", "replace")) from None


def _bad_answer(source: str, error: str, text: str) -> TalkError:
    evidence = {"source": source, "answer": printable(text, _MOST_SHOWN)}
    return TalkError("domain_bad_answer", {"source": source, "error": error}, facts={"evidence": evidence})


async def _bases(net: Net, memory: Memory, roots: Roots) -> dict[str, str]:
    """IANA's list, which one check fetches for all; an older one is better than none. Raises TalkError."""
    await memory.gate.wait(roots.bootstrap_url)
    if monotonic() >= memory.bases_until:
        with memory.gate.hold(net, roots.bootstrap_url):
            try:
                memory.bases, memory.bases_trouble = await _fetched_bases(net, roots), None
                memory.bases_until = monotonic() + KEEP_BASES_SECONDS
            except TalkError as error:
                memory.bases_trouble = _copy(error)
                memory.bases_until = monotonic() + KEEP_FAILURE_SECONDS
    if memory.bases_trouble is not None and not memory.bases:
        raise _copy(memory.bases_trouble)
    return memory.bases


async def _fetched_bases(net: Net, roots: Roots) -> dict[str, str]:
    answer = await fetch(net, roots.bootstrap_url, max_body=_MAX_BOOTSTRAP)
    try:
        if answer.status != 200:
            raise UnreadableError(f"status {answer.status}")
        return rdap.read_bootstrap(answer.body)
    except UnreadableError as error:
        detail = {"source": roots.bootstrap_url, "error": str(error)}
        raise TalkError("domain_bad_answer", detail, status="unknown") from None


async def _take_turn(net: Net, memory: Memory, registry: str) -> None:
    """Wait for our turn at a registry. Raises TalkError when it does not come in time."""
    seconds = memory.turn(registry, monotonic())
    if seconds >= net.left:
        raise TalkError("domain_rate_limited", {"source": registry}, status="unknown")
    if seconds > 0:
        await net.sleep(seconds)


def _retry_after(answer: Fetched) -> float:
    for line in answer.headers:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"retry-after" and value.strip().isdigit():
            return min(max(float(value), _LEAST_SHUT_SECONDS), _SHUT_SECONDS)
    return _LEAST_SHUT_SECONDS


def _limited(memory: Memory, registry: str, source: str, seconds: float) -> TalkError:
    memory.shut(registry, monotonic() + seconds)
    return TalkError("domain_rate_limited", {"source": source}, status="unknown")


async def _by_whois(net: Net, config: DomainConfig, domain: str, memory: Memory, roots: Roots) -> Record:
    """Raises NotRegisteredError and TalkError."""
    if config.whois_server:
        return await _whois_record(net, read_place(config.whois_server), domain, memory)
    host, port = roots.whois_server
    zone = domain.rpartition(".")[2]
    registry = whois.referral(await _whois(net, (host, port), zone, memory))
    if registry is None:
        raise TalkError("domain_no_registry", {"domain": domain}, status="unknown")
    return await _whois_record(net, (registry, port), domain, memory)


async def _whois_record(net: Net, place: tuple[str, int], domain: str, memory: Memory) -> Record:
    """The registry's own record; a registrar's, to whom it refers, when it tells no date."""
    seen: set[str] = set()
    best: Record | None = None
    trouble = ""
    for _ in range(_MOST_REFERRALS):
        seen.add(place[0])
        text = await _whois(net, place, whois.question_for(place[0], domain), memory)
        try:
            best = whois.read_answer(text, place[0])
        except whois.LimitedError:
            raise _limited(memory, f"whois {place[0]}", place[0], _SHUT_SECONDS) from None
        except UnreadableError as error:
            trouble = str(error)
        onward = whois.referral(text)
        if (best is not None and best.expires_ms is not None) or not onward or onward in seen:
            break
        place = (onward, place[1])
    if best is None:
        raise _bad_answer(place[0], trouble, text)
    return best


async def _whois(net: Net, place: tuple[str, int], question: str, memory: Memory) -> str:
    await _take_turn(net, memory, f"whois {place[0]}")
    with await connect(net, Place(*place)) as stream:
        stream.step = "WHOIS"
        await stream.send(f"{question}\r\n".encode("ascii"))
        text = b""
        while len(text) < _MAX_ANSWER and (more := await stream.read_some()):
            text += more
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def read_place(text: str) -> tuple[str, int]:
    """A WHOIS server as people write it: `whois.example.org`, `whois.example.org:4343`. Raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, port = text, "43"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("The port must be between 1 and 65535.")
    return read_host(host), int(port)
