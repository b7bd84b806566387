"""Why a check failed: names, connections, TLS, HTTP, and the probe itself."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    # Names
    "dns_not_found": {"en": "The name {host} does not exist.", "zh": "域名 {host} 不存在。"},
    "dns_no_address": {"en": "The name {host} has no address.", "zh": "域名 {host} 没有对应的地址。"},
    "dns_failed": {
        "en": "The name servers could not answer for {host}.",
        "zh": "域名服务器无法解析 {host}。",
    },
    "dns_timeout": {
        "en": "No name server answered for {host} in time.",
        "zh": "域名服务器未能及时答复 {host}。",
    },
    "address_refused": {
        "en": "{host} leads to {address}, which is {why} and not on the allow-list.",
        "zh": "{host} 指向 {address}，该地址不是公网地址（{why}），且不在允许列表中。",
    },
    # Connection
    "connect_refused": {
        "en": "{address} refused the connection on port {port}.",
        "zh": "{address} 拒绝了端口 {port} 上的连接。",
    },
    "connect_timeout": {
        "en": "{address} did not accept a connection on port {port} within {timeout_ms} ms.",
        "zh": "{address} 在 {timeout_ms} 毫秒内没有接受端口 {port} 上的连接。",
    },
    "connect_failed": {
        "en": "No connection to {address} on port {port}: {error}.",
        "zh": "无法连接 {address} 的端口 {port}：{error}。",
    },
    "connection_reset": {
        "en": "The server broke the connection off ({error}).",
        "zh": "服务器中断了连接（{error}）。",
    },
    "timeout": {
        "en": "No complete answer within {timeout_ms} ms; it was waiting for {phase}.",
        "zh": "{timeout_ms} 毫秒内没有得到完整响应，停在：{phase}。",
    },
    # TLS
    "tls_expired": {
        "en": "The certificate of {host} has expired.",
        "zh": "{host} 的证书已过期。",
    },
    "tls_not_yet_valid": {
        "en": "The certificate of {host} is not valid yet.",
        "zh": "{host} 的证书尚未生效。",
    },
    "tls_self_signed": {
        "en": "The certificate of {host} is signed by itself.",
        "zh": "{host} 使用的是自签名证书。",
    },
    "tls_untrusted": {
        "en": "The certificate of {host} does not lead to a trusted authority: {error}.",
        "zh": "{host} 的证书不是由受信任的机构签发：{error}。",
    },
    "tls_wrong_host": {
        "en": "The certificate is not for {host}; it names {names}.",
        "zh": "证书不属于 {host}，证书上的名称是 {names}。",
    },
    "tls_timeout": {
        "en": "The TLS handshake with {host} did not end within {timeout_ms} ms.",
        "zh": "与 {host} 的 TLS 握手没有在 {timeout_ms} 毫秒内完成。",
    },
    "tls_failed": {
        "en": "The TLS handshake with {host} failed: {error}.",
        "zh": "与 {host} 的 TLS 握手失败：{error}。",
    },
    # HTTP
    "empty_reply": {
        "en": "The server closed the connection without an answer.",
        "zh": "服务器没有应答就关闭了连接。",
    },
    "protocol_error": {
        "en": "The answer is not valid HTTP: {error}.",
        "zh": "响应不符合 HTTP 规范：{error}。",
    },
    "headers_too_large": {
        "en": "The answer's headers are too large.",
        "zh": "响应头过大。",
    },
    "body_incomplete": {
        "en": "The answer broke off before its end ({error}).",
        "zh": "响应内容不完整（{error}）。",
    },
    "body_unreadable": {
        "en": "The answer's body could not be decoded ({error}), so the keyword could not be looked for.",
        "zh": "响应内容无法解码（{error}），因此无法检查关键词。",
    },
    "http_status": {
        "en": "The server answered {status}; expected is {accepted}.",
        "zh": "服务器返回状态码 {status}，期望为 {accepted}。",
    },
    "keyword_missing": {
        "en": "The page does not contain “{keyword}”.",
        "zh": "页面中没有找到“{keyword}”。",
    },
    "keyword_present": {
        "en": "The page contains “{keyword}”.",
        "zh": "页面中出现了“{keyword}”。",
    },
    "too_many_redirects": {
        "en": "There were more than {limit} redirects; the last one leads to {url}.",
        "zh": "重定向超过 {limit} 次，最后一次指向 {url}。",
    },
    "redirect_loop": {"en": "The redirects go in a circle at {url}.", "zh": "重定向在 {url} 处形成循环。"},
    "redirect_invalid": {
        "en": "The redirect to {url} cannot be followed: {error}",
        "zh": "无法跟随指向 {url} 的重定向：{error}",
    },
    # Turned round: what must not answer
    "answered": {
        "en": "It answers, though it must not.",
        "zh": "目标有应答，而它本不应该应答。",
    },
    # The probe itself: status unknown, never down
    "probe_overloaded": {
        "en": "The probe was too busy to judge: it was held up for {stolen_ms} ms.",
        "zh": "探测端过于繁忙，无法判断：被耽搁了 {stolen_ms} 毫秒。",
    },
    "probe_no_route": {
        "en": "The probe itself has no route to {address}.",
        "zh": "探测端自身没有到 {address} 的路由。",
    },
    "probe_no_dns": {
        "en": "No name server answered the probe, not even about the root of all names.",
        "zh": "没有任何域名服务器答复探测端，连根域名的查询也没有答复。",
    },
    "probe_stopped": {
        "en": "The probe was stopped before the check was done.",
        "zh": "探测端在检查完成之前停止了。",
    },
    "probe_error": {
        "en": "The probe failed by itself: {error}.",
        "zh": "探测端自身出错：{error}。",
    },
    "config_invalid": {
        "en": "The monitor's configuration cannot be used: {error}",
        "zh": "监测项的配置无法使用：{error}",
    },
}
