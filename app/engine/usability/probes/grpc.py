"""gRPC: does the health service say that it is serving?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, field_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Host
from app.engine.usability.grpc.run import check_health
from app.engine.usability.kept import KeptConfigs
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.stream.talk import run
from app.engine.usability.stream.talking import told
from app.engine.usability.types import Check, Done
from app.engine.usability.wording import shown

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

_NAME = re.compile(r"[0-9a-z_.-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]{0,4000}")
_RESERVED = {"content-type", "te", "host", "connection", "content-length", "transfer-encoding", "expect"}


class GrpcConfig(MonitorConfig):
    """Which server, and which of its services."""

    host: Host = fields.host_field()
    port: int = fields.port_field(50051)
    tls: bool = fields.tls_field()
    service: str = Field(
        "",
        title="Service",
        description="Full name of the service, such as shop.v1.Orders; empty: the server as a whole.",
        max_length=300,
        json_schema_extra=shown(
            "服务", "服务的完整名称，例如 shop.v1.Orders；留空则检查整个服务器。", "text", "request"
        ),
    )
    metadata: dict[str, str] = Field(
        default_factory=dict,
        title="Metadata",
        description="Sent along with the call, as authorization would be. Names are in lower case.",
        max_length=30,
        json_schema_extra=shown(
            "元数据",
            "随调用发送，例如 authorization，名称使用小写。",
            "headers",
            "request",
            secret=True,
        ),
    )
    verify_tls: bool = fields.verify_tls_field()
    ip_version: fields.IpVersion = fields.ip_version_field()

    @field_validator("metadata")
    @classmethod
    def _are_metadata(cls, metadata: dict[str, str]) -> dict[str, str]:
        for name, value in metadata.items():
            if not _NAME.fullmatch(name) or name in _RESERVED or name.startswith("grpc-"):
                raise ValueError(f"{name[:60]!r} cannot be used as a name of metadata.")
            if not _VALUE.fullmatch(value):
                raise ValueError(f"The value of {name} holds characters that cannot be sent.")
        return metadata


@register
class GrpcMonitor(MonitorType):
    name: ClassVar[str] = "grpc"
    title: ClassVar[Text] = {"en": "gRPC health", "zh": "gRPC 健康检查"}
    doc: ClassVar[Text] = {
        "en": "Calls the standard health service (grpc.health.v1) over HTTP/2, in the clear or under TLS, "
        "and is up when it says SERVING.",
        "zh": "通过 HTTP/2（明文或 TLS）调用标准健康检查服务（grpc.health.v1），返回 SERVING 时为正常。",
    }
    Config: ClassVar[type[MonitorConfig]] = GrpcConfig

    def __init__(self) -> None:
        self._configs = KeptConfigs(GrpcConfig.model_validate)

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = self._configs.get(check)
        run(loop, check, done, lambda net: check_health(net, config))

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("serving", "Health", "健康状态"))
