"""Words of rules and templates: events, how rules are gone through, what became of each, and formats."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

RULE_EVENTS = {
    "incident": _l("Incidents"),
    "alert": _l("Changed pages"),
    "bug.finding_opened": _l("Weaknesses found"),
    "bug.finding_reopened": _l("Weaknesses are back"),
    "bug.grade_fell": _l("Grade fell"),
    "bug.scan_failed": _l("Scan failed"),
    "bug.host_revoked": _l("Proof of a host is gone"),
    "objective": _l("Error budgets"),
}
FAMILIES = {
    "*": _l("Every message"),
    "incident.*": _l("Incidents: every message"),
    "monitor.*": _l("Going up and down: every message"),
    "storm.*": _l("Many at once: every message"),
    "alert.*": _l("Changed pages: every message"),
    "bug.*": _l("Weaknesses: every message"),
    "objective.*": _l("Error budgets: every message"),
}
LEAST = {
    "": _l("Any"),
    "low": _l("Low and graver"),
    "medium": _l("Medium and graver"),
    "high": _l("High and graver"),
    "critical": _l("Critical alone"),
}
TRIAL_SEVERITIES = {
    "critical": _l("Critical"),
    "high": _l("High"),
    "medium": _l("Medium"),
    "low": _l("Low"),
    "notice": _l("Notice"),
}
MODES = {
    "first": _l("The first rule that fits decides"),
    "all": _l("All rules that fit decide together"),
}
OTHERWISE = {
    "everybody": _l("Every channel, as without rules"),
    "nobody": _l("Nobody"),
}
SAYS = {
    "decides": (_l("Decides"), "up"),
    "not_reached": (_l("Not asked any more"), "quiet"),
    "off": (_l("Switched off"), "quiet"),
    "event": (_l("Another event"), "quiet"),
    "severity": (_l("Not grave enough"), "quiet"),
    "site": (_l("Another site"), "quiet"),
    "channels": (_l("Its channels are off"), "degraded"),
}
FORMATS = {
    "text": _l("Plain text"),
    "markdown": _l("Markdown"),
    "html": _l("HTML"),
}
ACTIONS = {
    "rule.create": _l("Channel rule added"),
    "rule.change": _l("Channel rule changed"),
    "rule.delete": _l("Channel rule deleted"),
    "rule.order": _l("Channel rules put in order"),
    "routing.change": _l("Manner of the channel rules changed"),
    "wording.create": _l("Message template added"),
    "wording.change": _l("Message template changed"),
    "wording.delete": _l("Message template deleted"),
    "secrets.rotate": _l("Secrets sealed anew with another key"),
    "avatar.change": _l("Picture changed"),
    "avatar.remove": _l("Picture removed"),
}
KNOWN = (
    _l("must name each rule once"),
    _l("there is a template for this event in this language"),
    _l("there is no such rule"),
    _l("there is no such template"),
    _l("makes more than 300 characters"),
    _l("makes more than 20000 characters"),
    _l("takes too long"),
    _l("takes too much memory"),
    _l("makes an empty text"),
    _l("cannot be tried now"),
    _l("must be a phone number such as +8613800138000"),
    _l("must be a host name or an IPv4 address"),
    _l("must be a URL such as discord://… or ntfy://…"),
    _l("must be the robot's address: https://oapi.dingtalk.com/robot/send?access_token=…"),
    _l("must be the robot's secret, which begins with SEC"),
    _l("must be the robot's address: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"),
    _l("must be the robot's address: https://open.feishu.cn/open-apis/bot/v2/hook/…"),
    _l("must be an incoming webhook: https://hooks.slack.com/services/T…/B…/…"),
    _l("must be a bot's token such as 123456789:ABC…"),
    _l("must be a chat's number, or a channel's name such as @our_alerts"),
    _l("does not look like what this provider gives out"),
    _l("is not a picture of a kind that is taken: PNG, JPEG, WebP or GIF"),
    _l("this picture cannot be read"),
    _l("send a picture, as multipart/form-data"),
    _l("there is no such picture"),
)
PATTERNS = (
    (r"an organization has at most (?P<n>\d+) rules", _l("an organization has at most %(n)s rules")),
    (r"must name at most (?P<n>\d+)", _l("must name at most %(n)s")),
    (r"there is no event (?P<name>.*)", _l("there is no event %(name)s")),
    (r"line (?P<n>\d+): (?P<name>\w+) is not known here", _l("line %(n)s: %(name)s is not known here")),
    (
        r"line (?P<n>\d+): does what the sandbox does not permit",
        _l("line %(n)s: does what the sandbox does not permit"),
    ),
    (r"line (?P<n>\d+): takes too much memory", _l("line %(n)s: takes too much memory")),
    (r"line (?P<n>\d+): (?P<why>.*)", _l("line %(n)s: %(why)s")),
    (r"the address answered (?P<n>\d+)", _l("the address answered %(n)s")),
    (r"the picture has more than (?P<n>\d+) MB", _l("the picture has more than %(n)s MB")),
    (
        r"the picture has more than (?P<n>\d+) million pixels",
        _l("the picture has more than %(n)s million pixels"),
    ),
)
