"""Ping: does the machine answer, how long does it take, and how much is lost on the way?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

from pydantic import Field, model_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Host
from app.engine.usability.icmp.pinger import OpenIcmp, Pinger
from app.engine.usability.icmp.run import PingRun
from app.engine.usability.icmp.sockets import open_icmp
from app.engine.usability.kept import KeptConfigs
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.types import Check, Done
from app.engine.usability.wording import shown

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop


class PingConfig(MonitorConfig):
    """Whom to ping, how often, and how much loss is too much."""

    host: Host = fields.host_field("Name or IP address to ping.", "要 ping 的域名或 IP 地址。")
    count: int = Field(
        3,
        title="Pings",
        description="How many are sent in one check. The time shown is their mean.",
        ge=1,
        le=20,
        json_schema_extra=shown(
            "次数", "每次检查发送的 ping 数量，显示的耗时是它们的平均值。", "number", "request"
        ),
    )
    loss_degraded_percent: int = Field(
        50,
        title="Loss that degrades (%)",
        description="From this share of lost pings on, the monitor is degraded.",
        ge=1,
        le=100,
        json_schema_extra=shown("丢包告警（%）", "丢包率达到该值时状态为降级。", "number", "answer"),
    )
    loss_down_percent: int = Field(
        100,
        title="Loss that is an outage (%)",
        description="From this share of lost pings on, the monitor is down.",
        ge=1,
        le=100,
        json_schema_extra=shown("丢包故障（%）", "丢包率达到该值时视为故障。", "number", "answer"),
    )
    size: int = Field(
        56,
        title="Payload (bytes)",
        description="Bytes in each packet beyond its headers. More than 1472 is sent in several pieces.",
        ge=8,
        le=65000,
        json_schema_extra=shown(
            "数据大小（字节）", "每个数据包除包头外的字节数，超过 1472 时会分片发送。", "number", "advanced"
        ),
    )
    interval_ms: int = Field(
        200,
        title="Pause between pings (ms)",
        description="Shortened by itself where the check's time would not suffice.",
        ge=10,
        le=5000,
        json_schema_extra=shown(
            "间隔（毫秒）", "两个 ping 之间的间隔，检查时间不够时会自动缩短。", "number", "advanced"
        ),
    )
    wait_ms: int = Field(
        2000,
        title="Wait for the last answer (ms)",
        description="A ping without an answer for so long counts as lost.",
        ge=50,
        le=10000,
        json_schema_extra=shown(
            "等待时间（毫秒）", "最后一个 ping 在这段时间内没有回应即视为丢失。", "number", "advanced"
        ),
    )
    ip_version: fields.IpVersion = fields.ip_version_field(
        "Ping the IPv4 or the IPv6 address, or whichever this probe has a route for.",
        "只 ping IPv4 或 IPv6 地址，或选用探测端有路由的一种。",
    )

    @model_validator(mode="after")
    def _is_in_order(self) -> PingConfig:
        if self.loss_degraded_percent > self.loss_down_percent:
            raise ValueError("The loss that degrades must not be above the loss that is an outage.")
        return self


@register
class PingMonitor(MonitorType):
    name: ClassVar[str] = "ping"
    title: ClassVar[Text] = {"en": "Ping", "zh": "Ping"}
    doc: ClassVar[Text] = {
        "en": "Sends ICMP echo requests and measures the round trip and how many are lost. Tells apart no "
        "answer, a router's word that the machine cannot be reached, and a way that goes in a circle.",
        "zh": "发送 ICMP 回显请求，测量往返时间和丢包率，并区分无应答、途中路由器报告不可达，以及路径成环。",
    }
    Config: ClassVar[type[MonitorConfig]] = PingConfig
    phases: ClassVar[dict[str, Text]] = {
        "dns": {"en": "name", "zh": "域名解析"},
        "first_byte": {"en": "round trip", "zh": "往返"},
    }

    def __init__(self) -> None:
        self._configs = KeptConfigs(PingConfig.model_validate)
        self.open_icmp: OpenIcmp = open_icmp
        self.find_program: Callable[[], str | None] = lambda: shutil.which("ping")
        self._pingers: WeakKeyDictionary[ProbeLoop, Pinger] = WeakKeyDictionary()

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = self._configs.get(check)
        pinger = self._pingers.get(loop)
        if pinger is None:
            pinger = self._pingers[loop] = Pinger(loop.reactor, lambda version: self.open_icmp(version))
        PingRun(loop, check, config, pinger, self.find_program, done).begin()

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        is_zh = locale.startswith("zh")
        told = []
        if "sent" in facts:
            label = "收到/发送" if is_zh else "Received of sent"
            told.append((label, f"{facts['received']}/{facts['sent']}"))
        if "rtt_avg_ms" in facts:
            label = "往返（最小/平均/最大/标准差）" if is_zh else "Round trip (min/mean/max/deviation)"
            each = [f"{facts[f'rtt_{name}_ms']:g}" for name in ("min", "avg", "max", "stddev")]
            told.append((label, " / ".join(each) + " ms"))
        return told
