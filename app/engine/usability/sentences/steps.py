"""Why a check in steps could not go on; a failing step's own reason comes with the step's name before it."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "step_value_missing": {
        "en": "“{name}” could not be taken from the answer with {target}: {error}.",
        "zh": "无法用 {target} 从响应中提取“{name}”：{error}。",
    },
    "step_unusable": {
        "en": "The request cannot be made of the values from earlier answers: {error}",
        "zh": "无法用之前响应中的值构造请求：{error}",
    },
}
