"""What each rule says, in every language. A value that is missing shows as "?"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SENTENCES: dict[str, dict[str, str]] = {
    "own_network": {
        "en": "The probe's own network was down ({places}), so this says nothing about the target.",
        "zh": "探测端自身的网络中断（{places}），不能说明目标有问题。",
    },
    "everything_fails_here": {
        "en": "{failing} of {sites} other sites fail from here at the same time: probably our own network.",
        "zh": "同一时间从这里探测的其他 {sites} 个站点中有 {failing} 个也失败，很可能是我们自己的网络问题。",
    },
    "refuses_some_places": {
        "en": "The target answers, but refuses checks from {places} ({status}): a firewall or a limit.",
        "zh": "目标有应答，但拒绝来自 {places} 的检查（{status}），可能是防火墙或限流。",
    },
    "name_differs_by_place": {
        "en": "The name cannot be resolved from {places}, but elsewhere it can: name servers disagree.",
        "zh": "{places} 无法解析域名，其他地方可以：各处的域名服务器不一致。",
    },
    "address_differs_by_place": {
        "en": "From {places} the name leads to {address}, elsewhere to {other}; only the former fails.",
        "zh": "{places} 解析到 {address}，其他地方解析到 {other}，只有前者失败。",
    },
    "path_from_some_places": {
        "en": "It cannot be reached from {places}, but from {good} it can: the way there is broken.",
        "zh": "{places} 无法到达目标，而 {good} 可以：到目标的线路有问题。",
    },
    "registration": {
        "en": "The registration of the domain {domain} is the matter, not a server.",
        "zh": "问题出在域名 {domain} 的注册状态，而不是服务器。",
    },
    "name_gone": {
        "en": "The name {host} is gone from DNS; it led to {address}.",
        "zh": "域名 {host} 的解析记录已不存在，此前指向 {address}。",
    },
    "name_missing": {
        "en": "DNS has nothing of that kind for {host}: mistyped, not entered yet, or taken away.",
        "zh": "DNS 中没有 {host} 的相应记录：可能拼写有误、尚未添加或已被删除。",
    },
    "name_servers": {
        "en": "The name servers of {host} do not answer as they should.",
        "zh": "{host} 的域名服务器没有正常应答。",
    },
    "name_says_otherwise": {
        "en": "DNS answers something else than it should.",
        "zh": "DNS 的应答与预期不符。",
    },
    "name_leads_inside": {
        "en": "The name leads to {address}, which is not a public address.",
        "zh": "域名指向 {address}，这不是公网地址。",
    },
    "address_changed": {
        "en": "The name leads to {address} now, no longer to {before}, and fails there.",
        "zh": "域名现在指向 {address}，不再是 {before}，并且在新地址上失败。",
    },
    "certificate_over": {
        "en": "The certificate's time is over, or nearly so: it has to be renewed.",
        "zh": "证书已过期或即将过期，需要更换。",
    },
    "certificate_early": {
        "en": "The certificate is not valid yet: it is too new, or a clock is wrong.",
        "zh": "证书尚未生效：证书太新，或某处时钟不准。",
    },
    "certificate_changed": {
        "en": "The certificate was replaced by one from {issuer} (before: {before}), which does not fit.",
        "zh": "证书换成了由 {issuer} 签发的（原为 {before}），并且不合要求。",
    },
    "certificate_wrong": {
        "en": "The certificate does not fit: wrong name, unknown issuer, or too weak.",
        "zh": "证书不合要求：名称不符、签发者不受信任或强度不足。",
    },
    "handshake": {
        "en": "The connection stands, but TLS cannot be agreed on.",
        "zh": "连接已建立，但 TLS 握手无法完成。",
    },
    "handshake_hangs": {
        "en": "The connection stands, but the server does not go on with TLS: it is overloaded or stuck.",
        "zh": "连接已建立，但服务器没有继续 TLS 握手：可能过载或卡死。",
    },
    "port_closed": {
        "en": "The machine at {address} answers, but nothing listens on port {port}: no service runs.",
        "zh": "主机 {address} 有应答，但端口 {port} 无人监听：服务没有运行。",
    },
    "host_up_port_silent": {
        "en": "{address} can be reached, but its port {port} is silent: the service hangs, or a firewall.",
        "zh": "主机 {address} 可以到达，但端口 {port} 没有响应：服务卡死，或被防火墙丢弃。",
    },
    "path_ends": {
        "en": "Packets come as far as {last} (hop {hops}) and no further: the way to the target is broken.",
        "zh": "数据包只能到达 {last}（第 {hops} 跳），之后中断：到目标的线路有问题。",
    },
    "whole_site_silent": {
        "en": "{others} more monitors of the site fail and none is fine: the whole server or its network.",
        "zh": "该站点另外 {others} 个监测项也失败，没有一个正常：整台服务器或其网络中断。",
    },
    "host_silent": {
        "en": "{address} does not answer at all: the server or the way to it is down.",
        "zh": "{address} 完全没有应答：服务器或到它的线路中断。",
    },
    "tampered": {
        "en": "What the page says is wrong, and the watched page {watch} has an open tamper alert.",
        "zh": "页面内容不对，且受监视页面“{watch}”有未处理的篡改告警。",
    },
    "after_release": {
        "en": "It began {minutes} minutes after a release was announced.",
        "zh": "在发布公告 {minutes} 分钟后开始。",
    },
    "gateway": {
        "en": "The front answers {status}: the application behind it does not answer.",
        "zh": "前端返回 {status}：其后的应用没有应答。",
    },
    "too_many_requests": {
        "en": "The target limits requests, ours among them.",
        "zh": "目标对请求做了限流，我们的检查也受限。",
    },
    "refuses": {
        "en": "The target answers, but does not let the check in ({status}).",
        "zh": "目标有应答，但拒绝了检查请求（{status}）。",
    },
    "gone": {
        "en": "The server works, but the page is not there ({status}).",
        "zh": "服务器正常，但页面不存在（{status}）。",
    },
    "application_error": {
        "en": "The server answers, and its application fails ({status}).",
        "zh": "服务器有应答，但应用出错（{status}）。",
    },
    "other_status": {
        "en": "The server answers with another status than expected ({status}).",
        "zh": "服务器返回了与预期不同的状态码（{status}）。",
    },
    "slower_and_slower": {
        "en": "It connects, but is too late, and had grown {times} times slower before: overload.",
        "zh": "可以连接但未及时应答，此前响应时间已增至 {times} 倍：应用过载。",
    },
    "no_answer_in_time": {
        "en": "It connects, but the application does not answer in time.",
        "zh": "可以连接，但应用没有及时应答。",
    },
    "stalls": {
        "en": "The exchange began and came to a stop: the server, or the way back.",
        "zh": "通信开始后中途停滞：服务器或回程线路有问题。",
    },
    "cut_off": {
        "en": "The server breaks off before it has answered: it crashes, or something before it cuts in.",
        "zh": "服务器在应答完成前断开连接：进程崩溃，或前端设备干预。",
    },
    "busy": {
        "en": "The server says that it takes no more, or not yet.",
        "zh": "服务器表示无法接受更多连接，或尚未就绪。",
    },
    "proxy": {
        "en": "The proxy on the way does not let the check through.",
        "zh": "途中的代理没有放行检查请求。",
    },
    "slow_name": {
        "en": "The name lookup takes {ms} ms instead of {usual_ms} ms.",
        "zh": "域名解析耗时 {ms} 毫秒，平时为 {usual_ms} 毫秒。",
    },
    "slow_path": {
        "en": "Connecting takes {ms} ms instead of {usual_ms} ms: the way is longer or crowded.",
        "zh": "建立连接耗时 {ms} 毫秒，平时为 {usual_ms} 毫秒：线路变长或拥塞。",
    },
    "slow_handshake": {
        "en": "The TLS handshake takes {ms} ms instead of {usual_ms} ms: the server is short of CPU.",
        "zh": "TLS 握手耗时 {ms} 毫秒，平时为 {usual_ms} 毫秒：服务器 CPU 不足。",
    },
    "slow_application": {
        "en": "The first byte takes {ms} ms instead of {usual_ms} ms: the application works longer.",
        "zh": "首字节耗时 {ms} 毫秒，平时为 {usual_ms} 毫秒：应用处理变慢。",
    },
    "slow_transfer": {
        "en": "The transfer takes {ms} ms instead of {usual_ms} ms: less bandwidth, or a larger page.",
        "zh": "内容传输耗时 {ms} 毫秒，平时为 {usual_ms} 毫秒：带宽下降或页面变大。",
    },
    "redirects": {
        "en": "The redirects lead nowhere: the application or its front is configured wrongly.",
        "zh": "重定向无法走通：应用或前端配置有误。",
    },
    "says_otherwise": {
        "en": "The server answers, but what it says is not what it should say.",
        "zh": "服务器有应答，但内容与预期不符。",
    },
    "service_error": {
        "en": "The service answers, and reports trouble of its own.",
        "zh": "服务有应答，但自身报告异常。",
    },
    "job_silent": {
        "en": "The job did not report: it did not run, hangs, or cannot reach us.",
        "zh": "任务没有上报：没有运行、卡住，或无法连接到本系统。",
    },
    "other_failure": {
        "en": "The target answers, but not as it should.",
        "zh": "目标有应答，但不符合要求。",
    },
    "unclear": {
        "en": "No rule tells whose fault it is.",
        "zh": "没有规则能判断是哪里的问题。",
    },
}


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def cause_sentence(rule: str, values: Mapping[str, Any], locale: str = "en") -> str:
    """What a rule says, in a language; unknown locales read English."""
    texts = SENTENCES.get(rule)
    if texts is None:
        return rule
    return texts["zh" if locale[:2] == "zh" else "en"].format_map(_Values(values))
