"""What is said of each outcome of `app.engine.bug.ownership`, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "ok": {"en": "The proof is in place.", "zh": "验证通过。"},
    "dns_needs_name": {
        "en": "{host} is an address, and addresses have no such records. Use the file instead.",
        "zh": "{host} 是 IP 地址，没有 DNS 记录可查。请改用文件验证。",
    },
    "dns_name_missing": {
        "en": "The name {name} does not exist yet. Add a TXT record with the value {expected}; new records "
        "may take "
        "some minutes to be seen.",
        "zh": "域名 {name} 还不存在。请添加值为 {expected} 的 TXT 记录；新记录可能要几分钟才能查到。",
    },
    "dns_txt_missing": {
        "en": "{name} exists but has no TXT record. Add one with the value {expected}.",
        "zh": "{name} 存在，但没有 TXT 记录。请添加值为 {expected} 的 TXT 记录。",
    },
    "dns_other_value": {
        "en": "The TXT record of {name} says “{found}” and not {expected}.",
        "zh": "{name} 的 TXT 记录是“{found}”，而不是 {expected}。",
    },
    "dns_timeout": {
        "en": "The name servers gave no answer about {name} in time. Nothing is wrong with the record; try "
        "again.",
        "zh": "查询 {name} 时域名服务器没有及时应答。这不说明记录有误，请稍后再试。",
    },
    "dns_failed": {
        "en": "The name servers refused or failed to answer about {name}. Check the zone, then try again.",
        "zh": "域名服务器拒绝或未能回答关于 {name} 的查询。请检查该域的配置后再试。",
    },
    "file_missing": {
        "en": "{url} answered with status {status}. Put a file there with the text {expected}.",
        "zh": "{url} 返回状态码 {status}。请在该位置放置内容为 {expected} 的文件。",
    },
    "file_wrong_body": {
        "en": "{url} says “{found}”. It has to be exactly {expected}, with nothing before or after it.",
        "zh": "{url} 的内容是“{found}”。内容必须恰好是 {expected}，前后不能有其他内容。",
    },
    "file_is_page": {
        "en": "{url} answered with a web page instead of the file: the server sends that address to its "
        "application "
        "or shows its own “not found” page. Serve the file as plain text.",
        "zh": "{url} 返回的是网页而不是该文件：服务器把这个地址交给了应用，或显示了自己的“未找到”页面。"
        "请以纯文本提供该文件。",
    },
    "catch_all": {
        "en": "The site gives the same kind of answer for an address that does not exist, so the file at "
        "{url} proves "
        "nothing. Serve it as a real file, or use the DNS record.",
        "zh": "网站对不存在的地址也给出同样的回答，所以 {url} 不能证明什么。请放置真实的文件，或改用 DNS "
        "记录。",
    },
    "redirected_away": {
        "en": "{url} redirects off the host, to {location}. The proof has to be on the host itself.",
        "zh": "{url} 重定向到了其他主机：{location}。验证内容必须在该主机本身上。",
    },
    "too_many_redirects": {
        "en": "{url} redirects again and again, lastly to {location}. Serve it directly.",
        "zh": "{url} 反复重定向，最后指向 {location}。请直接提供内容。",
    },
    "timeout": {
        "en": "{host} gave no whole answer in time. Try again when the site is reachable.",
        "zh": "{host} 没有及时给出完整的回答。请在网站可以访问时再试。",
    },
    "unreachable": {
        "en": "{host} could not be reached. Check that its name resolves and that it accepts connections.",
        "zh": "无法连接 {host}。请检查域名能否解析、主机是否接受连接。",
    },
    "address_refused": {
        "en": "{host} has an address that is not public. Networks of your own have to be allowed first.",
        "zh": "{host} 的地址不是公网地址。自有网络需要先加入允许列表。",
    },
    "tls_failed": {
        "en": "The encrypted connection to {host} failed: its certificate is not valid for this name, or "
        "not trusted.",
        "zh": "与 {host} 的加密连接失败：证书与域名不符或不受信任。",
    },
    "broken": {
        "en": "The answer of {host} broke off or was no HTTP.",
        "zh": "{host} 的回答中断，或不是 HTTP。",
    },
    "server_error": {
        "en": "{url} answered with status {status}: the site has a fault or is overloaded. Try again later.",
        "zh": "{url} 返回状态码 {status}：网站出错或过载。请稍后再试。",
    },
    "status_unexpected": {
        "en": "The home page {url} answered with status {status} and not 200.",
        "zh": "首页 {url} 返回状态码 {status}，而不是 200。",
    },
    "not_html": {
        "en": "The home page {url} is no HTML but {found}. Use the file or the DNS record.",
        "zh": "首页 {url} 不是 HTML，而是 {found}。请改用文件或 DNS 记录。",
    },
    "meta_missing": {
        "en": "The head of {url} has no such element. Add {tag} between <head> and </head>.",
        "zh": "{url} 的 head 中没有该标签。请在 <head> 与 </head> 之间加入 {tag}。",
    },
    "meta_other_value": {
        "en": "The element in the head of {url} says “{found}”. It has to be {tag}.",
        "zh": "{url} 的 head 中该标签的值是“{found}”，应为 {tag}。",
    },
    "meta_not_in_head": {
        "en": "The token stands somewhere in {url}, but not as an element of its head: what is in a "
        "comment, in the "
        "body or made by a script does not count. Add {tag} between <head> and </head>.",
        "zh": "{url} 中出现了令牌，但不是 head 里的标签：注释、正文或脚本生成的内容不算。请在 <head> 与 "
        "</head> 之间加入 {tag}。",
    },
}
