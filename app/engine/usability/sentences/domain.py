"""Why a domain's registration calls for somebody."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "domain_expired": {
        "en": "The registration of {domain} ended on {date}.",
        "zh": "{domain} 的注册已于 {date} 到期。",
    },
    "domain_expires_soon": {
        "en": "The registration of {domain} ends on {date}, in {days} days.",
        "zh": "{domain} 的注册将于 {date} 到期，还剩 {days} 天。",
    },
    "domain_on_hold": {
        "en": "The registry has taken {domain} out of the zone ({status}).",
        "zh": "注册局已暂停 {domain} 的解析（{status}）。",
    },
    "domain_redemption": {
        "en": "{domain} was not renewed and can still be bought back ({status}).",
        "zh": "{domain} 未续费，目前处于可赎回阶段（{status}）。",
    },
    "domain_pending_delete": {
        "en": "{domain} is about to be deleted and given to others ({status}).",
        "zh": "{domain} 即将被删除并重新开放注册（{status}）。",
    },
    "domain_pending_transfer": {
        "en": "{domain} is being transferred to another registrar ({status}).",
        "zh": "{domain} 正在转移到其他注册商（{status}）。",
    },
    "domain_not_registered": {
        "en": "{domain} is not registered, says {source}.",
        "zh": "{source} 表示 {domain} 尚未注册。",
    },
    "domain_no_expiry": {
        "en": "{source} does not tell when the registration of {domain} ends.",
        "zh": "{source} 没有公布 {domain} 的到期时间。",
    },
    "domain_no_registry": {
        "en": "No registry could be found that answers for {domain}.",
        "zh": "找不到负责 {domain} 的注册局查询服务。",
    },
    "domain_bad_answer": {
        "en": "What {source} sent is no answer about a domain: {error}.",
        "zh": "{source} 返回的内容不是有效的域名信息：{error}。",
    },
    "domain_http_status": {
        "en": "{source} answered with status {status} instead of the domain's record.",
        "zh": "{source} 返回状态码 {status}，没有给出域名信息。",
    },
    "domain_rate_limited": {
        "en": "{source} takes no more questions for now.",
        "zh": "{source} 暂时不再接受查询。",
    },
    "domain_timeout": {
        "en": "The registry of {domain} did not answer within {timeout_ms} ms.",
        "zh": "{domain} 的注册局没有在 {timeout_ms} 毫秒内答复。",
    },
}
