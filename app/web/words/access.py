"""What the audit log calls acts on log-ins, tokens and connected programs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

ACTIONS = {
    "session.end": _l("Session ended"),
    "session.end_all": _l("Logged out everywhere"),
    "session.end_others": _l("Other sessions ended"),
    "token.end_others": _l("Other log-ins by tokens ended"),
    "token.reuse": _l("A refresh token was used twice: log-in ended"),
    "api_token.create": _l("API token made"),
    "api_token.delete": _l("API token deleted"),
    "vendor.create": _l("Vendor entered"),
    "vendor.change": _l("Vendor changed"),
    "vendor.delete": _l("Vendor deleted"),
    "vendor_app.create": _l("App made"),
    "vendor_app.change": _l("App changed"),
    "vendor_app.rotate": _l("App given another secret"),
    "vendor_app.delete": _l("App deleted"),
}
