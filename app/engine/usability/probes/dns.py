"""DNS: do the name servers answer, with what is expected, and is it still what it was?"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar

import dns.exception
import dns.name
import dns.reversename
from pydantic import Field, field_validator, model_validator

from app.engine.net.hosts import is_address, read_servers
from app.engine.usability.fields import common as fields
from app.engine.usability.kept import KeptConfigs
from app.engine.usability.names.records import Match, RecordType
from app.engine.usability.names.run import check_names
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.stream.talk import Net, run
from app.engine.usability.types import Check, Done, Outcome
from app.engine.usability.wording import shown

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

_MOST_KNOWN = 20_000


class DnsConfig(MonitorConfig):
    """What to ask, whom, and which answer is right."""

    name: str = Field(
        title="Name to look up",
        description="A host or a domain; for PTR an IP address will do.",
        max_length=253,
        json_schema_extra=shown(
            "要查询的域名", "主机名或域名；查询 PTR 时可以直接填 IP 地址。", "text", "request"
        ),
    )
    record_type: RecordType = Field(
        "A",
        title="Record type",
        description="Which kind of record to ask for.",
        json_schema_extra=shown("记录类型", "要查询的记录类型。", "select", "request"),
    )
    resolvers: list[str] = Field(
        default_factory=list,
        title="Name servers",
        description="IP addresses, with :port if it is not 53, asked in this order. "
        "Empty: those of the probe's own machine.",
        max_length=8,
        json_schema_extra=shown(
            "域名服务器",
            "IP 地址，端口不是 53 时写作 地址:端口，按顺序查询。留空则用探测端本机的域名服务器。",
            "lines",
            "request",
        ),
    )
    match: Match = Field(
        "off",
        title="Comparison",
        description="How the answer must compare with the expected values.",
        json_schema_extra=shown(
            "比较方式",
            "应答与期望值如何比较。",
            "select",
            "answer",
            choices={
                "off": {"en": "any answer is good", "zh": "有应答即可"},
                "equal": {"en": "exactly the expected values", "zh": "与期望值完全一致"},
                "in": {"en": "each answer is an expected value", "zh": "每个应答都是期望值"},
                "any": {"en": "at least one expected value", "zh": "至少有一个期望值"},
                "subset": {"en": "all expected values, perhaps others", "zh": "包含全部期望值"},
            },
        ),
    )
    values: list[str] = Field(
        default_factory=list,
        title="Expected values",
        description="One a line, such as 192.0.2.1 or 10 mail.example.org. Upper and lower case and the last "
        "dot of names and the quotes of texts do not matter; the priority of an MX may be left out.",
        max_length=100,
        json_schema_extra=shown(
            "期望值",
            "每行一个，例如 192.0.2.1 或 10 mail.example.org。名称的大小写和末尾的点、文本的引号不影响比较，"
            "MX 的优先级可以省略。",
            "lines",
            "answer",
            unless={"match": ["off"]},
        ),
    )
    on_change: fields.OnChange = fields.on_change_field(
        "When the answer changes",
        "What another answer than the known one means.",
        "应答变化时",
        "应答与已知应答不同时的状态。",
    )
    known: list[str] = Field(
        default_factory=list,
        title="Known answers",
        description="The answers when this was set up, one a line. Empty: the first answer that each probe "
        "process sees after its start.",
        max_length=100,
        json_schema_extra=shown(
            "已知应答",
            "设置时的应答，每行一个。留空则以每个探测进程启动后首次看到的应答为准。",
            "lines",
            "answer",
            unless={"on_change": ["ignore"]},
        ),
    )
    require_dnssec: bool = Field(
        False,
        title="Require DNSSEC",
        description="The name server must vouch for the answer (AD flag). It has to be one that validates.",
        json_schema_extra=shown(
            "要求 DNSSEC",
            "域名服务器必须确认应答已通过验证（AD 标志），因此须使用会做验证的服务器。",
            "switch",
            "answer",
        ),
    )
    compare_serials: bool = Field(
        False,
        title="Compare serials",
        description="Ask each name server for the zone's SOA too, and be degraded when one is behind or "
        "silent. Two or more name servers given above are compared, else those that the zone names.",
        json_schema_extra=shown(
            "比较序列号",
            "另外向每台域名服务器查询该区域的 SOA，有服务器落后或不应答时状态为降级。"
            "上面填了两台以上时比较这些服务器，否则比较区域自己的域名服务器。",
            "switch",
            "advanced",
        ),
    )
    max_serial_gap: int = Field(
        0,
        title="Serials may differ by",
        description="How far a server may be behind. Zones numbered by date need more than 0 for a moment.",
        ge=0,
        le=1_000_000,
        json_schema_extra=shown("序列号允许差值", "服务器最多可以落后多少。", "number", "advanced"),
    )
    use_tcp: bool = Field(
        False,
        title="Over TCP only",
        description="Ask over TCP at once, instead of only when an answer does not fit into a datagram.",
        json_schema_extra=shown(
            "只用 TCP", "直接用 TCP 查询，而不是仅在应答过长时才使用。", "switch", "advanced"
        ),
    )

    @property
    def query_name(self) -> str:
        """The name as it is asked for."""
        if self.record_type == "PTR" and is_address(self.name):
            return dns.reversename.from_address(self.name).to_text()
        return self.name

    @field_validator("name")
    @classmethod
    def _is_name(cls, text: str) -> str:
        text = text.strip()
        plain = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        if is_address(plain):
            return plain
        if "://" in text:
            raise ValueError("Write the name alone, such as www.example.org.")
        try:
            name = dns.name.from_text(text, idna_codec=dns.name.IDNA_2008_Practical)
        except (dns.exception.DNSException, UnicodeError):
            raise ValueError(f"{text[:60]!r} is no name that DNS could know.") from None
        return name.to_text(omit_final_dot=True).lower()

    @field_validator("resolvers")
    @classmethod
    def _are_servers(cls, texts: list[str]) -> list[str]:
        read_servers(texts)
        return texts

    @model_validator(mode="after")
    def _fits(self) -> DnsConfig:
        if is_address(self.name) and self.record_type != "PTR":
            raise ValueError("An IP address has PTR records only; give a name.")
        if self.match != "off" and not any(each.strip() for each in self.values):
            raise ValueError("There is nothing to compare with: give the expected values.")
        return self


@register
class DnsMonitor(MonitorType):
    name: ClassVar[str] = "dns"
    title: ClassVar[Text] = {"en": "DNS", "zh": "DNS 记录"}
    doc: ClassVar[Text] = {
        "en": "Asks name servers for records and compares the answer with what is expected or was known. "
        "Tells apart names that do not exist, records that are missing, servers that refuse, fail, stay "
        "silent or talk nonsense; compares the versions of a zone on all its servers.",
        "zh": "向域名服务器查询记录，并与期望值或已知应答比较。区分域名不存在、没有该记录、服务器拒绝、"
        "出错、不应答和无效应答，还可以比较同一区域在各服务器上的版本。",
    }
    Config: ClassVar[type[MonitorConfig]] = DnsConfig
    phases: ClassVar[dict[str, Text]] = {
        "dns": {"en": "answer", "zh": "应答"},
        "transfer": {"en": "answer over TCP", "zh": "TCP 应答"},
    }

    def __init__(self) -> None:
        self._configs = KeptConfigs(DnsConfig.model_validate)
        self._known: OrderedDict[int, tuple[dict[str, Any], list[str]]] = OrderedDict()

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = self._configs.get(check)

        async def main(net: Net) -> Outcome:
            outcome = await check_names(net, config, self._known_to(check, config))
            if config.on_change != "ignore" and not config.known and outcome.reason is None:
                self._remember(check, net.facts["answers"])
            return outcome

        run(loop, check, done, main)

    def _known_to(self, check: Check, config: DnsConfig) -> list[str] | None:
        if config.known:
            return config.known
        known = self._known.get(check.monitor_id)
        return known[1] if known is not None and known[0] == check.config else None

    def _remember(self, check: Check, answers: list[str]) -> None:
        if not check.monitor_id:
            return  # A check for a try, of no monitor.
        self._known[check.monitor_id] = (check.config, answers)
        self._known.move_to_end(check.monitor_id)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        is_zh = locale.startswith("zh")
        labels = {
            "answers": "应答" if is_zh else "Answer",
            "alias": "别名指向" if is_zh else "Alias of",
            "ttl": "TTL（秒）" if is_zh else "May be kept (s)",
            "server": "域名服务器" if is_zh else "Name server",
            "serials": "序列号" if is_zh else "Serials",
        }
        return [(label, _text(facts[name])) for name, label in labels.items() if facts.get(name)]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)
