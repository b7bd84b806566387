"""What letters to single people say, in both languages: (title, body) by kind. `{…}` are facts.

Codes and links stand first: a text message may be cut.
"""

from __future__ import annotations

Texts = dict[str, tuple[str, str]]
LONGEST = 80
"""Characters of a name in a letter: names are typed by whoever registers, and could be adverts."""

WORDS: dict[str, Texts] = {
    "code": {
        "en": (
            "CloudEye: your code is {code}",
            "Your code is {code}. It is good for 10 minutes. Nobody of CloudEye will ever ask you for it; if "
            "you did not want one, you need not do anything.",
        ),
        "zh": (
            "云眼验证码：{code}",
            "您的验证码是 {code}，10 分钟内有效。请勿告诉任何人；如非本人操作，无需理会。",
        ),
    },
    "known": {
        "en": (
            "CloudEye: you have an account already",
            "This address has an account. Log in: {login} Forgot the password: {forgot} Somebody, probably "
            "you, wanted to register with it.",
        ),
        "zh": (
            "云眼：您已有账号",
            "此地址已有账号。登录：{login} 忘记密码：{forgot} 有人（可能是您本人）曾尝试用它注册。",
        ),
    },
    "reset": {
        "en": (
            "CloudEye: choose a new password",
            "Choose a new password with this link: {link} It is good for 30 minutes, once. If you did not "
            "ask for it, you need not do anything: your password stays as it is.",
        ),
        "zh": (
            "云眼：重设密码",
            "请通过此链接重设密码：{link} 30 分钟内有效，仅可使用一次。"
            "如非本人操作，无需理会，原密码保持不变。",
        ),
    },
    "invitation": {
        "en": (
            "CloudEye: {who} invites you to {organization}",
            "{who} invites you to {organization} on CloudEye as {role}. Within 7 days: {link}",
        ),
        "zh": (
            "云眼：{who} 邀请您加入 {organization}",
            "{who} 邀请您以{role}身份加入云眼上的 {organization}，7 天内有效：{link}",
        ),
    },
    "changed": {
        "en": (
            "CloudEye: the password of {account} was changed",
            "The password of {account} was changed, and every session has ended. If this was not you, choose "
            "a new one at once: {forgot}",
        ),
        "zh": (
            "云眼：{account} 的密码已更改",
            "{account} 的密码已更改，所有会话均已结束。如非本人操作，请立即重设密码：{forgot}",
        ),
    },
    "moved": {
        "en": (
            "CloudEye: {account} has a new address",
            "{new} is now the address of the account that had this one. If this was not you, tell an "
            "administrator of your organization at once.",
        ),
        "zh": (
            "云眼：{account} 的账号地址已更改",
            "此账号的地址已改为 {new}。如非本人操作，请立即联系您所在组织的管理员。",
        ),
    },
}
ROLE_WORDS = {
    "owner": {"en": "owner", "zh": "所有者"},
    "admin": {"en": "administrator", "zh": "管理员"},
    "operator": {"en": "operator", "zh": "操作员"},
    "viewer": {"en": "viewer", "zh": "只读成员"},
}


def text_of(kind: str, locale: str, facts: dict[str, str]) -> tuple[str, str]:
    """Title and body of a letter. What somebody typed is short in it, and brings no line of its own."""
    texts = WORDS[kind]
    title, body = texts.get(locale) or texts["en"]
    plain = {name: _short(" ".join(value.split())) for name, value in facts.items()}
    return title.format_map(plain), body.format_map(plain)


def _short(value: str) -> str:
    is_whole = value.startswith(("http://", "https://")) or len(value) <= LONGEST
    return value if is_whole else value[: LONGEST - 1] + "…"
