"""Requests over HTTP within a conversation: guarded, redirects followed hop by hop, bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pycurl

from app.engine.net.curl import LONG, Option, Request, Transfer
from app.engine.net.resolver import Family
from app.engine.net.target import Target, TargetError, parse_target
from app.engine.net.tls_facts import Handshake, as_facts, leaf_of
from app.engine.usability.http.errors import failure_of, is_unreached
from app.engine.usability.http.measure import add_phases, version_of, word_of
from app.engine.usability.stream.talk import Cancel, Net, Pause, Resume, TalkError
from app.engine.usability.types import Outcome

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 5
_MIN_CONNECT_MS = 250
_CERTIFICATE = ("tls_expired", "tls_not_yet_valid", "tls_self_signed", "tls_untrusted", "tls_wrong_host")


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `headers` are raw lines, trailers among them; `is_cut` says that the body was too long.

    `onward` is where it redirects to. `measures` holds the phases (ms) by the names of an Outcome's fields,
    `tls` the facts of the handshake.
    """

    url: str
    status: int
    version: str
    headers: tuple[bytes, ...]
    body: bytes
    is_cut: bool
    onward: str = ""
    measures: dict[str, float] = field(default_factory=dict)
    tls: dict[str, Any] | None = None


async def fetch(net: Net, url: str, *, headers: Sequence[str] = (), max_body: int = 1 << 19) -> Fetched:
    """GET a document. Raises TalkError when there is no answer, or the redirects lead nowhere."""
    options = [(pycurl.HTTPHEADER, [each.encode() for each in headers])] if headers else []
    for _ in range(_MOST_HOPS):
        try:
            target = parse_target(url)
        except TargetError as error:
            raise TalkError("redirect_invalid", {"url": url[:200], "error": str(error)}) from None
        fetched = await transfer(net, target, options, max_body)
        if not fetched.onward:
            return fetched
        url = fetched.onward
    raise TalkError("too_many_redirects", {"limit": _MOST_HOPS, "url": url[:200]})


async def transfer(
    net: Net, target: Target, options: Sequence[Option], max_body: int, *, family: Family = "any"
) -> Fetched:
    """One request, to the first of the host's permitted addresses that accepts. Raises TalkError."""
    net.stages.enter("dns")
    addresses = await net.addresses(target.host, family)
    net.stages.enter("first_byte")
    for number, address in enumerate(addresses):
        net.where |= {"address": address, "port": target.port}
        others = len(addresses) - number - 1
        request = _request(net, target, options, max_body, address, others)
        ended = await _transferred(net, request, target)
        if isinstance(ended, Fetched):
            net.stages.stop(is_finished=True)
            return ended
        error, is_unheard = ended
        if not others or not is_unheard:
            raise error
        net.unreached.append(address)
    raise AssertionError("a host has at least one address")


def _request(
    net: Net, target: Target, options: Sequence[Option], max_body: int, address: str, others: int
) -> Request:
    left_ms = max(int(net.left * 1000), 1)
    share_ms = max(left_ms // (others + 1), _MIN_CONNECT_MS)
    is_tls = target.scheme == "https"
    return Request(
        url=target.url,
        address=address,
        port=target.port,
        is_tls=is_tls,
        wants_tls=is_tls,
        timeout_ms=left_ms,
        connect_timeout_ms=share_ms if others else LONG,
        max_body=max_body,
        keeps_body=True,
        options=options,
    )


async def _transferred(net: Net, request: Request, target: Target) -> Fetched | tuple[TalkError, bool]:
    """The answer; or the failure, and whether no connection came about."""

    def begin(resume: Resume) -> Cancel:
        def done(ended: Transfer) -> None:
            # The handle is given back when this returns, so everything is read now.
            resume(_read(net, ended, request, target))

        started = net.loop.curl.start(request, done)
        return lambda: net.loop.curl.cancel(started)

    ended: Fetched | tuple[TalkError, bool] = await Pause(begin)
    return ended


def _read(net: Net, ended: Transfer, request: Request, target: Target) -> Fetched | tuple[TalkError, bool]:
    if ended.code and not ended.is_cut:
        status, reason, detail = failure_of(ended, request, target.host, net.check.timeout_ms)
        facts = {"tls": _tls_facts(net, ended) | {"is_verified": False}} if reason in _CERTIFICATE else {}
        return TalkError(reason, detail, status=status, facts=facts), is_unreached(ended)
    getinfo = ended.easy.getinfo
    status_code = getinfo(pycurl.RESPONSE_CODE)
    measured = Outcome("up")
    add_phases(measured, ended.easy, is_tls=request.is_tls)
    names = ("connect_ms", "tls_ms", "first_byte_ms", "transfer_ms")
    return Fetched(
        url=target.url,
        status=status_code,
        version=version_of(ended),
        headers=tuple(ended.headers),
        body=b"".join(ended.body)[: request.max_body],
        is_cut=ended.is_cut,
        onward=word_of(ended.easy, pycurl.REDIRECT_URL) if status_code in _REDIRECTS else "",
        measures={name: value for name in names if (value := getattr(measured, name)) is not None},
        tls=_tls_facts(net, ended) if request.is_tls else None,
    )


def _tls_facts(net: Net, ended: Transfer) -> dict[str, Any]:
    leaf = leaf_of(ended.easy.getinfo(pycurl.INFO_CERTINFO))
    return as_facts(Handshake(monotonic(), ended.tls_version, leaf), net.loop.now_ms())
