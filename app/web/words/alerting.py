"""Words of who is told: kinds of messages, what holds one back, and what services find wrong."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

MESSAGE_KINDS = {
    "incident.changed": _l("Incident became worse"),
    "incident.withdrawn": _l("Incident taken back"),
    "incident.reminder": _l("Reminder"),
    "incident.escalated": _l("Escalated"),
    "incident.assigned": _l("Assigned"),
    "monitor.flapping": _l("Going up and down"),
    "monitor.calm": _l("Calm again"),
    "storm.opened": _l("Many incidents at once"),
    "storm.closed": _l("Many incidents are over"),
    "storm.joined": _l("Part of many incidents at once"),
    "digest": _l("Digest"),
}
ACTIONS = {
    "escalation.create": _l("Escalation policy added"),
    "escalation.change": _l("Escalation policy changed"),
    "escalation.delete": _l("Escalation policy deleted"),
    "rota.create": _l("Rota added"),
    "rota.change": _l("Rota changed"),
    "rota.delete": _l("Rota deleted"),
    "rota.take_over": _l("Somebody takes over on call"),
    "rota.give_back": _l("Taking over called off"),
    "rota.feed": _l("Address of a rota's calendar changed"),
    "alerting.change": _l("Alerting of the organization changed"),
    "member.contacts": _l("Channels of a member changed"),
    "monitor.parents": _l("Dependencies of a monitor changed"),
}
KNOWN = (
    _l("names something that is not there"),
    _l("the first step must come at once, after 0 minutes"),
    _l("each step must come later than the one before it"),
    _l("a step must name a channel, a rota or a person"),
    _l("a digest comes every so many minutes or once a day, not both"),
    _l("must be a time of day such as 09:30"),
    _l("must come after the beginning, by a year at most"),
    _l("an escalation policy still names this rota"),
    _l("there is no such rota"),
    _l("there is no such escalation policy"),
    _l("there is no such override"),
    _l("there is no such calendar"),
    _l("there is no such member"),
)
PATTERNS = ((r"(?P<who>.+) is not a member", _l("%(who)s is not a member")),)
