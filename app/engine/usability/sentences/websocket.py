"""Why a WebSocket check failed."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "ws_refused": {
        "en": "The server answered {status} instead of going over to WebSocket.",
        "zh": "服务器返回 {status}，没有切换到 WebSocket。",
    },
    "ws_handshake": {
        "en": "The server's WebSocket handshake is wrong: {header} is “{answer}”.",
        "zh": "服务器的 WebSocket 握手有误：{header} 为“{answer}”。",
    },
    "ws_subprotocol": {
        "en": "The server chose the subprotocol “{answer}”; wanted is {expected}.",
        "zh": "服务器选择的子协议是“{answer}”，期望为 {expected}。",
    },
    "ws_closed": {
        "en": "The server closed the WebSocket with code {code} ({answer}).",
        "zh": "服务器以代码 {code} 关闭了 WebSocket（{answer}）。",
    },
    "ws_broken": {
        "en": "The server sent a WebSocket frame that breaks the protocol ({error}).",
        "zh": "服务器发送了不符合协议的 WebSocket 帧（{error}）。",
    },
}
