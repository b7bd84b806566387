"""What each permission is called, for who hands them out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

AREAS = {
    "site": _l("Sites"),
    "usability": _l("Availability"),
    "tamper": _l("Tampering"),
    "bug": _l("Weaknesses"),
    "status": _l("Status pages"),
    "channel": _l("Channels"),
    "file": _l("Files"),
    "other": _l("Organization"),
}
AREA_OF = {
    "incident": "usability",
    "rota": "usability",
    "deployment": "tamper",
    "routing": "channel",
}
WORDS = {
    "site.read": _l("See sites and their events"),
    "site.write": _l("Add and change sites"),
    "usability.read": _l("See monitors, results and incidents"),
    "usability.write": _l("Add and change monitors"),
    "usability.run": _l("Run checks at once"),
    "incident.write": _l("Acknowledge, assign and comment incidents"),
    "tamper.read": _l("See watched pages and alerts"),
    "tamper.write": _l("Add and change watched pages"),
    "tamper.run": _l("Check watched pages at once"),
    "tamper.approve": _l("Approve changes and decide on alerts"),
    "tamper.words": _l("Change the words that are looked for"),
    "deployment.announce": _l("Announce releases"),
    "bug.read": _l("See scans and weaknesses"),
    "bug.write": _l("Confirm, assign and date weaknesses"),
    "bug.run": _l("Start and stop scans"),
    "bug.accept": _l("Accept weaknesses for a time"),
    "bug.verify": _l("Show that hosts are yours"),
    "bug.consent": _l("Consent to probes that a site might mind"),
    "bug.template": _l("Add and change templates of checks"),
    "status.read": _l("See status pages"),
    "status.write": _l("Change status pages and notices"),
    "rota.override": _l("Take over a turn on call"),
    "channel.read": _l("See channels and deliveries"),
    "channel.write": _l("Add and change channels"),
    "routing.read": _l("See rules and templates of messages"),
    "settings.read": _l("See settings"),
    "settings.write": _l("Change settings"),
    "user.read": _l("See members"),
    "user.write": _l("Invite and change members"),
    "factor.reset": _l("Reset the second factors of members"),
    "provider.read": _l("See sign-in services"),
    "provider.write": _l("Connect sign-in services"),
    "audit.read": _l("Read the audit log"),
    "vendor.read": _l("See connected programs"),
    "vendor.write": _l("Connect programs"),
    "organization.write": _l("Hand over or delete the organization"),
    "file.read": _l("See and download files"),
    "file.write": _l("Upload and delete files"),
    "job.read": _l("See one's own jobs and their results"),
    "job.write": _l("Start imports, exports and reports"),
    "job.manage": _l("See and stop the jobs of others"),
    "installation.read": _l("See what the installation does by itself"),
    "installation.write": _l("Steer what the installation does by itself"),
}


def permission_label(permission: str) -> str:
    return str(WORDS.get(permission, permission))


def permission_groups(permissions: Iterable[str]) -> list[dict[str, Any]]:
    """Permissions to choose from, by area, in the order of the words above."""
    order = {name: place for place, name in enumerate(WORDS)}
    groups: dict[str, list[dict[str, str]]] = {}
    for name in sorted(permissions, key=lambda each: (order.get(each, len(order)), each)):
        head = name.partition(".")[0]
        area = AREA_OF.get(head, head)
        item = {"name": name, "text": permission_label(name)}
        groups.setdefault(area if area in AREAS else "other", []).append(item)
    return [
        {"key": area, "title": str(AREAS[area]), "items": groups[area]} for area in AREAS if area in groups
    ]
