"""Why a conversation over TCP failed."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "connection_closed": {
        "en": "The server closed the connection at the step {step}.",
        "zh": "服务器在 {step} 这一步关闭了连接。",
    },
    "unexpected_answer": {
        "en": "At the step {step} the server answered “{answer}”; expected is {expected}.",
        "zh": "在 {step} 这一步，服务器的应答是“{answer}”，期望为 {expected}。",
    },
    "answer_too_long": {
        "en": "The server's answer at the step {step} is longer than {limit} bytes.",
        "zh": "服务器在 {step} 这一步的应答超过了 {limit} 字节。",
    },
}
