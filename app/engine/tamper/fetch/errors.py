"""Why nothing could be fetched: one sentence a key.

The keys are those of `app.engine.usability.reasons` wherever they mean the same. An observation carries the
key alone, so these sentences name no values.
"""

from __future__ import annotations

ERRORS: dict[str, dict[str, str]] = {
    "url_invalid": {"en": "The address is not one that can be fetched.", "zh": "该地址无法抓取。"},
    "dns_not_found": {"en": "The name does not exist.", "zh": "域名不存在。"},
    "dns_no_address": {"en": "The name has no address.", "zh": "域名没有对应的地址。"},
    "dns_failed": {"en": "The name servers could not answer.", "zh": "域名服务器无法解析该域名。"},
    "dns_timeout": {"en": "No name server answered in time.", "zh": "域名服务器未能及时答复。"},
    "address_refused": {
        "en": "The page leads to an address that is not public and not on the allow-list.",
        "zh": "页面指向非公网地址，且不在允许列表中。",
    },
    "connect_refused": {"en": "The server refused the connection.", "zh": "服务器拒绝了连接。"},
    "connect_timeout": {
        "en": "The server did not accept a connection in time.",
        "zh": "服务器没有及时接受连接。",
    },
    "connect_failed": {"en": "No connection came about.", "zh": "无法建立连接。"},
    "connection_reset": {"en": "The server broke the connection off.", "zh": "服务器中断了连接。"},
    "timeout": {"en": "The page did not come in time.", "zh": "页面没有在限定时间内返回。"},
    "tls_expired": {"en": "The certificate has expired.", "zh": "证书已过期。"},
    "tls_not_yet_valid": {"en": "The certificate is not valid yet.", "zh": "证书尚未生效。"},
    "tls_self_signed": {"en": "The certificate is signed by itself.", "zh": "证书是自签名的。"},
    "tls_untrusted": {
        "en": "The certificate does not lead to a trusted authority.",
        "zh": "证书不是由受信任的机构签发。",
    },
    "tls_wrong_host": {"en": "The certificate is for another name.", "zh": "证书不属于该域名。"},
    "tls_timeout": {"en": "The TLS handshake did not end in time.", "zh": "TLS 握手没有及时完成。"},
    "tls_failed": {"en": "The TLS handshake failed.", "zh": "TLS 握手失败。"},
    "empty_reply": {
        "en": "The server closed the connection without an answer.",
        "zh": "服务器没有应答就关闭了连接。",
    },
    "protocol_error": {"en": "The answer is not valid HTTP.", "zh": "响应不符合 HTTP 规范。"},
    "headers_too_large": {"en": "The answer's headers are too large.", "zh": "响应头过大。"},
    "body_incomplete": {"en": "The answer broke off before its end.", "zh": "响应内容不完整。"},
    "body_unreadable": {"en": "The answer's body could not be decoded.", "zh": "响应内容无法解码。"},
    "too_many_redirects": {"en": "There were too many redirects.", "zh": "重定向次数过多。"},
    "redirect_loop": {"en": "The redirects go in a circle.", "zh": "重定向形成循环。"},
    "redirect_invalid": {"en": "A redirect cannot be followed.", "zh": "有一次重定向无法跟随。"},
    "probe_overloaded": {"en": "CloudEye was too busy to judge.", "zh": "CloudEye 过于繁忙，无法判断。"},
    "probe_no_route": {
        "en": "CloudEye itself has no route to the server.",
        "zh": "CloudEye 自身没有到该服务器的路由。",
    },
    "probe_no_dns": {
        "en": "No name server answered CloudEye, not even about the root of all names.",
        "zh": "没有任何域名服务器答复 CloudEye，连根域名的查询也没有答复。",
    },
    "probe_stopped": {
        "en": "CloudEye was stopped before the page came.",
        "zh": "CloudEye 在页面返回之前停止了。",
    },
    "probe_error": {"en": "CloudEye failed by itself.", "zh": "CloudEye 自身出错。"},
    "browser_missing": {"en": "No Chromium is installed.", "zh": "没有安装 Chromium 浏览器。"},
    "browser_failed": {"en": "The browser failed.", "zh": "浏览器运行失败。"},
    "browser_timeout": {
        "en": "The browser did not finish with the page in time.",
        "zh": "浏览器没有在限定时间内完成页面加载。",
    },
    "browser_memory": {
        "en": "The page took more memory in the browser than it may.",
        "zh": "页面在浏览器中占用的内存超过了限制。",
    },
    "browser_crashed": {"en": "The page made the browser crash.", "zh": "页面导致浏览器崩溃。"},
    "too_large": {"en": "The page loads more than it may.", "zh": "页面加载的内容超过了限制。"},
    "download": {
        "en": "The address gives a file to save, no page.",
        "zh": "该地址返回的是下载文件，而不是页面。",
    },
}


def error_sentence(error: str | None, locale: str = "en") -> str:
    """The error as a sentence; empty when there is none. Unknown locales read English."""
    if error is None:
        return ""
    texts = ERRORS.get(error)
    return error if texts is None else texts.get(locale[:2], texts["en"])
