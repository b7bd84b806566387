# ruff: noqa: E501 — keys read best unbroken


import pytest

from app.engine.bug.checks.secrets import look
from tests.bounded import within_cpu
from tests.engine.bug.checks.sight import by_page, html, page, rules

# Put together here, so that no scanner of repositories takes them for real ones.
RANDOM = "q7Rz2LmX9vTb4KwY8sNc3HfJ6dPg5EaU1oQi0VtZ"
KEYS = {
    "AWS access key": "AKIA" + "Q4XHTZ7PLMN2VB5C",
    "Google API key": "AIza" + "SyB7q2Rz9LmXvTb4KwY8sNc3HfJ6dPg5EaU",
    "GitHub token": "ghp_" + RANDOM[:36],
    "GitLab token": "glpat-" + RANDOM[:20],
    "Slack token": "xoxb-" + "293847561029-" + RANDOM[:24],
    "Stripe secret key": "sk_live_" + RANDOM[:24],
    "SendGrid key": "SG." + RANDOM[:22] + "." + RANDOM + "abc",
    "Mailgun key": "key-" + "3f9a7c21e8b04d56a1f2938c7e5d4b60",
    "npm token": "npm_" + RANDOM[:36],
    "Alibaba Cloud access key": "LTAI" + "5t" + RANDOM[:18],
    "Tencent Cloud secret id": "AKID" + RANDOM[:32],
    "Telegram bot token": "729384756:AA" + RANDOM[:33],
    "Slack webhook": "hooks.slack.com/services/T02AB3CD4/B05EF6GH7/" + RANDOM[:24],
    "DingTalk webhook": "oapi.dingtalk.com/robot/send?access_token=" + "3f9a7c21e8b04d56" * 4,
    "WeCom webhook": "qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7e0c-4bc4-97a0-0ec2sifa5aaa".replace("si", "51"),
    "Feishu webhook": "open.feishu.cn/open-apis/bot/v2/hook/693a91f6-7e0c-4bc4-97a0-0ec251fa5aaa",
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----\\nMIIEowIBAAKCAQEA7q2Rz9LmXvTb4KwY8sNc3HfJ6dPg5EaU1oQi0VtZb7Yx",
    "password in a database's address": "postgres" + "://shop:Kw8sNc3H@db.site.example/shop",
    "password in a connection string": "Server=db;Database=shop;User Id=sa;Password=Kw8sNc3H;",
    "log-in in an address": "https" + "://deploy:Kw8sNc3H@git.site.example/x",
    "password hash": "$2b$12$" + RANDOM[:22] + RANDOM[:31],
}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_it_sees_a_key_in_a_script(kind: str) -> None:
    hits = by_page(look, page(f'const setting = "{KEYS[kind]}";', "/app.js", kind="text/javascript"))
    assert [hit.detail["kind"] for hit in hits] == [kind]
    assert KEYS[kind] not in hits[0].evidence


@pytest.mark.parametrize("kind", KEYS)
def test_it_sees_a_key_in_a_comment_and_an_inline_script(kind: str) -> None:
    assert by_page(look, page(html(f"<!-- {KEYS[kind]} -->")))
    assert by_page(look, page(html(f'<script>x("{KEYS[kind]}")</script>')))


@pytest.mark.parametrize("kind", KEYS)
def test_it_passes_over_a_key_that_documentation_shows(kind: str) -> None:
    assert not by_page(look, page(html(f"<p>Write it so:</p><pre><code>{KEYS[kind]}</code></pre>")))


@pytest.mark.parametrize(
    "text",
    [
        'key = "AKIAIOSFODNN7EXAMPLE"',
        'apiKey: "your-api-key-goes-here"',
        'api_key = "xxxxxxxxxxxxxxxxxxxxxxxx"',
        'secret: "process.env.CLIENT_SECRET"',
        'access_token: "access_token_response_type"',
        'secretKey: "ApplicationSecretKeyLabel"',
        'password: "Password"',
        'password: "#password-field"',
        'password:"password",email:"email"',
        '{password:"Passwort",pwd:"form.pwd"}',
        'passwd: "new_password_2"',
        '"password": "at-least-8"',
        "https://user:password@site.example/",
        "mysql://user:pass@localhost/db",
        "postgres://user:${PASSWORD}@db/x",
        'sha = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
        "AAAAB3NzaC1yc2EAAAADAQABAAABAQDAKIAQ4XHTZ7PLMN2VB5Cabcdef",
        '"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"',
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_it_passes_over_what_is_no_secret(text: str) -> None:
    assert not by_page(look, page(f"const a = {{ {text} }};", "/app.js", kind="text/javascript"))


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (f'var api_key = "{RANDOM[:32]}";', "assigned-key"),
        (f"clientSecret: '{RANDOM[:24]}',", "assigned"),
        ('const dbPassword = "Sommer2024!";', "password"),
        ('login({ username: "admin", password: "letmein" })', "password"),
        ('if (password === "Winter#99") { open(); }', "password"),
        ('t = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0NzExIn0.c2lnbmF0dXJlLW9mLXNvbWV0aGluZw"', "token"),
        ('t = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0NzExIn0."', "weak-token"),
        (f'firebase({{apiKey: "{KEYS["Google API key"]}", authDomain: "x.firebaseapp.com"}})', "public-key"),
        (f'x = "sk_test_{RANDOM[:24]}"', "test-key"),
    ],
)
def test_it_knows_a_secret_by_its_name_or_its_form(code: str, rule: str) -> None:
    assert rule in rules(by_page(look, page(code, "/app.js", kind="text/javascript")))


def test_it_reads_a_large_script_fast() -> None:
    code = 'function f(a){return a.password=a.token||"abc"+a.key;}var t={secret:a,"x":[1,2,3]};\n' * 12_000
    sight = page(code, "/large.js", kind="text/javascript")
    with within_cpu(1.0):
        by_page(look, sight)


def test_it_sees_a_connection_that_stands_there_for_no_explanation() -> None:
    kind = "password in a database's address"
    assert rules(by_page(look, page(html(f"<pre>{KEYS[kind]}</pre>")))) == {"connection"}
    assert not by_page(look, page(html("<pre>postgres://shop:mypassword@db.site.test/shop</pre>")))
