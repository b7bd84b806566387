"""Why a conversation with a mail, file or database server failed."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "login_refused": {
        "en": "The server refused the log-in of “{user}”: {answer}",
        "zh": "服务器拒绝了“{user}”的登录：{answer}",
    },
    "login_required": {
        "en": "The server demands a log-in: {answer}",
        "zh": "服务器要求登录：{answer}",
    },
    "login_unsupported": {
        "en": "The server offers no way to log in that is safe and known here; it offers {methods}.",
        "zh": "服务器没有提供可用且安全的登录方式，它提供的是：{methods}。",
    },
    "server_not_proved": {
        "en": "The server could not prove that it knows the password: it may be another one.",
        "zh": "服务器未能证明自己知道密码，它可能不是真正的服务器。",
    },
    "starttls_missing": {
        "en": "The server does not offer TLS in its protocol (step {step}).",
        "zh": "服务器未在协议中提供 TLS（{step} 步骤）。",
    },
    "service_refused": {
        "en": "The server is there and refuses service for now: {answer}",
        "zh": "服务器在线，但暂时拒绝服务：{answer}",
    },
    "too_many_connections": {
        "en": "The server has no room for another connection: {answer}",
        "zh": "服务器的连接数已满：{answer}",
    },
    "recipient_refused": {
        "en": "The server does not take mail for {recipient}: {answer}",
        "zh": "服务器不接收发给 {recipient} 的邮件：{answer}",
    },
    "host_not_allowed": {
        "en": "The server does not let this probe in: {answer}",
        "zh": "服务器不允许本探测端连接：{answer}",
    },
    "database_missing": {
        "en": "The server has no database “{database}”.",
        "zh": "服务器上没有数据库“{database}”。",
    },
    "query_failed": {
        "en": "The query failed: {answer}",
        "zh": "查询失败：{answer}",
    },
    "value_unexpected": {
        "en": "The value is “{value}”; expected is “{expected}”.",
        "zh": "得到的值是“{value}”，期望为“{expected}”。",
    },
    "value_missing": {
        "en": "There is no value for {name}.",
        "zh": "{name} 没有值。",
    },
    "is_read_only": {
        "en": "The server answers, but takes no writes (it is read-only).",
        "zh": "服务器有应答，但处于只读状态，不接受写入。",
    },
    "server_starting": {
        "en": "The server is starting up or shutting down: {answer}",
        "zh": "服务器正在启动或关闭：{answer}",
    },
    "server_error": {
        "en": "The server reports an error: {answer}",
        "zh": "服务器报告错误：{answer}",
    },
    "key_exchange_unknown": {
        "en": "The probe knows none of the ways to exchange keys that the server offers: {methods}.",
        "zh": "探测端不支持服务器提供的任何密钥交换方式：{methods}。",
    },
    "host_key_changed": {
        "en": "The server's host key is {fingerprint}; expected is {expected}.",
        "zh": "服务器的主机密钥是 {fingerprint}，期望为 {expected}。",
    },
}
