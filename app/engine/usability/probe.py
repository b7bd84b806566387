"""One check, waited for: for the command line and for tests."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from app.engine.usability.loop import Engine
from app.engine.usability.reasons import sentence
from app.engine.usability.types import PHASES, Check, Sample

_GRACE_SECONDS = 5.0


def probe_once(
    config: dict[str, Any],
    *,
    type: str = "http",
    timeout_ms: int,
    allow: Iterable[str] = (),
    ca_file: str,
    now_ms: Callable[[], int],
    dns_servers: Sequence[str] = (),
) -> Sample:
    """Make one check now in an engine of its own and wait for its sample. Never raises for the target's sake.

    `allow` is an iterable of networks (an `AllowList` gives its `.networks`). A configuration that cannot be
    used gives status unknown, reason `config_invalid`.
    """
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    check = Check(0, 0, type, config, now_ms(), timeout_ms, tuple(allow))
    engine = Engine(ca_file=ca_file, location="here", dns_servers=dns_servers, now_ms=now_ms)
    try:
        engine.submit([check], samples.put)
        return samples.get(timeout=timeout_ms / 1000 + _GRACE_SECONDS)
    except queue.Empty:
        engine.close()
        return samples.get(timeout=_GRACE_SECONDS)
    finally:
        engine.close()


def sample_document(sample: Sample, locale: str = "en") -> dict[str, Any]:
    """The sample as a document for people and programs. Durations are milliseconds, `not_after` is ISO 8601.

    `http` is null when there was no HTTP answer, `tls` when no handshake came far enough.
    """
    facts = sample.facts
    document: dict[str, Any] = {
        "up": sample.status == "up",
        "status": sample.status,
        "reason": sample.reason,
        "sentence": sentence(sample.reason, sample.detail, locale),
        "total_ms": sample.total_ms,
        "phases": {name: getattr(sample, name) for name in PHASES},
        "address": sample.address,
        "http": None,
        "tls": None,
        "detail": sample.detail,
    }
    if sample.http_status is not None:
        document["http"] = {
            "status": sample.http_status,
            "version": facts.get("http_version"),
            "redirects": facts.get("redirects", []),
            "body_bytes": facts.get("body_bytes"),
        }
    if "tls" in facts:
        tls = dict(facts["tls"])
        ends_ms = tls.pop("not_after_ms", None)
        tls["not_after"] = None if ends_ms is None else _iso(ends_ms)
        document["tls"] = tls
    return document


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")
