"""Why a visit to an MQTT broker failed, beyond log-ins."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "mqtt_refused": {
        "en": "The broker refuses the connection: {answer}.",
        "zh": "MQTT 服务器拒绝连接：{answer}。",
    },
    "mqtt_subscribe_refused": {
        "en": "The broker refuses the subscription to {topic}: {answer}.",
        "zh": "MQTT 服务器拒绝订阅 {topic}：{answer}。",
    },
    "mqtt_publish_refused": {
        "en": "The broker takes no message for {topic}: {answer}.",
        "zh": "MQTT 服务器不接收发往 {topic} 的消息：{answer}。",
    },
    "mqtt_no_message": {
        "en": "No message came on {topic} in time.",
        "zh": "{topic} 上没有及时收到消息。",
    },
    "mqtt_other_message": {
        "en": "On {topic} came “{message}”; expected is “{expected}”.",
        "zh": "{topic} 上收到的是“{message}”，期望为“{expected}”。",
    },
    "mqtt_bad_packet": {
        "en": "What the broker sent at the step {step} is not MQTT: {error}.",
        "zh": "在 {step} 这一步收到的内容不符合 MQTT 协议：{error}。",
    },
    "mqtt_sent_away": {
        "en": "The broker ended the connection at the step {step}: {answer}.",
        "zh": "MQTT 服务器在 {step} 这一步结束了连接：{answer}。",
    },
}
