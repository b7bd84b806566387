"""Why a page in a browser is not what it should be, and what kept the browser itself from looking."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "page_unloaded": {
        "en": "The page had not finished loading within {timeout_ms} ms.",
        "zh": "页面没有在 {timeout_ms} 毫秒内加载完成。",
    },
    "page_hidden": {
        "en": "{target} is in the page, but not visible.",
        "zh": "页面中有 {target}，但不可见。",
    },
    "page_selector": {
        "en": "The browser does not understand the selector {target}: {error}.",
        "zh": "浏览器无法识别选择器 {target}：{error}。",
    },
    "page_console": {
        "en": "Scripts of the page reported {count} errors, first: {first}",
        "zh": "页面脚本报告了 {count} 个错误，第一个是：{first}",
    },
    "page_parts": {
        "en": "{count} parts of the page could not be loaded, first: {first}",
        "zh": "页面有 {count} 个资源加载失败，第一个是：{first}",
    },
    "page_slow": {
        "en": "{metric} took {got} ms; expected is less than {expected} ms.",
        "zh": "{metric} 耗时 {got} 毫秒，期望小于 {expected} 毫秒。",
    },
    "page_shifts": {
        "en": "The page's layout shifts by {got}; expected is less than {expected}.",
        "zh": "页面布局偏移为 {got}，期望小于 {expected}。",
    },
    "title_equals": {
        "en": "The title is “{got}”; expected is “{expected}”.",
        "zh": "标题为“{got}”，期望为“{expected}”。",
    },
    "title_not_equals": {
        "en": "The title is “{got}”, which it must not be.",
        "zh": "标题为“{got}”，而它不应为该内容。",
    },
    "title_contains": {
        "en": "The title is “{got}”, which does not contain “{expected}”.",
        "zh": "标题为“{got}”，其中没有“{expected}”。",
    },
    "title_not_contains": {
        "en": "The title is “{got}”, which must not contain “{expected}”.",
        "zh": "标题为“{got}”，其中不应出现“{expected}”。",
    },
    "title_matches": {
        "en": "The title is “{got}”, which does not match {expected}.",
        "zh": "标题为“{got}”，与正则表达式 {expected} 不匹配。",
    },
    "title_not_matches": {
        "en": "The title is “{got}”, which must not match {expected}.",
        "zh": "标题为“{got}”，不应与正则表达式 {expected} 匹配。",
    },
    "browser_timeout": {
        "en": "The page kept the browser busy for {timeout_ms} ms without coming to rest.",
        "zh": "页面让浏览器持续忙碌了 {timeout_ms} 毫秒，始终没有稳定下来。",
    },
    "browser_missing": {
        "en": "There is no Chromium where this was to be checked.",
        "zh": "探测端没有安装 Chromium。",
    },
    "browser_failed": {
        "en": "The browser could not be started, or ended by itself.",
        "zh": "浏览器无法启动，或自行退出了。",
    },
    "browser_crashed": {
        "en": "The browser crashed on the page.",
        "zh": "浏览器在加载页面时崩溃了。",
    },
    "browser_memory": {
        "en": "The page took more memory than a check may have.",
        "zh": "页面占用的内存超过了检查的上限。",
    },
    "browser_busy": {
        "en": "All browsers of the probe were busy.",
        "zh": "探测端的浏览器都在忙。",
    },
}
