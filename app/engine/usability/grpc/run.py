"""One health check from call to verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pycurl

from app.engine.net.curl import Option
from app.engine.net.target import Target
from app.engine.usability.grpc.wire import (
    PATH,
    SERVING,
    WireError,
    header,
    health_request,
    read_health,
    status_of,
)
from app.engine.usability.http.fetch import Fetched, transfer
from app.engine.usability.stream.stream import printable
from app.engine.usability.stream.talk import Net, TalkError
from app.engine.usability.types import Outcome

if TYPE_CHECKING:
    from app.engine.usability.probes.grpc import GrpcConfig

_MAX_BODY = 65536
_NOT_FOUND, _DENIED, _UNIMPLEMENTED, _UNAUTHENTICATED = 5, 7, 12, 16
_REASONS = {
    _NOT_FOUND: "grpc_service_unknown",
    _DENIED: "grpc_denied",
    _UNAUTHENTICATED: "grpc_denied",
    _UNIMPLEMENTED: "grpc_no_health",
}
_STATUS_REASONS = {"NOT_SERVING": "grpc_not_serving", "SERVICE_UNKNOWN": "grpc_service_unknown"}
# What a server that speaks another protocol looks like to libcurl.
_NO_HTTP2 = ("protocol_error", "empty_reply")


async def check_health(net: Net, config: GrpcConfig) -> Outcome:
    """Call the health service. Raises TalkError."""
    scheme = "https" if config.tls else "http"
    target = Target(scheme, config.host, config.port, PATH, is_address=False)
    try:
        answer = await transfer(net, target, _options(net, config), _MAX_BODY, family=config.ip_version)
    except TalkError as error:
        if error.reason in _NO_HTTP2:
            raise TalkError("grpc_no_http2", error.detail) from None
        raise
    net.facts["http_version"] = answer.version
    if answer.tls is not None:
        net.facts["tls"] = answer.tls | {"is_verified": config.verify_tls or None}
    outcome = _judged(config, answer)
    for name, value in answer.measures.items():
        setattr(outcome, name, value)
    return outcome


def _options(net: Net, config: GrpcConfig) -> list[Option]:
    version = pycurl.CURL_HTTP_VERSION_2TLS if config.tls else pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
    lines = [
        "Content-Type: application/grpc",
        "TE: trailers",
        "Grpc-Accept-Encoding: identity",
        f"Grpc-Timeout: {max(int(net.left * 1000), 1)}m",
        "Accept:",
        "Expect:",
        *(f"{name}: {value}" if value else f"{name};" for name, value in config.metadata.items()),
    ]
    options: list[Option] = [
        (pycurl.HTTP_VERSION, version),
        (pycurl.POST, 1),
        (pycurl.POSTFIELDS, health_request(config.service)),
        (pycurl.HTTPHEADER, [each.encode() for each in lines]),
    ]
    if not config.verify_tls:
        options += [(pycurl.SSL_VERIFYPEER, 0), (pycurl.SSL_VERIFYHOST, 0)]
    return options


def _judged(config: GrpcConfig, answer: Fetched) -> Outcome:
    outcome = Outcome("up", http_status=answer.status)
    reason, detail = _verdict(config, answer, outcome.facts)
    if reason is not None:
        code, name, words = status_of(answer.headers)
        evidence = {
            "HTTP": f"{answer.version} {answer.status}",
            "content-type": header(answer.headers, "content-type"),
            "grpc-status": name or ("" if code is None else str(code)),
            "grpc-message": _shown(config, words),
            "health": str(outcome.facts.get("serving", "")),
        }
        outcome.facts["evidence"] = {key: value for key, value in evidence.items() if value}
        outcome.status, outcome.reason = "down", reason
        outcome.detail = {"host": config.host, "service": config.service or "–", **detail}
    return outcome


def _shown(config: GrpcConfig, words: str) -> str:
    """What the server said, without the metadata's values, should it repeat them."""
    for value in config.metadata.values():
        words = words.replace(value, "•••") if value else words
    return printable(words)


def _verdict(config: GrpcConfig, answer: Fetched, facts: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The reason why it is not good, with the values of its sentence; None when it is."""
    code, name, words = status_of(answer.headers)
    content_type = header(answer.headers, "content-type")
    if answer.version != "2":
        return "grpc_no_http2", {"error": f"HTTP {answer.version}"}
    if code is None and (answer.status != 200 or not content_type.lower().startswith("application/grpc")):
        return "grpc_not_grpc", {"status": answer.status, "content_type": printable(content_type) or "–"}
    if code is None:
        return "grpc_bad_answer", {"error": "an answer without grpc-status"}
    if code:
        return _REASONS.get(code, "grpc_failed"), {"code": name, "answer": _shown(config, words) or name}
    try:
        facts["serving"] = read_health(answer.body)
    except WireError as error:
        return "grpc_bad_answer", {"error": str(error)}
    if facts["serving"] == SERVING:
        return None, {}
    return _STATUS_REASONS.get(facts["serving"], "grpc_unknown"), {"answer": facts["serving"]}
