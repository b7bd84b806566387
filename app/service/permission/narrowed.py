"""What a membership that is narrowed to some sites leaves of a role.

Everything about sites stays, and is narrowed by itself. What is the whole organization's can be read at most:
a permission that is not named here is not theirs, so that a new one has to be thought about.
"""

from __future__ import annotations

KEPT: frozenset[str] = frozenset(
    {
        "bug.accept",
        "bug.consent",
        "bug.read",
        "bug.run",
        "bug.verify",
        "bug.write",
        "channel.read",
        "deployment.announce",
        "file.read",
        "file.write",
        "incident.write",
        "job.read",
        "job.write",
        "settings.read",
        "site.read",
        "site.write",
        "tamper.approve",
        "tamper.read",
        "tamper.run",
        "tamper.write",
        "usability.read",
        "usability.run",
        "usability.write",
        "user.read",
    }
)
