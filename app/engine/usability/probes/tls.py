"""TLS: is the certificate trusted, right, strong, and good for long enough?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from app.engine.usability.certificate.check import TOO_OLD, check_certificate, evidence_of
from app.engine.usability.certificate.first_seen import FirstSeen
from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Host, read_host
from app.engine.usability.kept import KeptConfigs
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, MonitorType, Text, register
from app.engine.usability.stream.talk import Net, run
from app.engine.usability.types import Check, Done, Outcome
from app.engine.usability.wording import shown

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

_PROTOCOLS = {
    "smtp": "SMTP",
    "imap": "IMAP",
    "pop3": "POP3",
    "ftp": "FTP",
    "ldap": "LDAP",
    "xmpp": "XMPP",
    "postgres": "PostgreSQL",
    "mysql": "MySQL / MariaDB",
}
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class TlsConfig(MonitorConfig):
    """Whose certificate to look at, and what is wanted of it."""

    host: Host = fields.host_field()
    port: int = fields.port_field(443)
    server_name: str = fields.text_field(
        "Server name",
        "Name to ask for and to find in the certificate; empty: the host.",
        "服务器名称",
        "握手时请求并应在证书中出现的名称；留空则使用主机名。",
        "request",
    )
    starttls: Literal["none", "smtp", "imap", "pop3", "ftp", "ldap", "xmpp", "postgres", "mysql"] = Field(
        "none",
        title="STARTTLS",
        description="Begin in this protocol and go over to TLS; none: TLS from the first byte on. MySQL "
        "blocks hosts that shake hands 100 times without a log-in: add a monitor that logs in.",
        json_schema_extra=shown(
            "STARTTLS 协议",
            "先以该协议通信再升级到 TLS；none 表示直接使用 TLS。"
            "MySQL 会封锁连续 100 次只握手不登录的主机，请同时添加一个会登录的 MySQL 监测项。",
            "select",
            "request",
            choices={
                "none": {"en": "none", "zh": "不使用"},
                **{name: {"en": shown_as, "zh": shown_as} for name, shown_as in _PROTOCOLS.items()},
            },
        ),
    )
    warn_days: int = Field(
        21,
        title="Warn before the end (days)",
        description="With fewer days left the monitor is degraded; after the end it is down.",
        ge=0,
        le=365,
        json_schema_extra=shown(
            "到期提醒（天）", "剩余天数少于该值时状态为降级，过期后为故障。", "number", "answer"
        ),
    )
    verify_chain: bool = Field(
        True,
        title="Trusted chain",
        description="The certificate must lead to a trusted authority.",
        json_schema_extra=shown("验证证书链", "证书必须由受信任的机构签发。", "switch", "answer"),
    )
    verify_name: bool = Field(
        True,
        title="Right name",
        description="The certificate must name the server.",
        json_schema_extra=shown("验证名称", "证书必须包含服务器名称。", "switch", "answer"),
    )
    refuse_weak: bool = Field(
        True,
        title="Strong keys",
        description="Short keys (RSA below 2048 bits) and signatures with MD5 or SHA-1 degrade the monitor.",
        json_schema_extra=shown(
            "检查强度", "密钥过短（RSA 低于 2048 位）或使用 MD5、SHA-1 签名时状态为降级。", "switch", "answer"
        ),
    )
    oldest_protocol: Literal["any", "1.1", "1.2", "1.3"] = Field(
        "any",
        title="Oldest protocol",
        description="Degraded when the server still speaks an older TLS; takes a second connection.",
        json_schema_extra=shown(
            "最低协议版本",
            "服务器仍支持更旧的 TLS 版本时状态为降级，需要再建立一次连接。",
            "select",
            "answer",
            choices={
                "any": {"en": "any", "zh": "不限"},
                **{version: {"en": f"TLS {version}", "zh": f"TLS {version}"} for version in TOO_OLD},
            },
        ),
    )
    expected_fingerprint: str = fields.text_field(
        "Fingerprint",
        "SHA-256 of the certificate, in hexadecimal; another one is a failure.",
        "证书指纹",
        "证书的 SHA-256 指纹（十六进制），不一致视为故障。",
    )
    expected_issuer: str = fields.text_field(
        "Issuer",
        "The issuer's name must contain this text, such as Let's Encrypt.",
        "签发者",
        "签发者名称中必须包含的文字，例如 Let's Encrypt。",
    )
    on_change: fields.OnChange = fields.on_change_field(
        "When it changes",
        "What another certificate or issuer means than each probe process saw first since its start, or "
        "since the monitor was saved.",
        "证书变化时",
        "证书或签发者与探测进程启动（或监测项保存）后首次看到的不同时的状态。",
    )
    watched: Literal["certificate", "issuer"] = Field(
        "issuer",
        title="Watched for changes",
        description="The certificate itself changes with every renewal, the issuer seldom.",
        json_schema_extra=shown(
            "变化检测对象",
            "证书每次续期都会变化，签发者则很少变化。",
            "select",
            "answer",
            choices={
                "certificate": {"en": "the certificate", "zh": "证书"},
                "issuer": {"en": "the issuer", "zh": "签发者"},
            },
            unless={"on_change": ["ignore"]},
        ),
    )
    ca_bundle: fields.Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()

    @field_validator("server_name")
    @classmethod
    def _is_name(cls, text: str) -> str:
        return read_host(text) if text.strip() else ""

    @field_validator("expected_fingerprint")
    @classmethod
    def _is_fingerprint(cls, text: str) -> str:
        plain = text.lower().replace(":", "").replace(" ", "")
        if plain and not _FINGERPRINT.fullmatch(plain):
            raise ValueError("A SHA-256 fingerprint has 64 hexadecimal digits.")
        return plain

    @property
    def name(self) -> str:
        return self.server_name or self.host


@register
class TlsMonitor(MonitorType):
    name: ClassVar[str] = "tls"
    title: ClassVar[Text] = {"en": "TLS certificate", "zh": "TLS 证书"}
    doc: ClassVar[Text] = {
        "en": "Shakes hands, directly or by STARTTLS, and judges the certificates: how long they are good, "
        "whether they are trusted, name the server, are strong, and are the expected ones.",
        "zh": "直接或通过 STARTTLS 握手，检查证书的有效期、信任链、名称、强度，以及是否为期望的证书。",
    }
    Config: ClassVar[type[MonitorConfig]] = TlsConfig
    phases: ClassVar[dict[str, Text]] = {
        "dns": PHASE_NAMES["dns"],
        "connect": PHASE_NAMES["connect"],
        "first_byte": {"en": "greeting", "zh": "欢迎信息"},
        "transfer": {"en": "STARTTLS", "zh": "STARTTLS"},
        "tls": PHASE_NAMES["tls"],
    }

    def __init__(self) -> None:
        self._configs = KeptConfigs(TlsConfig.model_validate)
        self._seen: FirstSeen[str] = FirstSeen()

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = self._configs.get(check)

        async def main(net: Net) -> Outcome:
            outcome = await check_certificate(net, config)
            return self._compared(check, config, outcome) if outcome.status == "up" else outcome

        run(loop, check, done, main)

    def _compared(self, check: Check, config: TlsConfig, outcome: Outcome) -> Outcome:
        if config.on_change == "ignore":
            return outcome
        leaf = outcome.facts["chain"][0]
        now = leaf["fingerprint" if config.watched == "certificate" else "issuer"]
        before = self._seen.compare(check, now)
        if before is not None:
            outcome.status, outcome.reason = config.on_change, "tls_changed"
            outcome.detail = {"before": before, "now": now}
            outcome.facts["evidence"] = evidence_of(outcome.facts["chain"])
        return outcome

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        is_zh = locale.startswith("zh")
        rows: list[tuple[str, str]] = []
        for number, each in enumerate(facts.get("chain", ())):
            label = f"证书 {number + 1}" if is_zh else f"Certificate {number + 1}"
            left = f"剩余 {each['days_left']:g} 天" if is_zh else f"{each['days_left']:g} days left"
            rows.append((label, f"{each['subject']} · {each['key']} · {each['signature']} · {left}"))
        return rows
