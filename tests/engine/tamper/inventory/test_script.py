"""What a piece of script says: skeleton, hosts and abilities."""

from __future__ import annotations

import pytest

from app.engine.tamper.inventory.named import hosts_in
from app.engine.tamper.inventory.script import read_script
from tests.bounded import within_cpu


def abilities(code: str) -> set[str]:
    return {name for name, _ in read_script(code).abilities}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("var a = 1;", "var a = 2;"),
        ('start("one", [1, 2]);', "start('another', [3, 4, 5]);"),
        ("go({k: 1, l: 'x'}); // now", "go({k: 7, l: 'yy'});"),
        ("var on = true;", "var on = false;"),
        ("go(-1);", "go( 5 );"),
    ],
)
def test_other_literals_make_no_other_script(one: str, other: str) -> None:
    assert read_script(one).skeleton == read_script(other).skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [("start(1);", "stop(1);"), ("a(1);", "a(1); b(1);"), ("x.y = 1;", "x.z = 1;")],
)
def test_other_words_make_another_script(one: str, other: str) -> None:
    assert read_script(one).skeleton != read_script(other).skeleton


@pytest.mark.parametrize(
    ("code", "ability"),
    [
        ("eval(x)", "eval"),
        ("new Function(x)()", "eval"),
        ('setTimeout("go()", 5)', "eval"),
        ("atob(x)", "decode"),
        ("String.fromCharCode(72, 105)", "decode"),
        ("var _0x1a2b = 1", "obfuscated"),
        ("document.write(x)", "write"),
        ('location.href = "//evil.example"', "location"),
        ('window.location.replace("//evil.example")', "location"),
        ('document.createElement("script")', "inject"),
        ("document.body.innerHTML = x", "page"),
        ('addEventListener("keydown", f)', "listen"),
        ('fetch("/c")', "network"),
        ("navigator.sendBeacon(u, d)", "network"),
        ("send(document.cookie)", "cookie"),
        ("new FormData(form)", "secret"),
        ("form.action = u", "action"),
        ("if (/baiduspider/i.test(ua)) go()", "visitor"),
        ('navigator.serviceWorker.register("/w.js")', "worker"),
        ("WebAssembly.instantiate(b)", "wasm"),
        ('new CoinHive.Anonymous("k")', "miner"),
        ('e.style.display = "none"', "hide"),
    ],
)
def test_it_tells_what_code_is_able_to_do(code: str, ability: str) -> None:
    assert ability in abilities(code)


@pytest.mark.parametrize(
    "code",
    ["menu.open()", "var total = price * 2;", "if (location.hash == '#a') show()", "var evaluation = 1"],
)
def test_plain_code_is_able_to_do_nothing(code: str) -> None:
    assert abilities(code) - {"own", "links"} == set()


@pytest.mark.parametrize(
    "code",
    [
        'x("https://evil.example/a")',
        'x("//evil.example/a")',
        "x('https:\\/\\/evil.example\\/a')",
        'x("ht" + "tps://evil" + ".example/a")',
        'x(atob("aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYQ=="))',
        'x("\\x68\\x74\\x74\\x70\\x3a\\x2f\\x2fevil.example/")',
        'x("\\u0068ttp://evil.example/")',
        "x(unescape('%68%74%74%70%3a%2f%2fevil.example/'))",
        "x(String.fromCharCode(104,116,116,112,58,47,47,101,118,105,108,46,101,120,97,109,112,108,101,47))",
        'x("/elpmaxe.live//:ptth".split("").reverse().join(""))',
        'x("wss://evil.example/socket")',
    ],
)
def test_it_finds_a_host_however_it_is_written(code: str) -> None:
    assert "evil.example" in read_script(code).hosts


def test_hosts_in_data_are_kept_apart_from_those_in_code() -> None:
    facts = read_script('var c = {"url": "https://data.example/x"}; go("https://code.example/");')
    assert facts.hosts == ("code.example",)
    assert facts.data_hosts == ("data.example",)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"@type": "Bakery", "url": "https://data.example/"}', "application/ld+json"),
        ('window.__STATE__ = {"a": [1, 2], "url": "https://data.example/"};', ""),
        ("<p>{{name}} https://data.example/</p>", "text/template"),
    ],
)
def test_what_does_not_run_is_data(text: str, kind: str) -> None:
    facts = read_script(text, kind)
    assert facts.is_data and not facts.hosts
    assert facts.data_hosts == ("data.example",)


def test_a_call_among_data_is_no_data() -> None:
    assert not read_script('window.__STATE__ = {"a": eval("1")};').is_data


def test_hosts_are_sorted_and_said_once() -> None:
    assert hosts_in("http://b.example/ https://a.example/ http://b.example/x") == ("a.example", "b.example")


@pytest.mark.parametrize(
    "code",
    [
        "[" * 100_000,
        "'" * 100_001,
        "a+" * 200_000,
        "/*" * 100_000,
        "{a:" * 60_000,
        "`${" * 60_000,
        '"\\x41' * 60_000,
        "1," * 200_000,
        "A" * 1_000_000,
    ],
)
def test_hostile_code_takes_bounded_time(code: str) -> None:
    with within_cpu(3):
        read_script(code)
