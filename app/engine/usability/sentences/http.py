"""Why an HTTP request did not come about, or came back otherwise than was asked: log-in, proxy, version."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "proxy_unreachable": {
        "en": "The proxy {proxy} could not be reached: {error}.",
        "zh": "无法连接代理 {proxy}：{error}。",
    },
    "proxy_login": {
        "en": "The proxy {proxy} did not accept the log-in.",
        "zh": "代理 {proxy} 拒绝了登录信息。",
    },
    "proxy_refused": {
        "en": "The proxy {proxy} did not get through to the target: {error}.",
        "zh": "代理 {proxy} 未能连通目标：{error}。",
    },
    "token_refused": {
        "en": "{url} gave no token: {error}.",
        "zh": "{url} 没有给出令牌：{error}。",
    },
    "token_unreachable": {
        "en": "The token could not be fetched from {url}: {error}.",
        "zh": "无法从 {url} 获取令牌：{error}。",
    },
    "http_version": {
        "en": "The server spoke HTTP/{got}; expected is HTTP/{expected}.",
        "zh": "服务器使用的是 HTTP/{got}，期望为 HTTP/{expected}。",
    },
    "tls_client_refused": {
        "en": "{host} did not accept the client's certificate: {error}.",
        "zh": "{host} 没有接受客户端证书：{error}。",
    },
}
