"""Why a check failed: the fixed list of reasons, each with its sentence in every language (`sentences/`).

A sentence names values of the sample's detail in braces; a value that is missing shows as "?", so an old
sample never breaks a new sentence. Values come from targets: they are plain text, to be escaped by pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.usability.own_words import in_language
from app.engine.usability.sentences import gathered

REASONS: dict[str, dict[str, str]] = gathered()
_PHASES = {
    "dns": {"en": "the name", "zh": "域名解析"},
    "connect": {"en": "the connection", "zh": "建立连接"},
    "tls": {"en": "the TLS handshake", "zh": "TLS 握手"},
    "first_byte": {"en": "the first byte", "zh": "首字节"},
    "transfer": {"en": "the rest of the answer", "zh": "内容传输"},
}
LOCALES = ("en", "zh")
# What a starved probe cannot tell apart from a slow target.
TIMEOUTS = frozenset(
    {"dns_timeout", "connect_timeout", "tls_timeout", "timeout"}
    | {"ping_no_answer", "ping_loss", "dns_no_reply", "domain_timeout"}
    | {"snmp_timeout", "snmp_no_answer_to_user"}
)


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(reason: str | None, detail: Mapping[str, Any], locale: str = "en") -> str:
    """The reason as a sentence; empty when there is none. Unknown locales read English."""
    if reason is None:
        return ""
    texts = REASONS.get(reason)
    if texts is None:
        return reason
    language = locale[:2] if locale[:2] in LOCALES else "en"
    values = _Values(detail)
    if values["phase"] in _PHASES:
        values["phase"] = _PHASES[values["phase"]][language]
    first = detail.get("first")
    for name in ("error", "why", "step"):
        word = values[name]
        if not isinstance(word, str):
            continue
        if word in REASONS:
            # What is needed first could not be had, for a reason of its own; `first` is the detail of that.
            word = sentence(word, first if isinstance(first, dict) else {}, locale).rstrip(".。")
        values[name] = in_language(word, language)
    said = texts[language].format_map(values)
    if "at_step" in detail:
        said = (f"Step {detail['at_step']}: " if language == "en" else f"步骤 {detail['at_step']}：") + said
    return said
