"""Why a DNS monitor failed, beyond names that do not exist."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "dns_no_reply": {
        "en": "{server} did not answer the question for {host}.",
        "zh": "{server} 没有答复对 {host} 的查询。",
    },
    "dns_bad_reply": {
        "en": "What {server} sent is no answer to the question for {host}.",
        "zh": "{server} 发来的内容不是对 {host} 查询的有效答复。",
    },
    "dns_servfail": {
        "en": "{server} could not find the answer for {host} (SERVFAIL).",
        "zh": "{server} 解析 {host} 失败（SERVFAIL）。",
    },
    "dns_refused": {
        "en": "{server} refuses to answer for {host} (REFUSED).",
        "zh": "{server} 拒绝答复 {host}（REFUSED）。",
    },
    "dns_rcode": {
        "en": "{server} answered for {host} with the error {rcode}.",
        "zh": "{server} 对 {host} 的答复是错误 {rcode}。",
    },
    "dns_no_data": {
        "en": "The name {host} exists, but has no {type} record.",
        "zh": "域名 {host} 存在，但没有 {type} 记录。",
    },
    "dns_wrong_answer": {
        "en": "The {type} records of {host} are {answers}; expected is {expected}.",
        "zh": "{host} 的 {type} 记录是 {answers}，期望为 {expected}。",
    },
    "dns_answer_changed": {
        "en": "The {type} records of {host} have changed from {known} to {answers}.",
        "zh": "{host} 的 {type} 记录已从 {known} 变为 {answers}。",
    },
    "dns_not_authenticated": {
        "en": "{server} does not vouch for the answer for {host} by DNSSEC.",
        "zh": "{server} 没有确认 {host} 的答复通过了 DNSSEC 验证。",
    },
    "dns_serials_differ": {
        "en": "The name servers of {host} hold different versions of the zone: {serials}.",
        "zh": "{host} 的各域名服务器上的区域版本不一致：{serials}。",
    },
    "dns_server_missing": {
        "en": "Of the name servers of {host}, {server} does not answer for the zone ({why}).",
        "zh": "{host} 的域名服务器中，{server} 没有答复该区域的查询（{why}）。",
    },
}
