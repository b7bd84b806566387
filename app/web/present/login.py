"""Where somebody is logged in, as templates want it."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.service.access.logins import Login

# Each browser's line names its ancestors too: the first that fits is the one.
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("WeChat", r"MicroMessenger/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/"),
    ("curl", r"\Acurl/(\d+)"),
)
SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)
HOW = {
    "password": _l("Password"),
    "totp": _l("Password and code"),
    "recovery": _l("Password and recovery code"),
    "passkey": _l("Passkey"),
    "oidc": _l("Single sign-on"),
    "token": _l("Token"),
}


def device(agent: str) -> str:
    """Browser and system by what the browser says of itself; what says nothing known is shown cut short."""
    browser = next(
        (f"{name} {match[1]}" for name, pattern in BROWSERS if (match := re.search(pattern, agent))), ""
    )
    system = next((name for name, pattern in SYSTEMS if re.search(pattern, agent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or agent[:60] or _("Unknown device")


def login_row(login: Login) -> dict[str, Any]:
    return {
        "key": login.key,
        "device": device(login.agent),
        "agent": login.agent,
        "how": str(HOW.get(login.how, login.how)),
        "ip": login.ip,
        "began_at": login.began_at,
        "last_seen_at": login.last_seen_at,
        "is_current": login.is_current,
    }
