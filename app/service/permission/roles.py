"""What each role may."""

from __future__ import annotations

PUBLIC = "public"
"""Anybody, logged in or not."""
SELF = "self"
"""Any logged-in user, about themselves. A deployment token is no user; what is narrowed may only read."""
SESSION = "session"
"""Any user who has logged in with a session, about themselves: passwords, second factors, tokens, sessions.

Nothing that lies in a script or an app can do it, so that who finds a token cannot keep the account.
"""

_VIEWER = {"site.read", "usability.read", "tamper.read", "channel.read", "settings.read", "user.read"}
_VIEWER |= {"bug.read", "status.read", "file.read"}
_VIEWER |= {"job.read", "job.write"}
_VIEWER |= {"routing.read"}
_OPERATOR = _VIEWER | {"site.write", "usability.write", "usability.run", "incident.write", "file.write"}
_OPERATOR |= {"tamper.write", "tamper.run", "tamper.approve", "deployment.announce"}
_OPERATOR |= {"status.write", "rota.override"}
_OPERATOR |= {"bug.write", "bug.run", "bug.accept", "bug.verify"}
# Words and templates are the whole organization's, not a site's.
_OPERATOR |= {"tamper.words", "bug.template"}
_ADMIN = _OPERATOR | {"bug.consent", "channel.write", "settings.write", "audit.read"}
_ADMIN |= {"vendor.read", "vendor.write", "user.write"}
# Jobs of others; and what the installation does by itself, for its first organization alone.
_ADMIN |= {"job.manage", "installation.read"}
_ADMIN |= {"factor.reset", "provider.read"}
_OWNER = _ADMIN | {"organization.write", "provider.write"}
_OWNER |= {"installation.write"}

PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": frozenset(_VIEWER),
    "operator": frozenset(_OPERATOR),
    "admin": frozenset(_ADMIN),
    "owner": frozenset(_OWNER),
    # Nobody's role: what a deployment token may.
    "deployer": frozenset({"deployment.announce"}),
}

SESSION_ONLY = frozenset(
    {"user.write", "organization.write", "vendor.write", "factor.reset", "provider.write"}
)
"""Permissions that hold in a session alone: no token carries them, and none can be made to."""


def grantable(role: str) -> frozenset[str]:
    """What a member of this role can hand to a token or a signed client."""
    return PERMISSIONS[role] - SESSION_ONLY
