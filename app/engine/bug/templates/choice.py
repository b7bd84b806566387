"""Which templates suit a site: general ones always, those of a product where it is detected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from app.engine.bug.templates.types import Template

Kind = Literal["detected", "general", "other"]
ALWAYS = frozenset(
    (
        "exposure", "exposures", "misconfig", "misconfiguration", "config", "configs", "backup", "backups",
        "files", "logs", "listing", "debug", "generic", "headers", "header", "cors", "crlf", "redirect",
        "token", "tokens", "takeover", "tech", "discovery", "detect", "miscellaneous", "misc", "robots",
        "security-txt", "dotfile",
    )
)  # fmt: skip
"""Tags of templates that look at any site, whatever runs there."""
_GENERAL = ALWAYS | frozenset(
    (
        "cve", "cnvd", "edb", "packetstorm", "wpscan", "huntr", "tenable", "seclists", "hackerone", "msf",
        "kev", "vkev", "vuln", "xss", "sqli", "lfi", "lfr", "rce", "ssrf", "ssti", "xxe", "csrf", "idor",
        "traversal", "injection", "disclosure", "unauth", "unauthenticated", "authenticated", "auth-bypass",
        "intrusive", "fuzz", "dast", "osint", "panel", "login", "default-login", "fileupload", "upload",
        "iot", "network", "cloud", "devops", "cms", "router", "oast", "oob", "api", "web", "js", "java",
        "dos", "top-100", "top-200", "error", "time-based", "time-based-sqli", "blind", "reflected",
        "stored", "deserialization", "passive", "active", "test", "http", "file", "installer", "install",
        "setup", "status", "info", "information", "info-leak", "keys", "key", "secret", "secrets",
    )
)  # fmt: skip
"""Tags that name no product."""
_BROAD = frozenset(
    (
        "adobe", "amazon", "apache", "apple", "asp", "aspx", "atlassian", "aws", "baidu", "cisco", "citrix",
        "dlink", "eclipse", "f5", "fortinet", "github", "google", "hp", "huawei", "ibm", "java",
        "javascript", "js", "jsp", "linux", "microsoft", "mysql", "nodejs", "npm", "oracle", "perl", "php",
        "python", "redhat", "ruby", "sap", "tencent", "vmware", "windows", "wp-plugin", "wp-theme",
    )
)  # fmt: skip
"""Vendors and languages: too many products have them."""
_ALIASES = {
    "apachehttpd": ("http_server", "httpd"),
    "microsoftiis": ("internet_information_services",),
    "oracleweblogic": ("weblogic_server",),
    "ibmwebsphere": ("websphere_application_server",),
    "adobeexperiencemanager": ("aem",),
    "wordpress": ("wp",),
    "sharepoint": ("sharepoint_server",),
    "jira": ("jira_server", "jira_data_center"),
    "confluence": ("confluence_server", "confluence_data_center"),
}
"""Other names of detected technologies, as templates have them."""
_YEAR = re.compile(r"(?:cve|cnvd)-?\d{4}")
_PLAIN = re.compile(r"[^a-z0-9]+")


def technologies_of(template: Template) -> frozenset[str]:
    """The products and tags that the template is about, in lower case; empty for a general one.

    Vendors and languages count only where nothing says more: `apache, solr` is about solr.
    """
    info = template.info
    tags = {tag for tag in info.tags if tag not in _GENERAL and not _YEAR.fullmatch(tag)}
    if info.tags & ALWAYS and "cve" not in info.tags and not _is_panel(info.tags):
        return frozenset()
    names = info.products | tags
    return (names - ((info.vendors | _BROAD) - info.products)) or names


def _is_panel(tags: frozenset[str]) -> bool:
    return bool(tags & {"panel", "login", "default-login"})


def kind_of(template: Template, detected: Iterable[str]) -> Kind:
    """How the template suits a site on which these technologies were seen."""
    wanted = {_plain(name) for name in technologies_of(template)}
    if not wanted:
        return "general"
    return "detected" if wanted & _words(detected) else "other"


def _words(names: Iterable[str]) -> set[str]:
    """Each name whole, its words and pairs of them: `Apache Tomcat` is `apachetomcat`, `apache`, `tomcat`."""
    found: set[str] = set()
    for name in names:
        words = [word for word in _PLAIN.split(name.lower()) if word]
        found |= {_plain(name), *words, *(one + other for one, other in pairwise(words))}
        found |= {_plain(alias) for alias in _ALIASES.get(_plain(name), ())}
    return {word for word in found if len(word) > 2}


def _plain(name: str) -> str:
    return _PLAIN.sub("", name.lower())
