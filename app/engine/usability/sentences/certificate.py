"""What is wrong, or soon will be, with a server's certificate and protocol."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "tls_expires_soon": {
        "en": "The certificate of {subject} ends in {days} days; wanted are {warn_days}.",
        "zh": "{subject} 的证书将在 {days} 天后到期，提前提醒天数为 {warn_days}。",
    },
    "tls_chain_expired": {
        "en": "The server sends along the certificate of {subject}, which has expired; "
        "some clients will refuse the connection.",
        "zh": "服务器发送的证书链中，{subject} 的证书已过期，部分客户端会拒绝连接。",
    },
    "tls_weak_key": {
        "en": "The certificate of {subject} has a weak key ({key}).",
        "zh": "{subject} 的证书使用了弱密钥（{key}）。",
    },
    "tls_weak_signature": {
        "en": "The certificate of {subject} is signed with a broken hash ({signature}).",
        "zh": "{subject} 的证书使用了不安全的签名算法（{signature}）。",
    },
    "tls_old_protocol": {
        "en": "The server still speaks {version}; the oldest permitted is TLS {oldest}.",
        "zh": "服务器仍支持 {version}，允许的最低版本是 TLS {oldest}。",
    },
    "tls_fingerprint": {
        "en": "The certificate's fingerprint is {fingerprint}; expected is {expected}.",
        "zh": "证书指纹为 {fingerprint}，期望为 {expected}。",
    },
    "tls_issuer": {
        "en": "The certificate is issued by {issuer}; expected is {expected}.",
        "zh": "证书由 {issuer} 签发，期望的签发者是 {expected}。",
    },
    "tls_changed": {
        "en": "The certificate has changed: it was {before} and is {now}.",
        "zh": "证书已变化：之前是 {before}，现在是 {now}。",
    },
    "tls_unreadable": {
        "en": "The server's certificate cannot be read.",
        "zh": "无法读取服务器的证书。",
    },
}
