"""What keys, tokens and passwords of well-known services look like."""

# ruff: noqa: E501 — patterns read best unbroken

from __future__ import annotations

import re
from dataclasses import dataclass

from app.engine.bug.reading.signs import Sign, sign


@dataclass(frozen=True, slots=True)
class Secret:
    """`rule` is the definition it falls under; `bits` the entropy a character that a real one has at least."""

    sign: Sign
    rule: str = "key"
    bits: float = 3.0


def _secret(
    name: str,
    literals: str | tuple[str, ...],
    pattern: str,
    rule: str = "key",
    bits: float = 3.0,
    flags: int = 0,
) -> Secret:
    return Secret(sign(name, literals, pattern, flags), rule, bits)


_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

SECRETS = (
    _secret("AWS access key", ("AKIA", "ASIA"), r"(?<![A-Za-z0-9+/])((?:AKIA|ASIA)[A-Z0-9]{16})(?![A-Za-z0-9+/=])"),
    _secret("AWS secret key", ("aws_secret", "AWS_SECRET", "secretAccessKey", "SecretAccessKey"), r"(?:aws_secret\w{0,20}|AWS_SECRET\w{0,20}|[sS]ecretAccessKey)[\"']?\s{0,3}[:=]\s{0,3}[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])", bits=4.0),
    _secret("Google API key", "AIza", r"(?<![\w-])(AIza[\w-]{35})(?![\w-])", "browser-key"),
    _secret("Google OAuth client secret", "GOCSPX-", r"(GOCSPX-[\w-]{28})(?![\w-])"),
    _secret("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"(?<!\w)(gh[pousr]_[A-Za-z0-9]{36,251})(?!\w)"),
    _secret("GitHub token", "github_pat_", r"(github_pat_[A-Za-z0-9_]{60,90})(?!\w)"),
    _secret("GitLab token", ("glpat-", "gldt-", "glrt-"), r"(?<!\w)(gl(?:pat|dt|rt)-[\w-]{20,60})(?![\w-])"),
    _secret("Slack token", "xox", r"(?<!\w)(xox[abeoprs]-(?:\d{8,14}-){0,3}[A-Za-z0-9-]{20,80})(?![\w-])"),
    _secret("Slack webhook", "hooks.slack.com", r"(hooks\.slack\.com/(?:services|workflows)/T\w{6,14}/[AB]\w{6,20}/[\w/]{16,60})", "webhook"),
    _secret("Stripe secret key", ("sk_live_", "rk_live_"), r"(?<!\w)([sr]k_live_[0-9A-Za-z]{16,120})(?!\w)"),
    _secret("Stripe test key", ("sk_test_", "rk_test_"), r"(?<!\w)([sr]k_test_[0-9A-Za-z]{16,120})(?!\w)", "test-key"),
    _secret("Stripe publishable key", "pk_live_", r"(?<!\w)(pk_live_[0-9A-Za-z]{16,120})(?!\w)", "public-key"),
    _secret("Twilio API key", "SK", r"(?<![A-Za-z0-9])(SK[0-9a-f]{32})(?![A-Za-z0-9])"),
    _secret("Twilio auth token", ("twilio", "TWILIO", "Twilio"), r"(?:auth_?token)[\"']?\s{0,3}[:=]\s{0,3}[\"']([0-9a-f]{32})[\"']", flags=re.I),
    _secret("SendGrid key", "SG.", r"(?<!\w)(SG\.[\w-]{16,24}\.[\w-]{40,46})(?![\w-])"),
    _secret("Mailgun key", "key-", r"(?<![\w-])(key-[0-9a-f]{32})(?![\w-])"),
    _secret("Mailchimp key", "-us", r"(?<![\w-])([0-9a-f]{32}-us\d{1,2})(?![\w-])"),
    _secret("npm token", "npm_", r"(?<!\w)(npm_[A-Za-z0-9]{36})(?!\w)"),
    _secret("PyPI token", "pypi-AgE", r"(pypi-AgE[\w-]{50,250})"),
    _secret("OpenAI key", ("sk-proj-", "T3BlbkFJ"), r"(?<![\w-])(sk-(?:proj-|svcacct-)?[\w-]{20,90}T3BlbkFJ[\w-]{20,90}|sk-proj-[\w-]{40,180})"),
    _secret("Anthropic key", "sk-ant-", r"(sk-ant-(?:api|admin)\d\d-[\w-]{60,120})"),
    _secret("Hugging Face token", "hf_", r"(?<!\w)(hf_[A-Za-z0-9]{34})(?!\w)"),
    _secret("DigitalOcean token", ("dop_v1_", "doo_v1_"), r"(do[opr]_v1_[0-9a-f]{64})"),
    _secret("Shopify token", ("shpat_", "shpss_", "shpca_"), r"(shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32})"),
    _secret("Square token", ("sq0csp-", "sq0atp-"), r"(sq0(?:csp|atp)-[\w-]{22,43})"),
    _secret("Databricks token", "dapi", r"(?<!\w)(dapi[0-9a-f]{32})(?!\w)"),
    _secret("Postman key", "PMAK-", r"(PMAK-[0-9a-f]{24}-[0-9a-f]{34})"),
    _secret("Mapbox secret token", "sk.eyJ", r"(?<!\w)(sk\.eyJ[\w-]{20,300}\.[\w-]{20,60})"),
    _secret("Mapbox public token", "pk.eyJ", r"(?<!\w)(pk\.eyJ[\w-]{20,300}\.[\w-]{20,60})", "public-key"),
    _secret("Telegram bot token", ":AA", r"(?<!\w)(\d{8,10}:AA[\w-]{33})(?![\w-])"),
    _secret("Discord webhook", "/api/webhooks/", r"(discord(?:app)?\.com/api/webhooks/\d{15,22}/[\w-]{50,90})", "webhook"),
    _secret("Teams webhook", "webhook.office.com", rf"(webhook\.office\.com/webhookb2/{_UUID}[@\w/-]{{20,200}})", "webhook"),
    _secret("Azure storage key", "AccountKey=", r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    _secret("Alibaba Cloud access key", "LTAI", r"(?<!\w)(LTAI[A-Za-z0-9]{12,26})(?!\w)"),
    _secret("Tencent Cloud secret id", "AKID", r"(?<!\w)(AKID[A-Za-z0-9]{28,40})(?!\w)"),
    _secret("WeCom webhook", "qyapi.weixin.qq.com", rf"(qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key={_UUID})", "webhook"),
    _secret("DingTalk webhook", "oapi.dingtalk.com", r"(oapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{64})", "webhook"),
    _secret("Feishu webhook", ("open.feishu.cn", "open.larksuite.com"), rf"(open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/(?:{_UUID}|\w{{24,64}}))", "webhook"),
    _secret("private key", "PRIVATE KEY", r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]|[\w-]{1,30}: [^\n]{1,80}\n){1,20}([A-Za-z0-9+/=]{40,100})", "private-key", 4.0),
    _secret("password in a database's address", ("://",), r"(?:mysql|mariadb|postgres(?:ql)?|mongodb(?:\+srv)?|redis|rediss|amqps?|mssql|oracle|sqlserver|ftps?|sftp|ldaps?|smtps?)(?:\+\w{2,12})?://[^\s/:@\"'<>`]{0,64}:([^\s/:@\"'<>`]{3,80})@[\w.-]{2,120}", "connection", 2.0),
    _secret("password in a connection string", ("assword=", "wd=", "ASSWORD="), r"(?:Server|Data Source|Host|Addr|Address|Uid|User Id|UserId|jdbc:)[^\n\"']{0,200}(?<![\w-])(?:Password|Pwd)=([^;\s\"'&<>]{3,64})", "connection", 2.0, re.I),
    _secret("log-in in an address", ("://",), r"(?<![\w.])https?://[\w.%+-]{1,64}:([^\s/:@\"'<>`?#]{3,64})@[\w.-]{3,120}", "address", 2.0),
    _secret("password hash", ("$2a$", "$2b$", "$2y$"), r"(?<!\w)(\$2[aby]\$\d\d\$[./A-Za-z0-9]{53})(?![./\w])", "password-hash"),
    _secret("password hash", ("$argon2", "pbkdf2_sha", "$6$", "$1$", "$apr1$"), r"(\$argon2id?\$v=\d+\$[^\s\"'<>]{20,160}|pbkdf2_sha\d{1,3}\$\d{3,7}\$[^\s\"'<>]{20,120}|\$6\$[./\w]{8,16}\$[./\w]{86}|\$(?:1|apr1)\$[./\w]{2,8}\$[./\w]{22})", "password-hash"),
)  # fmt: skip

VALUE = re.compile(r"[:=]\s{0,3}[\"'`]([!-~]{4,120}?)[\"'`]")
"""A string that is given to something, or compared with it; then one of the names stands before it."""
KEY_NAME = re.compile(
    r"(?<![A-Za-z])((?:[\w-]{0,24}[_-])?(?:api[_-]?key|api[_-]?secret|secret[_-]?key|client[_-]?secret|app[_-]?secret|"
    r"access[_-]?token|access[_-]?key|auth[_-]?token|encryption[_-]?key|signing[_-]?key|private[_-]?key|bearer[_-]?token|"
    r"jwt[_-]?secret|secret|apikey))[\"']?\s{0,3}={0,2}$",
    re.I,
)
KEY_VALUE = re.compile(r"[A-Za-z0-9+/=_.~-]{16,120}")
PASSWORD_NAME = re.compile(
    r"(?<![A-Za-z])((?:(?:db|database|mysql|root|admin|user|smtp|mail|ftp|test|default|login|my|the)[_-]?)?"
    r"(?:password|passwd|passwort|pwd|passphrase))[\"']?\s{0,3}={0,2}$",
    re.I,
)
NAME_LENGTH = 70
USER_BEFORE = re.compile(
    r"(?:user|user[_-]?name|login|account|e?mail)[\"']?\s{0,3}[:=]\s{0,3}[\"'`]([\w.@+-]{2,60})[\"'`]\s{0,3}[,;]\s{0,10}"
    r"(?:(?:var|let|const)\s{1,3})?[\"']?$",
    re.I,
)
