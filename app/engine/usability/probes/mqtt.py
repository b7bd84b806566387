"""MQTT: does the broker let us in, and does a message that goes in come out again?"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Host
from app.engine.usability.mqtt.dialogue import visit
from app.engine.usability.mqtt.packet import Version
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TlsHow
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome
from app.engine.usability.wording import shown


class MqttConfig(MonitorConfig):
    """Which broker, and how far to go with it."""

    host: Host = fields.host_field()
    port: int = fields.port_field(1883)
    tls: bool = fields.tls_field()
    username: str = fields.username_field("Empty: no log-in.", "留空则不登录。")
    password: str = fields.password_field()
    exchange: Literal["log_in", "receive", "round_trip"] = Field(
        "log_in",
        title="What to try",
        description="How far to go with the broker.",
        json_schema_extra=shown(
            "检查内容",
            "检查到哪一步。",
            "select",
            "answer",
            choices={
                "log_in": {"en": "log in and ask for a sign of life", "zh": "登录并确认有响应"},
                "receive": {"en": "wait for a message", "zh": "等待消息"},
                "round_trip": {"en": "publish and wait for it to come back", "zh": "发布并等待消息返回"},
            },
        ),
    )
    topic: str = Field(
        "",
        title="Topic",
        description="Where to listen, and to publish for a round trip. Use one that nobody else needs.",
        max_length=1000,
        json_schema_extra=shown(
            "主题",
            "要订阅的主题，往返检查时也在此发布。请使用专用的主题。",
            "text",
            "answer",
            unless={"exchange": ["log_in"]},
        ),
    )
    payload: str = Field(
        "",
        title="Message",
        description="What to publish for a round trip. Empty: another text each time, which is best.",
        max_length=4000,
        json_schema_extra=shown(
            "消息内容",
            "往返检查时发布的内容。留空则每次使用不同的内容，推荐留空。",
            "textarea",
            "answer",
            only={"exchange": ["round_trip"]},
        ),
    )
    expected: str = Field(
        "",
        title="Expected text",
        description="The message that comes must contain this; others are passed over.",
        max_length=1000,
        json_schema_extra=shown(
            "期望文字",
            "收到的消息必须包含该文字，其他消息会被忽略。",
            "text",
            "answer",
            unless={"exchange": ["log_in"]},
        ),
    )
    quality: Literal["0", "1"] = Field(
        "0",
        title="Quality of service",
        description="How surely messages are handed over.",
        json_schema_extra=shown(
            "服务质量（QoS）",
            "消息传递的可靠程度。",
            "select",
            "advanced",
            unless={"exchange": ["log_in"]},
            choices={
                "0": {"en": "0: sent once", "zh": "0：只发送一次"},
                "1": {"en": "1: acknowledged", "zh": "1：需要确认"},
            },
        ),
    )
    version: Version = Field(
        "3.1.1",
        title="Version of MQTT",
        description="Which version to speak.",
        json_schema_extra=shown("MQTT 版本", "使用的协议版本。", "select", "advanced"),
    )
    client_id: str = Field(
        "",
        title="Client identifier",
        description="Empty: another one each time. The same one twice throws the first out.",
        max_length=200,
        json_schema_extra=shown(
            "客户端标识", "留空则每次使用不同的标识。标识相同的连接会互相挤下线。", "text", "advanced"
        ),
    )
    verify_tls: bool = fields.verify_tls_field()
    ip_version: fields.IpVersion = fields.ip_version_field()

    @model_validator(mode="after")
    def _has_topic(self) -> MqttConfig:
        if self.exchange == "log_in":
            return self
        if not self.topic or "\0" in self.topic:
            raise ValueError("Give a topic.")
        if self.exchange == "round_trip" and set("#+") & set(self.topic):
            raise ValueError("A message cannot be published to a topic with # or +.")
        return self


@register
class MqttMonitor(TalkingType[MqttConfig]):
    name: ClassVar[str] = "mqtt"
    title: ClassVar[Text] = {"en": "MQTT broker", "zh": "MQTT 服务器"}
    doc: ClassVar[Text] = {
        "en": "Connects to an MQTT broker (3.1.1 or 5, with TLS if wanted), logs in, and asks for a sign of "
        "life, waits for a message, or publishes one and waits until it comes back.",
        "zh": "连接 MQTT 服务器（3.1.1 或 5，可用 TLS）并登录，然后确认其有响应、等待消息，"
        "或发布一条消息并等待其返回。",
    }
    Config: ClassVar[type[MonitorConfig]] = MqttConfig
    phases: ClassVar[dict[str, Text]] = {
        **PHASE_NAMES,
        "first_byte": {"en": "log-in", "zh": "登录"},
        "transfer": {"en": "messages", "zh": "消息收发"},
    }

    def place(self, config: MqttConfig) -> Place:
        tls = TlsHow(verify=config.verify_tls) if config.tls else None
        return Place(config.host, config.port, config.ip_version, tls=tls)

    async def talk(self, stream: Stream, config: MqttConfig) -> Outcome:
        return await visit(stream, config)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("message", "Message", "消息"), ("topic", "Topic", "主题"))
