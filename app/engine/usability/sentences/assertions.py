"""Why an answer is not what was expected of it: one sentence for each thing looked at and each comparison."""

from __future__ import annotations

_SUBJECTS = {
    "header": {"en": "The header {target}", "zh": "响应头 {target}"},
    "json": {"en": "{target} in the JSON answer", "zh": "JSON 响应中的 {target}"},
    "xpath": {"en": "{target} in the page", "zh": "页面中的 {target}"},
    "css": {"en": "{target} in the page", "zh": "页面中的 {target}"},
    "url": {"en": "The address at the end", "zh": "最终网址"},
}
_COMPARED = {
    "equals": {"en": " is “{got}”; expected is “{expected}”.", "zh": "为“{got}”，期望为“{expected}”。"},
    "not_equals": {"en": " is “{got}”, which it must not be.", "zh": "为“{got}”，而它不应为该值。"},
    "contains": {
        "en": " is “{got}”, which does not contain “{expected}”.",
        "zh": "为“{got}”，其中没有“{expected}”。",
    },
    "not_contains": {
        "en": " is “{got}”, which must not contain “{expected}”.",
        "zh": "为“{got}”，其中不应出现“{expected}”。",
    },
    "matches": {
        "en": " is “{got}”, which does not match {expected}.",
        "zh": "为“{got}”，与正则表达式 {expected} 不匹配。",
    },
    "not_matches": {
        "en": " is “{got}”, which must not match {expected}.",
        "zh": "为“{got}”，不应与正则表达式 {expected} 匹配。",
    },
    "less_than": {
        "en": " is {got}; expected is less than {expected}.",
        "zh": "为 {got}，期望小于 {expected}。",
    },
    "greater_than": {
        "en": " is {got}; expected is more than {expected}.",
        "zh": "为 {got}，期望大于 {expected}。",
    },
    "missing": {"en": " is missing.", "zh": "不存在。"},
    "unwanted": {
        "en": " is there (“{got}”), though it must not be.",
        "zh": "存在（“{got}”），而它不应存在。",
    },
}
_LOCALES = ("en", "zh")

REASONS: dict[str, dict[str, str]] = {
    **{
        f"{subject}_{comparison}": {locale: words[locale] + rest[locale] for locale in _LOCALES}
        for subject, words in _SUBJECTS.items()
        for comparison, rest in _COMPARED.items()
    },
    "body_equals": {
        "en": "The answer's text is not “{expected}” but begins with “{got}”.",
        "zh": "响应正文不是“{expected}”，开头为“{got}”。",
    },
    "body_not_equals": {
        "en": "The answer's text is “{expected}”, which it must not be.",
        "zh": "响应正文为“{expected}”，而它不应为该内容。",
    },
    "body_contains": {
        "en": "The answer's text does not contain “{expected}”.",
        "zh": "响应正文中没有“{expected}”。",
    },
    "body_not_contains": {
        "en": "The answer's text contains “{expected}”.",
        "zh": "响应正文中出现了“{expected}”。",
    },
    "body_matches": {
        "en": "Nothing in the answer's text matches {expected}.",
        "zh": "响应正文与正则表达式 {expected} 不匹配。",
    },
    "body_not_matches": {
        "en": "Something in the answer's text matches {expected}.",
        "zh": "响应正文与正则表达式 {expected} 匹配，而它不应匹配。",
    },
    "too_slow": {
        "en": "The answer took {got} ms; expected is less than {expected} ms.",
        "zh": "响应耗时 {got} 毫秒，期望小于 {expected} 毫秒。",
    },
    "certificate_ends": {
        "en": "The certificate ends in {got} days; expected are more than {expected}.",
        "zh": "证书还有 {got} 天到期，期望多于 {expected} 天。",
    },
    "size_less_than": {
        "en": "The answer has {got} bytes; expected are fewer than {expected}.",
        "zh": "响应大小为 {got} 字节，期望小于 {expected} 字节。",
    },
    "size_greater_than": {
        "en": "The answer has {got} bytes; expected are more than {expected}.",
        "zh": "响应大小为 {got} 字节，期望大于 {expected} 字节。",
    },
    "redirects_equals": {
        "en": "There were {got} redirects; expected are {expected}.",
        "zh": "发生了 {got} 次重定向，期望为 {expected} 次。",
    },
    "redirects_less_than": {
        "en": "There were {got} redirects; expected are fewer than {expected}.",
        "zh": "发生了 {got} 次重定向，期望少于 {expected} 次。",
    },
    "redirects_greater_than": {
        "en": "There were {got} redirects; expected are more than {expected}.",
        "zh": "发生了 {got} 次重定向，期望多于 {expected} 次。",
    },
    "http_status_refused": {
        "en": "The server answered {status}, which is not accepted.",
        "zh": "服务器返回了不被接受的状态码 {status}。",
    },
    "content_unreadable": {
        "en": "{target} could not be looked for in the answer: {error}.",
        "zh": "无法在响应中查找 {target}：{error}。",
    },
    "assertion_unjudged": {
        "en": "The answer could not be judged by {target}: {error}.",
        "zh": "无法用 {target} 判断响应：{error}。",
    },
}
