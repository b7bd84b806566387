"""The words of incidents: whose fault, how sure, how bad, and what became of the alarm."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CATEGORIES = {
    "our_network": _l("Our own network"),
    "dns": _l("Names (DNS)"),
    "route": _l("The way there"),
    "tls": _l("TLS"),
    "server": _l("The server"),
    "application": _l("The application"),
    "content": _l("The content"),
}
CONFIDENCE = {
    "certain": _l("certain"),
    "likely": _l("likely"),
    "possible": _l("possible"),
}
LEVELS = {
    "down": _l("Down"),
    "regional": _l("Down in some places"),
    "degraded": _l("Degraded"),
}
VOTES = {"up": "UP", "down": "DOWN", "degraded": "DEGRADED", "unknown": "UNKNOWN"}
TELLINGS = {
    "none": _l("told elsewhere"),
    "pending": _l("to be decided in a moment"),
    "told": _l("told"),
    "held": _l("held back"),
    "closing": _l("the end is to be told"),
    "done": _l("settled"),
}
HELD_BY = {
    "maintenance": _l("by planned work"),
    "dependency": _l("by what it depends on"),
    "flapping": _l("until it is calm"),
    "storm": _l("told together with others"),
    "quiet_hours": _l("by quiet hours"),
    "digest": _l("for the next summary"),
    "severity": _l("not grave enough"),
    "no_contact": _l("nobody has a channel for it"),
    "acknowledged": _l("since somebody is on it"),
}
NOTICE_STATES = {"told": _l("told"), "held": _l("held back"), "dropped": _l("not told")}
CLOSED_BY = {
    "recovery": _l("it recovered"),
    "pause": _l("the monitor was paused"),
    "withdrawn": _l("late results showed that it never was"),
}
EVIDENCE = {
    "status_line": _l("Status line"),
    "headers": _l("Headers of the answer"),
    "excerpt": _l("Beginning of the answer"),
    "answers": _l("Answers"),
    "answer": _l("Answer"),
    "chain": _l("Certificate chain"),
    "url": _l("Address"),
    "title": _l("Title"),
    "console": _l("Console"),
    "failed_parts": _l("Parts that failed"),
    "server": _l("Server"),
    "body": _l("Beginning of the answer"),
    "redirects": _l("Redirects"),
    "rcode": _l("Response code (RCODE)"),
    "authority": _l("Authority section"),
    "before": _l("Before"),
    "received": _l("Received bytes"),
    "address": _l("IP address"),
    "sent": _l("Packets sent"),
    "loss": _l("Packets lost"),
    "round trips (ms)": _l("Round trips (ms)"),
    "report": _l("Report"),
    "user": _l("User"),
    "questions": _l("Questions asked"),
    "type": _l("Type"),
    "value": _l("Value"),
    "error": _l("Error"),
    "step": _l("Step"),
    "source": _l("Told by"),
    "expires": _l("Good until"),
    "registrar": _l("Registrar"),
    "statuses": _l("Words of the registry"),
    "name_servers": _l("Name servers"),
    "domain": _l("Domain"),
    "log": _l("Log"),
    "health": _l("Health"),
}
DIFFERENCES = {
    "started_at": _l("First failure"),
    "opened_at": _l("Opened"),
    "closed_at": _l("Closed"),
    "level": _l("How bad"),
}
