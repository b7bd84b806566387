"""Who may do what: the roles' permissions, and the one table that names every endpoint's.

An endpoint that is not in `RULES` is refused to everybody, and a test fails for it.
"""

from __future__ import annotations

from app.core.errors import NotLoggedInError, NotPermittedError
from app.service.actor import Actor

PUBLIC = "public"
"""Anybody, logged in or not."""
SELF = "self"
"""Any logged-in user, about themselves. A deployment token is no user."""

_VIEWER = {"site.read", "usability.read", "tamper.read", "channel.read", "settings.read", "user.read"}
_VIEWER |= {"bug.read"}
_OPERATOR = _VIEWER | {"site.write", "usability.write", "usability.run", "incident.write"}
_OPERATOR |= {"tamper.write", "tamper.run", "tamper.approve", "deployment.announce"}
_OPERATOR |= {"bug.write", "bug.run", "bug.accept", "bug.verify"}
_ADMIN = _OPERATOR | {"bug.consent", "channel.write", "settings.write", "audit.read"}
_OWNER = _ADMIN | {"organization.write"}

PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": frozenset(_VIEWER),
    "operator": frozenset(_OPERATOR),
    "admin": frozenset(_ADMIN),
    "owner": frozenset(_OWNER),
    # Nobody's role: what a deployment token may.
    "deployer": frozenset({"deployment.announce"}),
}

