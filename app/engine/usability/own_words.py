"""What the engine itself puts into sentences, in Chinese: why an answer could not be read, at which step.

Words of others (libcurl, OpenSSL, servers) stay as they are.
"""

from __future__ import annotations

import re

_CHINESE = {
    # Steps of a conversation; commands of protocols have no translation.
    "greeting": "欢迎信息",
    "log-in": "登录",
    "startup": "启动",
    "query": "查询",
    "send": "发送",
    "answer": "应答",
    "message": "消息",
    "handshake": "握手",
    "key exchange": "密钥交换",
    # Why an address is not for probes.
    "private": "内网地址",
    "loopback": "本机地址",
    "link-local": "链路本地地址",
    "multicast": "组播地址",
    "reserved": "保留地址",
    "unspecified": "未指定地址",
    "shared (carrier-grade NAT)": "运营商级 NAT 地址",
    "cloud metadata": "云元数据地址",
    "an IPv4 address in disguise": "伪装的 IPv4 地址",
    "a Teredo tunnel": "Teredo 隧道地址",
    "a 6to4 tunnel": "6to4 隧道地址",
    # What an answer is, and what it is not.
    "it is no JSON": "它不是 JSON",
    "no JSON": "不是 JSON",
    "no JSON object": "不是 JSON 对象",
    "it is no page": "它不是网页",
    "it cannot be read as a page": "无法按网页解析",
    "the page is too large": "页面过大",
    "the page is too large for this": "页面过大，无法用它查找",
    "the document is too large for this": "文档过大，无法用它查找",
    "the page has too many elements": "页面元素过多",
    "it is nested too deeply": "嵌套过深",
    "the regular expression took too long": "正则表达式耗时过长",
    "looking through the answer took too long": "检查响应耗时过长",
    "the answer is longer than what is read of it": "响应超过读取上限，总大小未知",
    "the packed data breaks off": "压缩数据不完整",
    "it ended within the headers": "响应头尚未结束连接就断开了",
    # Values that one step takes for another.
    "there was no answer": "没有响应",
    "nothing was found": "没有找到",
    "it is null": "值为 null",
    "the value is too long": "值过长",
    # Tokens
    "no answer": "没有响应",
    "no access_token": "没有 access_token",
    "the token has characters that no header may have": "令牌中含有请求头不允许的字符",
    # Registries
    "no domain object": "不是域名对象",
    "no field of a registration": "没有任何注册信息字段",
    "a bootstrap file without services": "引导文件中没有服务",
    # Redirects, and addresses made of values
    "The URL contains a space, a backslash or a control character.": "URL 含有空格、反斜杠或控制字符。",
    "The URL must begin with http:// or https://.": "URL 必须以 http:// 或 https:// 开头。",
    "The URL must not contain a user name or password.": "URL 不得包含用户名或密码。",
    "The URL has no readable host.": "URL 中没有可识别的主机。",
    "The port must be between 1 and 65535.": "端口必须在 1 到 65535 之间。",
    "The host in brackets is not an IPv6 address.": "方括号中的主机不是 IPv6 地址。",
    "The host is not a valid name.": "主机名无效。",
    "The host is not a valid international name.": "国际化域名无效。",
    "The host ends like an IPv4 address but is none.": "主机末尾像 IPv4 地址，但不是有效的地址。",
    # gRPC, MQTT, SNMP
    "an answer without grpc-status": "应答中没有 grpc-status",
    "no message": "没有消息",
    "a compressed message, though none was asked for": "消息被压缩，而请求中不允许压缩",
    "a message of another length than it says": "消息长度与声明的不一致",
    "a field of an unknown kind": "字段类型未知",
    "a field that is cut off": "字段不完整",
    "a number without an end": "数字没有结束",
    "a length without an end": "长度字段没有结束",
    "a CONNACK of a wrong length": "CONNACK 长度错误",
    "a SUBACK for something else": "SUBACK 对应的不是本次订阅",
    "a PUBACK for something else": "PUBACK 对应的不是本次发布",
    "a PUBLISH that is cut off or of a quality nobody asked for": "PUBLISH 不完整，或服务质量不是所请求的",
    "a PUBLISH without its number": "PUBLISH 缺少编号",
    "properties that are cut off": "属性不完整",
    "another version of SNMP": "SNMP 版本不同",
    "another community": "团体名不同",
    "another security model": "安全模型不同",
    "an answer to another question": "应答对应的不是本次查询",
    "an answer to another message": "应答对应的不是本次消息",
    "an answer of another engine": "应答来自另一个引擎",
    "an answer less protected than the question": "应答的保护级别低于查询",
    "a signature of another kind": "签名类型不同",
    "a wrong signature": "签名错误",
    "encrypted, though nothing was agreed": "应答已加密，但未协商加密",
    "no report of its engine": "没有报告其引擎",
    "an element is cut off": "元素不完整",
}
_AFTER_STATUS = re.compile(r"(HTTP [0-9]+), (.+)")
_WITH_MORE = re.compile(r"([^(]+) (\(.+)")


def in_language(text: str, language: str) -> str:
    """Words of the engine in a language; all others as they are."""
    if language != "zh" or not text:
        return text
    if text in _CHINESE:
        return _CHINESE[text]
    if (found := _AFTER_STATUS.fullmatch(text)) and found[2] in _CHINESE:
        return f"{found[1]}，{_CHINESE[found[2]]}"
    if (found := _WITH_MORE.fullmatch(text)) and found[1] in _CHINESE:
        return f"{_CHINESE[found[1]]} {found[2]}"
    return text
