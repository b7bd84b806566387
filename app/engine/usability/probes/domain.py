"""Domain: until when is it registered, and what does its registry say about it?"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from weakref import WeakKeyDictionary

from pydantic import Field, field_validator

from app.engine.usability.domain.lookup import Roots, look_up, read_place
from app.engine.usability.domain.memory import Memory
from app.engine.usability.domain.record import NotRegisteredError
from app.engine.usability.domain.verdict import judged
from app.engine.usability.fields.hosts import read_host, read_url
from app.engine.usability.kept import KeptConfigs
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.stream.talk import Net, TalkError, run
from app.engine.usability.types import Check, Done, Outcome
from app.engine.usability.wording import shown

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

    from app.engine.usability.loop import ProbeLoop


class DomainConfig(MonitorConfig):
    """Which domain, when to warn, and whom to ask."""

    domain: str = Field(
        title="Domain",
        description="A domain or any name below it; the registered part is found by itself.",
        max_length=253,
        json_schema_extra=shown("域名", "域名或其下的任意名称，会自动找到注册的部分。", "text", "request"),
    )
    warn_days: int = Field(
        30,
        title="Warn before the end (days)",
        description="So many days before the registration ends, the monitor is degraded.",
        ge=0,
        le=365,
        json_schema_extra=shown("提前告警（天）", "距离到期不足该天数时状态为降级。", "number", "answer"),
    )
    heed_status: bool = Field(
        True,
        title="Heed the registry's status",
        description="Hold, redemption and pending deletion are an outage, a transfer degrades.",
        json_schema_extra=shown(
            "检查注册状态", "暂停解析、赎回期和待删除视为故障，正在转移视为降级。", "switch", "answer"
        ),
    )
    source: Literal["auto", "rdap", "whois"] = Field(
        "auto",
        title="Source",
        description="RDAP, and WHOIS where there is none; or only one of them.",
        json_schema_extra=shown(
            "查询方式",
            "优先用 RDAP，没有时用 WHOIS；也可以只用其中一种。",
            "select",
            "advanced",
            choices={
                "auto": {"en": "RDAP, else WHOIS", "zh": "RDAP，否则 WHOIS"},
                "rdap": {"en": "RDAP only", "zh": "仅 RDAP"},
                "whois": {"en": "WHOIS only", "zh": "仅 WHOIS"},
            },
        ),
    )
    rdap_url: str = Field(
        "",
        title="RDAP address",
        description="Base URL of the registry's RDAP service, for registries that IANA does not list.",
        max_length=500,
        json_schema_extra=shown(
            "RDAP 地址",
            "注册局 RDAP 服务的基础网址，用于 IANA 未收录的注册局。",
            "url",
            "advanced",
            unless={"source": ["whois"]},
        ),
    )
    whois_server: str = Field(
        "",
        title="WHOIS server",
        description="Host, with :port if it is not 43. Empty: the one that IANA names.",
        max_length=260,
        json_schema_extra=shown(
            "WHOIS 服务器",
            "主机名，端口不是 43 时写作 主机:端口。留空则使用 IANA 给出的服务器。",
            "text",
            "advanced",
            unless={"source": ["rdap"]},
        ),
    )

    @field_validator("domain")
    @classmethod
    def _is_domain(cls, text: str) -> str:
        host = read_host(text)
        registrable(host)
        return host

    @field_validator("rdap_url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        return read_url(url) if url.strip() else ""

    @field_validator("whois_server")
    @classmethod
    def _is_server(cls, text: str) -> str:
        if text.strip():
            read_place(text.strip())
        return text.strip()


def registrable(host: str) -> str:
    """The part of a name that somebody registered. Raises ValueError with a sentence."""
    found: str | None = (
        None if host.replace(".", "").isdecimal() or ":" in host else _suffixes().privatesuffix(host)
    )
    if found is None:
        raise ValueError(f"{host[:100]} is no name that can be registered.")
    return found


@cache
def _suffixes() -> PublicSuffixList:
    # Only registries: what companies lend out below their own domains is in no registry.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)


@register
class DomainMonitor(MonitorType):
    name: ClassVar[str] = "domain"
    title: ClassVar[Text] = {"en": "Domain registration", "zh": "域名注册"}
    doc: ClassVar[Text] = {
        "en": "Asks the registry (RDAP, else WHOIS) until when a domain is registered, and warns in time. "
        "Heeds the registry's words: hold, redemption, pending deletion. Every six hours is "
        "enough; a registry is asked about a domain once an hour at most, whatever the interval. A registry "
        "that cannot be reached gives unknown, never an outage.",
        "zh": "向注册局（RDAP，否则 WHOIS）查询域名的到期时间并提前告警，同时检查暂停解析、赎回期、待删除等"
        "注册状态。每六小时检查一次即可；无论间隔多短，同一域名每小时最多查询一次。"
        "无法连接注册局时状态为未知，不视为故障。",
    }
    Config: ClassVar[type[MonitorConfig]] = DomainConfig
    # A date does not waver: one look every six hours tells all there is.
    defaults: ClassVar[dict[str, Any]] = {
        "interval_seconds": 21_600,
        "timeout_seconds": 20,
        "confirm_count": 1,
        "recover_count": 1,
    }
    phases: ClassVar[dict[str, Text]] = {
        "dns": {"en": "name of the registry", "zh": "注册局域名解析"},
        "connect": {"en": "connection", "zh": "建立连接"},
        "first_byte": {"en": "the registry's answer", "zh": "注册局应答"},
        "transfer": {"en": "transfer", "zh": "内容传输"},
    }

    def __init__(self) -> None:
        self._configs = KeptConfigs(DomainConfig.model_validate)
        self.roots = Roots()
        self._memories: WeakKeyDictionary[ProbeLoop, Memory] = WeakKeyDictionary()

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = self._configs.get(check)
        domain = registrable(config.domain)
        memory = self._memories.setdefault(loop, Memory())

        async def main(net: Net) -> Outcome:
            try:
                record = await look_up(net, config, domain, memory, self.roots)
            except NotRegisteredError as error:
                detail = {"domain": domain, "source": error.source}
                facts = {"domain": domain, "evidence": detail}
                raise TalkError("domain_not_registered", detail, facts=facts) from None
            return judged(record, domain, loop.now_ms(), config.warn_days, heeds_status=config.heed_status)

        run(loop, check, lambda outcome: done(_not_ours(outcome, domain, check.timeout_ms)), main)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        is_zh = locale.startswith("zh")
        labels = {
            "domain": "域名" if is_zh else "Domain",
            "expires": "到期日" if is_zh else "Registered until",
            "days_left": "剩余天数" if is_zh else "Days left",
            "registrar": "注册商" if is_zh else "Registrar",
            "registered": "注册日" if is_zh else "Registered on",
            "statuses": "状态" if is_zh else "Status",
            "name_servers": "域名服务器" if is_zh else "Name servers",
            "source": "来源" if is_zh else "Source",
        }
        return [(label, _text(facts[name])) for name, label in labels.items() if name in facts]


def _not_ours(outcome: Outcome, domain: str, timeout_ms: int) -> Outcome:
    """A registry out of reach says nothing about the domain: unknown, with the same reason."""
    if outcome.reason is not None and outcome.status == "down" and "domain" not in outcome.facts:
        outcome.status = "unknown"
        if outcome.reason in ("timeout", "dns_timeout", "connect_timeout", "tls_timeout"):
            outcome.reason = "domain_timeout"
        outcome.detail = {**outcome.detail, "domain": domain, "timeout_ms": timeout_ms}
    return outcome


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