RULES: dict[tuple[str, str], str] = {
    # The API. (endpoint, method)
    ("v1.login", "POST"): PUBLIC,
    ("v1.token", "POST"): PUBLIC,
    ("v1.logout", "POST"): SELF,
    ("v1.me", "GET"): SELF,
    ("v1.me", "PATCH"): SELF,
    ("v1.members", "GET"): "user.read",
    ("v1.audit", "GET"): "audit.read",
    ("v1.settings", "GET"): "settings.read",
    ("v1.settings", "PATCH"): "settings.write",
    ("v1.sites", "GET"): "site.read",
    ("v1.sites", "POST"): "site.write",
    ("v1.site", "GET"): "site.read",
    ("v1.site", "PATCH"): "site.write",
    ("v1.site", "DELETE"): "site.write",
    ("v1.site_restore", "POST"): "site.write",
    ("v1.site_events", "GET"): "site.read",
    ("v1.site_tags", "GET"): "site.read",
    ("v1.monitor_types", "GET"): "usability.read",
    ("v1.monitors", "GET"): "usability.read",
    ("v1.monitors", "POST"): "usability.write",
    ("v1.monitor", "GET"): "usability.read",
    ("v1.monitor", "PATCH"): "usability.write",
    ("v1.monitor", "DELETE"): "usability.write",
    ("v1.monitor_run", "POST"): "usability.run",
    ("v1.monitor_pause", "POST"): "usability.write",
    ("v1.monitor_resume", "POST"): "usability.write",
    ("v1.monitor_results", "GET"): "usability.read",
    ("v1.monitor_uptime", "GET"): "usability.read",
    ("v1.incidents", "GET"): "usability.read",
    ("v1.incident", "GET"): "usability.read",
    ("v1.incident_ack", "POST"): "incident.write",
    ("v1.locations", "GET"): "usability.read",
    ("v1.tamper_views", "GET"): "tamper.read",
    ("v1.watches", "GET"): "tamper.read",
    ("v1.watches", "POST"): "tamper.write",
    ("v1.watch", "GET"): "tamper.read",
    ("v1.watch", "PATCH"): "tamper.write",
    ("v1.watch", "DELETE"): "tamper.write",
    ("v1.watch_run", "POST"): "tamper.run",
    ("v1.watch_pause", "POST"): "tamper.write",
    ("v1.watch_resume", "POST"): "tamper.write",
    ("v1.watch_regions", "GET"): "tamper.read",
    ("v1.watch_regions", "PATCH"): "tamper.write",
    ("v1.tamper_words", "GET"): "tamper.read",
    ("v1.tamper_words", "PATCH"): "tamper.write",
    ("v1.alerts", "GET"): "tamper.read",
    ("v1.alert", "GET"): "tamper.read",
    ("v1.alert_approve", "POST"): "tamper.approve",
    ("v1.alert_allow", "POST"): "tamper.approve",
    ("v1.alert_confirm", "POST"): "tamper.approve",
    ("v1.snapshots", "GET"): "tamper.read",
    ("v1.snapshot", "GET"): "tamper.read",
    ("v1.snapshot_body", "GET"): "tamper.read",
    ("v1.snapshot_screenshot", "GET"): "tamper.read",
    ("v1.baselines", "GET"): "tamper.read",
    ("v1.deployments", "GET"): "tamper.read",
    ("v1.deployments", "POST"): "deployment.announce",
    ("v1.deployment", "GET"): "tamper.read",
    ("v1.deployment_finish", "POST"): "deployment.announce",
    ("v1.deployment_revoke", "POST"): "tamper.write",
    ("v1.deployment_tokens", "GET"): "tamper.read",
    ("v1.deployment_tokens", "POST"): "tamper.approve",
    ("v1.deployment_token_revoke", "POST"): "tamper.approve",
    ("v1.discoveries", "POST"): "tamper.write",
    ("v1.discovery", "GET"): "tamper.write",
    ("v1.discovery_stop", "POST"): "tamper.write",
    ("v1.discovery_confirm", "POST"): "tamper.write",
    ("v1.alert_evidence", "GET"): "tamper.read",
    ("v1.watch_restore", "GET"): "tamper.read",
    ("v1.evidence", "GET"): "tamper.read",
    ("v1.bug_profiles", "GET"): "bug.read",
    ("v1.bug_sites", "GET"): "bug.read",
    ("v1.bug_site", "GET"): "bug.read",
    ("v1.bug_grades", "GET"): "bug.read",
    ("v1.bug_settings", "GET"): "bug.read",
    ("v1.bug_settings", "PATCH"): "bug.write",
    ("v1.bug_consents", "POST"): "bug.consent",
    ("v1.bug_hosts", "GET"): "bug.read",
    ("v1.bug_hosts", "POST"): "bug.verify",
    ("v1.bug_host", "GET"): "bug.read",
    ("v1.bug_host", "DELETE"): "bug.verify",
    ("v1.bug_host_check", "POST"): "bug.verify",
    ("v1.bug_scans", "GET"): "bug.read",
    ("v1.bug_scans", "POST"): "bug.run",
    ("v1.bug_scan", "GET"): "bug.read",
    ("v1.bug_scan_stop", "POST"): "bug.run",
    ("v1.bug_scan_report", "GET"): "bug.read",
    ("v1.bug_scan_compare", "GET"): "bug.read",
    ("v1.bug_findings", "GET"): "bug.read",
    ("v1.bug_findings_bulk", "POST"): "bug.write",
    ("v1.bug_finding", "GET"): "bug.read",
    ("v1.bug_finding_confirm", "POST"): "bug.write",
    ("v1.bug_finding_false_positive", "POST"): "bug.accept",
    ("v1.bug_finding_accept", "POST"): "bug.accept",
    ("v1.bug_finding_reopen", "POST"): "bug.write",
    ("v1.bug_finding_fix", "POST"): "bug.write",
    ("v1.bug_finding_assign", "POST"): "bug.write",
    ("v1.bug_finding_due", "POST"): "bug.write",
    ("v1.bug_finding_comments", "POST"): "bug.write",
    ("v1.bug_finding_retest", "POST"): "bug.run",
    ("v1.bug_templates", "GET"): "bug.read",
    ("v1.bug_templates", "POST"): "bug.write",
    ("v1.bug_template", "GET"): "bug.read",
    ("v1.bug_template", "PATCH"): "bug.write",
    ("v1.bug_template", "DELETE"): "bug.write",
    ("v1.channel_types", "GET"): "channel.read",
    ("v1.channels", "GET"): "channel.read",
    ("v1.channels", "POST"): "channel.write",
    ("v1.channel", "GET"): "channel.read",
    ("v1.channel", "PATCH"): "channel.write",
    ("v1.channel", "DELETE"): "channel.write",
    ("v1.channel_test", "POST"): "channel.write",
    ("v1.deliveries", "GET"): "channel.read",
    ("v1.delivery", "GET"): "channel.read",
    ("v1.delivery_redeliver", "POST"): "channel.write",
    ("v1.openapi", "GET"): PUBLIC,
    # The pages.
    ("web.home", "GET"): SELF,
    ("web.login", "GET"): PUBLIC,
    ("web.login_post", "POST"): PUBLIC,
    ("web.logout", "POST"): SELF,
    ("web.language", "GET"): PUBLIC,
    ("web.keep_theme", "POST"): SELF,
    ("web.incidents", "GET"): "usability.read",
    ("web.incident", "GET"): "usability.read",
    ("web.incident_ack", "POST"): "incident.write",
    ("web.live", "GET"): "site.read",
    ("web.monitor", "GET"): "usability.read",
    ("web.monitor_live", "GET"): "usability.read",
    ("web.monitor_results", "GET"): "usability.read",
    ("web.monitor_series", "GET"): "usability.read",
    ("web.monitor_run", "POST"): "usability.run",
    ("web.monitor_pause", "POST"): "usability.write",
    ("web.monitor_resume", "POST"): "usability.write",
    ("web.monitor_delete", "POST"): "usability.write",
    ("web.monitor_new", "GET"): "usability.write",
    ("web.monitor_new_post", "POST"): "usability.write",
    ("web.monitor_edit", "GET"): "usability.write",
    ("web.monitor_edit_post", "POST"): "usability.write",
    ("web.settings", "GET"): "settings.read",
    ("web.settings_post", "POST"): "settings.write",
    ("web.members", "GET"): "user.read",
    ("web.account", "GET"): SELF,
    ("web.account_post", "POST"): SELF,
    ("web.audit", "GET"): "audit.read",
    ("web.sites", "GET"): "site.read",
    ("web.site", "GET"): "site.read",
    ("web.site_live", "GET"): "site.read",
    ("web.site_events", "GET"): "site.read",
    ("web.site_new", "GET"): "site.write",
    ("web.site_new_post", "POST"): "site.write",
    ("web.site_edit", "GET"): "site.write",
    ("web.site_edit_post", "POST"): "site.write",
    ("web.site_archive", "POST"): "site.write",
    ("web.site_restore", "POST"): "site.write",
    ("web.channels", "GET"): "channel.read",
    ("web.channel", "GET"): "channel.read",
    ("web.channel_post", "POST"): "channel.write",
    ("web.channel_new", "GET"): "channel.write",
    ("web.channel_new_post", "POST"): "channel.write",
    ("web.channel_test", "POST"): "channel.write",
    ("web.channel_delete", "POST"): "channel.write",
    ("web.deliveries", "GET"): "channel.read",
    ("web.delivery", "GET"): "channel.read",
    ("web.delivery_redeliver", "POST"): "channel.write",
    ("web.watches", "GET"): "tamper.read",
    ("web.watch", "GET"): "tamper.read",
    ("web.watch_live", "GET"): "tamper.read",
    ("web.watch_snapshots", "GET"): "tamper.read",
    ("web.watch_baselines", "GET"): "tamper.read",
    ("web.watch_run", "POST"): "tamper.run",
    ("web.watch_pause", "POST"): "tamper.write",
    ("web.watch_resume", "POST"): "tamper.write",
    ("web.watch_delete", "POST"): "tamper.write",
    ("web.watch_region", "POST"): "tamper.write",
    ("web.watch_forbid", "POST"): "tamper.approve",
    ("web.watch_restore", "GET"): "tamper.read",
    ("web.watch_new", "GET"): "tamper.write",
    ("web.watch_new_post", "POST"): "tamper.write",
    ("web.watch_edit", "GET"): "tamper.write",
    ("web.watch_edit_post", "POST"): "tamper.write",
    ("web.watch_find", "GET"): "tamper.write",
    ("web.watch_find_post", "POST"): "tamper.write",
    ("web.watch_find_stop", "POST"): "tamper.write",
    ("web.watch_find_confirm", "POST"): "tamper.write",
    ("web.alerts", "GET"): "tamper.read",
    ("web.alert", "GET"): "tamper.read",
    ("web.alert_approve", "POST"): "tamper.approve",
    ("web.alert_allow", "POST"): "tamper.approve",
    ("web.alert_confirm", "POST"): "tamper.approve",
    ("web.alert_evidence", "GET"): "tamper.read",
    ("web.snapshot_page", "GET"): "tamper.read",
    ("web.snapshot_picture", "GET"): "tamper.read",
    ("web.deployments", "GET"): "tamper.read",
    ("web.deployment_new", "GET"): "tamper.write",
    ("web.deployment_new_post", "POST"): "tamper.write",
    ("web.deployment_finish", "POST"): "tamper.write",
    ("web.deployment_revoke", "POST"): "tamper.write",
    ("web.deployment_token", "POST"): "tamper.approve",
    ("web.deployment_token_revoke", "POST"): "tamper.approve",
    ("web.words", "GET"): "tamper.read",
    ("web.words_post", "POST"): "tamper.write",
    ("web.setup", "GET"): "settings.write",
    ("web.setup_post", "POST"): "settings.write",
    ("web.setup_done", "POST"): "settings.write",
    ("web.api_docs", "GET"): PUBLIC,
    # What is neither API nor page.
    ("health.alive", "GET"): PUBLIC,
    ("health.ready", "GET"): PUBLIC,
    ("static", "GET"): PUBLIC,
}


def rule_of(endpoint: str, method: str) -> str | None:
    """The permission an endpoint asks for; None when nobody has given it a rule."""
    return RULES.get((endpoint, "GET" if method in ("HEAD", "OPTIONS") else method))


def may(actor: Actor, permission: str) -> bool:
    if permission == SELF:
        return actor.way != "deployment"
    return permission in PERMISSIONS[actor.role]


def authorise(actor: Actor | None, endpoint: str, method: str) -> None:
    """Let pass, or raise what stands in the way."""
    rule = rule_of(endpoint, method)
    if rule == PUBLIC:
        return
    if actor is None:
        raise NotLoggedInError
    if rule is None or not may(actor, rule):
        raise NotPermittedError
