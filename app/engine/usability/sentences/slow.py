"""Why a good answer counts as trouble: it took too long."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "slow": {
        "en": "It answered, but took {total_ms} ms; more than {limit_ms} ms is slow.",
        "zh": "已响应，但耗时 {total_ms} 毫秒，超过 {limit_ms} 毫秒即视为缓慢。",
    },
}
