import pytest

from app.engine.bug.checks.scripts import look
from tests.engine.bug.checks.sight import by_page, html, page, rules


def seen(code: str) -> set[str]:
    return rules(by_page(look, page(html(f"<script>{code}</script>"))))


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("document.write(location.hash.slice(1));", "dom-injection"),
        ("out.innerHTML = 'Hello ' + decodeURIComponent(location.search);", "dom-injection"),
        (
            "var q = new URLSearchParams(location.search).get('q');\nbox.innerHTML = 'You asked: ' + q;",
            "dom-injection",
        ),
        ("const name = location.hash.substring(1); eval(name);", "dom-injection"),
        ("$('#x').html(window.location.hash);", "dom-injection"),
        ("location.href = new URLSearchParams(location.search).get('next');", "open-redirect"),
        ("parent.postMessage({token: t}, '*');", "message-to-any"),
        ("window.addEventListener('message', function (e) { box.innerHTML = e.data; });", "message-from-any"),
        ("localStorage.setItem('access_token', t);", "stored-token"),
        ("localStorage.jwt = t;", "stored-token"),
        ("document.cookie = 'session_id=' + id;", "session-cookie"),
        ("var hash = md5(form.password.value);", "weak-hash"),
        ("var resetToken = Math.random().toString(36);", "weak-random"),
        ("document.domain = 'site.example';", "shared-domain"),
        ("if (document.f.password.value === 'Winter99') { open(); }", "client-side-login"),
    ],
)
def test_it_sees_what_a_script_should_not_do(code: str, rule: str) -> None:
    assert rule in seen(code)


@pytest.mark.parametrize(
    "code",
    [
        "out.textContent = location.hash.slice(1);",
        "out.innerHTML = DOMPurify.sanitize(location.hash);",
        "out.innerHTML = encodeURIComponent(location.search);",
        "var page = location.pathname; out.innerHTML = '<b>x</b>';",
        "if (location.hash === '#a') { out.innerHTML = '<b>a</b>'; }",
        "var q = parseInt(location.search.slice(1)); out.innerHTML = q;",
        "location.href = '/next';",
        "document.cookie = 'theme=dark'; var seed = Math.random(); var sum = md5(file);",
        "if (typeof this.password === 'function') { ask(); }",
        "window.postMessage('setImmediate$1', '*'); frame.postMessage('ready', '*');",
        "parent.postMessage({a: 1}, 'https://shop.site.example');",
        "addEventListener('message', function (e) { if (e.origin !== o) return; box.innerHTML = e.data; });",
        "localStorage.setItem('theme', 'dark'); localStorage.setItem('csrfToken', t);",
        "if (password === '') { warn(); } if (type == 'password') { show(); }",
    ],
)
def test_it_is_content_with_a_careful_script(code: str) -> None:
    assert not seen(code)


def test_it_leaves_libraries_to_the_check_of_libraries() -> None:
    code = "document.write(location.hash);"
    assert by_page(look, page(code, "/shop.js", kind="text/javascript"))
    assert not by_page(look, page(code, "/jquery-3.js", kind="text/javascript"))
    assert not by_page(look, page("/*! Widget v1 */" + code, "/w.js", kind="text/javascript"))


def test_templates_and_data_are_no_scripts() -> None:
    code = "document.write(location.hash);"
    assert not by_page(look, page(html(f'<script type="text/template">{code}</script>')))
