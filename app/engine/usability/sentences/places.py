"""Why nothing is known: the probe's own network."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "probe_offline": {
        "en": "The probe's own network was gone: none of its control targets answered either.",
        "zh": "探测端自身的网络中断：所有对照目标也都没有应答。",
    },
}
