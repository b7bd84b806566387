"""The words for what the database calls by fixed names: states, phases, kinds of events, acts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.web.messages import account as account_messages
from app.web.words import access, alerting, audit, routing

STATES = {
    "UP": _l("Up"),
    "DOWN": _l("Down"),
    "DEGRADED": _l("Degraded"),
    "REGIONAL": _l("Down in some places"),
    "UNKNOWN": _l("Unknown"),
    "PAUSED": _l("Paused"),
    "PENDING": _l("Waiting for the first result"),
    "MAINTENANCE": _l("Maintenance"),
}
PHASES = {
    "dns": _l("Name lookup"),
    "connect": _l("Connect"),
    "tls": _l("TLS"),
    "first_byte": _l("First byte"),
    "transfer": _l("Transfer"),
}
ROLES = {
    "owner": _l("Owner"),
    "admin": _l("Administrator"),
    "operator": _l("Operator"),
    "viewer": _l("Viewer"),
}
STATUSES = {"up": "UP", "down": "DOWN", "degraded": "DEGRADED", "unknown": "UNKNOWN"}
DELIVERY_STATES = {
    "pending": (_l("Waiting"), "quiet"),
    "sending": (_l("Sending"), "quiet"),
    "sent": (_l("Delivered"), "up"),
    "failed": (_l("Given up"), "down"),
}
MESSAGE_KINDS = {
    "incident.opened": _l("Incident opened"),
    "incident.closed": _l("Incident closed"),
    "alert.opened": _l("Tamper alert"),
    "alert.closed": _l("Tamper alert over"),
    "bug.finding_opened": _l("Weaknesses found"),
    "bug.finding_reopened": _l("Weaknesses are back"),
    "bug.grade_fell": _l("Grade fell"),
    "bug.scan_failed": _l("Scan failed"),
    "bug.host_revoked": _l("Proof of a host is gone"),
    "objective.burning": _l("Error budget burns"),
    "objective.calm": _l("Error budget calm again"),
    "test": _l("Test message"),
}
EVENT_KINDS = {
    "objective.burning": _l("Error budget burns"),
    "objective.calm": _l("Error budget calm again"),
    "site.created": _l("Site added"),
    "site.changed": _l("Site changed"),
    "site.archived": _l("Site archived"),
    "site.restored": _l("Site restored"),
    "monitor.created": _l("Monitor added"),
    "monitor.changed": _l("Monitor changed"),
    "monitor.deleted": _l("Monitor deleted"),
    "monitor.paused": _l("Monitor paused"),
    "monitor.resumed": _l("Monitor resumed"),
    "monitor.up": _l("Up again"),
    "monitor.down": _l("Down"),
    "monitor.unknown": _l("No recent result"),
    "monitor.degraded": _l("Degraded"),
    "monitor.regional": _l("Down in some places"),
    "monitor.pending": _l("Judged from the beginning"),
    "monitor.maintenance": _l("Maintenance"),
    "monitor.identity": _l("Another certificate or key"),
    "incident.opened": _l("Incident opened"),
    "incident.closed": _l("Incident closed"),
    "incident.acknowledged": _l("Incident acknowledged"),
    "incident.changed": _l("Incident is another level"),
    "incident.withdrawn": _l("Incident withdrawn: it never was"),
    "incident.reopened": _l("Incident is not over"),
    "incident.amended": _l("Incident dated anew"),
    "incident.assigned": _l("Incident assigned"),
    "incident.commented": _l("Comment"),
    "watch.created": _l("Page watched"),
    "watch.changed": _l("Watch changed"),
    "watch.deleted": _l("Watch deleted"),
    "watch.paused": _l("Watch paused"),
    "watch.resumed": _l("Watch resumed"),
    "watch.learned": _l("Page learned: changes are judged from now on"),
    "watch.error": _l("Page cannot be fetched"),
    "watch.recovered": _l("Page can be fetched again"),
    "alert.opened": _l("Tamper alert"),
    "alert.reopened": _l("Tamper alert again"),
    "alert.folded": _l("The same change on another page"),
    "alert.changed": _l("Tamper alert changed"),
    "alert.closed": _l("As approved again"),
    "alert.approved": _l("Change approved: it was us"),
    "alert.allowed": _l("Change allowed for good"),
    "alert.confirmed": _l("Tampering confirmed"),
    "deployment.announced": _l("Release announced"),
    "deployment.applied": _l("Release taken as approved"),
    "deployment.finished": _l("Release finished"),
    "deployment.revoked": _l("Release called off"),
    "bug.host_verified": _l("Host shown to be yours"),
    "bug.host_revoked": _l("Proof of a host is gone"),
    "bug.host_given_up": _l("Permission to scan actively given up"),
    "bug.host_removed": _l("Host removed"),
    "bug.settings_changed": _l("Settings of scans changed"),
    "bug.consent_given": _l("Consent given"),
    "bug.consent_taken_back": _l("Consent taken back"),
    "bug.scan_done": _l("Scan done"),
    "bug.scan_stopped": _l("Scan stopped"),
    "bug.scan_failed": _l("Scan failed"),
    "bug.scan_refused": _l("Scan refused"),
    "bug.retest_done": _l("Finding checked again"),
    "bug.grade_fell": _l("Grade fell"),
    "bug.finding_opened": _l("Weakness found"),
    "bug.finding_fixed": _l("Weakness fixed"),
    "bug.finding_reopened": _l("Weakness is back"),
    "bug.finding_accepted": _l("Weakness accepted for a time"),
    "bug.finding_accepted_again": _l("Accepted weakness seen again"),
    "bug.finding_acceptance_over": _l("Acceptance is over"),
    "bug.finding_confirmed": _l("Weakness confirmed"),
    "bug.finding_false_positive": _l("Taken as no weakness"),
    "bug.imported": _l("Report of another scanner taken in"),
}
ACTIONS = {
    "objective.create": _l("Objective added"),
    "objective.change": _l("Objective changed"),
    "objective.delete": _l("Objective deleted"),
    "login": _l("Logged in"),
    "login.failed": _l("Log-in failed"),
    "logout": _l("Logged out"),
    "user.create": _l("User created"),
    "user.change": _l("User changed"),
    "organization.change": _l("Organization changed"),
    "settings.change": _l("Settings changed"),
    "site.create": _l("Site added"),
    "site.change": _l("Site changed"),
    "site.archive": _l("Site archived"),
    "site.restore": _l("Site restored"),
    "monitor.create": _l("Monitor added"),
    "monitor.change": _l("Monitor changed"),
    "monitor.delete": _l("Monitor deleted"),
    "monitor.pause": _l("Monitor paused"),
    "monitor.resume": _l("Monitor resumed"),
    "monitor.run": _l("Check asked for"),
    "incident.ack": _l("Incident acknowledged"),
    "incident.assign": _l("Incident assigned"),
    "incident.comment": _l("Incident commented"),
    "location.create": _l("Location entered"),
    "location.change": _l("Location changed"),
    "location.rotate": _l("Location given another key"),
    "location.delete": _l("Location deleted"),
    "channel.create": _l("Channel added"),
    "channel.change": _l("Channel changed"),
    "channel.delete": _l("Channel deleted"),
    "channel.test": _l("Test message sent"),
    "delivery.redeliver": _l("Delivery sent again"),
    "watch.create": _l("Page watched"),
    "watch.change": _l("Watch changed"),
    "watch.delete": _l("Watch deleted"),
    "watch.pause": _l("Watch paused"),
    "watch.resume": _l("Watch resumed"),
    "watch.region": _l("Region of a page judged otherwise"),
    "watch.forbid": _l("Allowance taken back"),
    "watch.restore": _l("Approved copy downloaded"),
    "words.change": _l("Words changed"),
    "alert.approve": _l("Change approved: it was us"),
    "alert.allow": _l("Change allowed for good"),
    "alert.confirm": _l("Tampering confirmed"),
    "alert.evidence": _l("Evidence downloaded"),
    "deployment.announce": _l("Release announced"),
    "deployment.finish": _l("Release finished"),
    "deployment.revoke": _l("Release called off"),
    "deployment_token.create": _l("Deployment token made"),
    "deployment_token.revoke": _l("Deployment token revoked"),
    "bug.scan": _l("Scan asked for"),
    "bug.scan_stop": _l("Scan stopped"),
    "bug.settings": _l("Settings of scans changed"),
    "bug.consent_given": _l("Consent given"),
    "bug.consent_taken_back": _l("Consent taken back"),
    "bug.host_add": _l("Host added"),
    "bug.host_check": _l("Proof of a host looked for"),
    "bug.host_revoke": _l("Permission to scan actively given up"),
    "bug.host_delete": _l("Host removed"),
    "finding.confirmed": _l("Weakness confirmed"),
    "finding.false_positive": _l("Taken as no weakness"),
    "finding.accepted": _l("Weakness accepted for a time"),
    "finding.reopened": _l("Weakness opened again"),
    "finding.fixed": _l("Weakness said to be fixed"),
    "finding.assign": _l("Finding assigned"),
    "finding.due": _l("Due date of a finding changed"),
    "finding.comment": _l("Finding commented on"),
    "finding.retest": _l("Finding to be checked again"),
    "finding.import": _l("Report of another scanner taken in"),
    "template.upload": _l("Template taken in"),
    "template.change": _l("Template changed"),
    "template.enable": _l("Template switched on"),
    "template.disable": _l("Template switched off"),
    "template.delete": _l("Template deleted"),
}


MESSAGE_KINDS |= alerting.MESSAGE_KINDS
ACTIONS |= account_messages.ACTIONS
ACTIONS |= alerting.ACTIONS | access.ACTIONS
ACTIONS |= routing.ACTIONS
ACTIONS = audit.ACTIONS | ACTIONS


def state_label(state: str) -> str:
    return str(STATES.get(state.upper(), state))


def phases() -> list[tuple[str, str]]:
    """The phases of a response in their order in time, with their words."""
    return [(name, str(words)) for name, words in PHASES.items()]


def phase_label(phase: str) -> str:
    return str(PHASES.get(phase, phase))


def role_label(role: str) -> str:
    return str(ROLES.get(role, role))


def event_label(kind: str) -> str:
    return str(EVENT_KINDS.get(kind, kind))


def action_label(action: str) -> str:
    return str(ACTIONS.get(action, action))


def in_language(text: dict[str, str] | str, locale: str) -> str:
    """A registry's text in the page's language, or in English."""
    return text if isinstance(text, str) else text.get(locale) or text.get("en", "")
