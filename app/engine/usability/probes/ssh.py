"""SSH: does the server greet, and is its host key the expected one?"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import Field, field_validator

from app.engine.usability.certificate.first_seen import FirstSeen
from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Host
from app.engine.usability.fields.mailing import check_banner
from app.engine.usability.protocols import ssh
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome
from app.engine.usability.wording import shown

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


class SshConfig(MonitorConfig):
    """Which server, and what is wanted of it."""

    host: Host = fields.host_field()
    port: int = fields.port_field(22)
    banner: str = fields.text_field(
        "Version contains",
        "The server's version line must contain this text, such as OpenSSH.",
        "版本包含",
        "服务器版本行中必须包含的文字，例如 OpenSSH。",
    )
    reads_host_key: bool = Field(
        True,
        title="Look at the host key",
        description="Exchange keys, verify the server's signature, and tell the host key's fingerprint.",
        json_schema_extra=shown(
            "读取主机密钥", "进行密钥交换，验证服务器签名，并记录主机密钥指纹。", "switch", "answer"
        ),
    )
    expected_fingerprint: str = fields.text_field(
        "Host key",
        "Fingerprint as ssh-keygen shows it (SHA256:…); another one is a failure.",
        "主机密钥指纹",
        "ssh-keygen 显示的指纹（SHA256:…），不一致视为故障。",
    )
    on_change: fields.OnChange = fields.on_change_field(
        "When the host key changes",
        "What another host key means than each probe process saw first since its start, or since the "
        "monitor was saved.",
        "主机密钥变化时",
        "主机密钥与探测进程启动（或监测项保存）后首次看到的不同时的状态。",
    )
    ip_version: fields.IpVersion = fields.ip_version_field()

    @field_validator("expected_fingerprint")
    @classmethod
    def _is_fingerprint(cls, text: str) -> str:
        text = text.strip().rstrip("=")
        if text and not _FINGERPRINT.fullmatch(text):
            raise ValueError("A fingerprint looks like SHA256: and 43 letters, digits, + and /.")
        return text

    @property
    def compares(self) -> bool:
        """Whether there is something to compare the host key with."""
        return bool(self.expected_fingerprint) or self.on_change != "ignore"


@register
class SshMonitor(TalkingType[SshConfig]):
    name: ClassVar[str] = "ssh"
    title: ClassVar[Text] = {"en": "SSH server", "zh": "SSH 服务器"}
    doc: ClassVar[Text] = {
        "en": "Waits for the version line, exchanges keys, and compares the host key. It never logs in.",
        "zh": "等待版本信息，进行密钥交换并比较主机密钥。不会登录。",
    }
    Config: ClassVar[type[MonitorConfig]] = SshConfig
    phases: ClassVar[dict[str, Text]] = {
        **{name: text for name, text in PHASE_NAMES.items() if name != "tls"},
        "first_byte": {"en": "version", "zh": "版本信息"},
        "transfer": {"en": "key exchange", "zh": "密钥交换"},
    }

    def __init__(self) -> None:
        super().__init__()
        self._seen: FirstSeen[str] = FirstSeen()

    def place(self, config: SshConfig) -> Place:
        return Place(config.host, config.port, config.ip_version)

    async def talk(self, stream: Stream, config: SshConfig) -> Outcome:
        await stream.send(ssh.CLIENT + b"\r\n")
        version = await ssh.version(stream)
        if not version.startswith(("SSH-2.0-", "SSH-1.99-")):
            raise stream.unexpected(version, "SSH-2.0")
        check_banner(stream, version, config.banner)
        facts: dict[str, Any] = {"version": stream.shown(version)}
        if config.compares or config.reads_host_key:
            try:
                key = await ssh.host_key(stream, version)
            except TalkError as error:
                if error.reason != "key_exchange_unknown":
                    raise
                return _without_key(config, error, facts)
            facts |= {"host_key": key.fingerprint, "host_key_kind": key.kind}
            if config.expected_fingerprint not in ("", key.fingerprint):
                detail = {"fingerprint": key.fingerprint, "expected": config.expected_fingerprint}
                raise TalkError("host_key_changed", detail, facts=facts)
            if config.on_change != "ignore":
                before = self._seen.compare(stream.net.check, key.fingerprint)
                if before is not None:
                    detail = {"fingerprint": key.fingerprint, "expected": before}
                    raise TalkError("host_key_changed", detail, status=config.on_change, facts=facts)
        return Outcome("up", facts=facts)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(
            facts,
            locale,
            ("version", "Version", "版本"),
            ("host_key_kind", "Kind of host key", "主机密钥类型"),
            ("host_key", "Host key", "主机密钥指纹"),
        )


def _without_key(config: SshConfig, error: TalkError, facts: dict[str, Any]) -> Outcome:
    """A server whose methods we do not know is as good as any, unless its host key is to be compared."""
    if config.compares:
        return Outcome("unknown", error.reason, error.detail, facts=facts)
    return Outcome("up", facts=facts)
